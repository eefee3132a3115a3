import APIModel
import Client
import Foundation
import Testing

/// Files of real sessions: the guest's own kernel decides where a path leads.
@Suite("Files in a real session", .enabled(if: RunningCluster.isPossible), .serialized)
struct FileTests {
    @Test("What is uploaded is what code reads, what code writes is what is downloaded")
    func bothWays() async throws {
        try await RunningCluster.with(workers: 2) { cluster in
            let files = cluster.client.files(of: "both-ways", pool: "python")
            // The first request of the session is one for files.
            #expect(try await files.list().isEmpty)
            let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 131 >> 5) }
            let made = try await files.upload(Data(content), to: "sub/Grüße 日本.bin")
            #expect(made.name == "Grüße 日本.bin" && made.size == content.count)
            let seen = try await cluster.run(
                """
                import hashlib, os
                data = open('/mnt/data/sub/Grüße 日本.bin', 'rb').read()
                open('/mnt/data/back', 'wb').write(data[::-1])
                print(os.stat('/mnt/data/sub/Grüße 日本.bin').st_uid, len(data))
                """,
                in: "both-ways"
            )
            #expect(seen.resource.standardOutput == "1000 3000000\n")
            #expect(Array(try await files.download("back")) == content.reversed())
            #expect(
                try await files.list(isRecursive: true).map(\.path) == ["back", "sub", "sub/Grüße 日本.bin"]
            )
            #expect(try await files.list("sub").map(\.path) == ["Grüße 日本.bin"])
            try await files.remove("back")
            #expect(await code { try await files.download("back") } == "FileNotFound")
        }
    }

    @Test("Links, pipes, folders, devices and names that lead elsewhere get a 4xx and do no harm")
    func hostilePaths() async throws {
        try await RunningCluster.with(workers: 1) { cluster in
            let files = cluster.client.files(of: "hostile", pool: "python")
            try await cluster.run(
                """
                import os, socket
                os.chdir('/mnt/data')
                os.mkfifo('pipe'); os.mkdir('folder'); open('folder/inside', 'w').write('in')
                socket.socket(socket.AF_UNIX).bind('socket')
                for name, target in [('out', '/etc'), ('passwd', '/etc/passwd'), ('up', '..'), ('loop', 'loop'),
                                     ('proc', '/proc/self/root'), ('device', '/dev/zero'), ('memory', '/dev/mem'),
                                     ('good', 'folder'), ('file', 'folder/inside'), ('nowhere', 'missing')]:
                    os.symlink(target, name)
                open('secret', 'w').write('x'); os.chmod('secret', 0)
                open(b'no-utf8-\\xff', 'w').write('x')
                """,
                in: "hostile"
            )
            for path in [
                "pipe", "folder", "socket", "out/passwd", "passwd", "up/data/file", "loop", "proc/etc/passwd",
                "device",
                "memory", "folder/inside/x", "secret", "good",
            ] {
                #expect(await code { try await files.download(path) } == "FilePathInvalid", "reading \(path)")
            }
            for path in [
                "pipe", "folder", "out/x", "up/x", "loop/x", "proc/tmp/x", "file/x", "device", "passwd",
            ] {
                #expect(
                    await code { try await files.upload(Data([1]), to: path) } == "FilePathInvalid",
                    "writing \(path)"
                )
            }
            for path in ["pipe", "folder", "out/passwd", "up/data/file"] {
                #expect(await code { try await files.remove(path) } == "FilePathInvalid", "removing \(path)")
            }
            #expect(await code { try await files.download("nowhere") } == "FileNotFound")
            // Links that stay inside are followed; a link itself can be removed, and what it leads to stays.
            #expect(try await files.download("good/inside") == Data("in".utf8))
            try await files.remove("file")
            #expect(try await files.download("folder/inside") == Data("in".utf8))
            #expect(
                try await files.list(isRecursive: true).map(\.path) == [
                    "folder", "folder/inside", "good", "secret",
                ]
            )
            let alive = try await cluster.run("os.path.exists('/mnt/data/passwd')", in: "hostile")
            #expect(!alive.isNewSession)
        }
    }

    @Test("A full disk and a given up upload leave nothing, and code runs on beside a transfer")
    func fullDisk() async throws {
        try await RunningCluster.with(workers: 1) { cluster in
            let files = cluster.client.files(of: "full-disk", pool: "python")
            try await cluster.run(
                """
                with open('/mnt/data/ballast', 'wb') as f:
                    for _ in range(185): f.write(b'x' * 2**20)
                """,
                in: "full-disk"
            )
            async let running = cluster.run("sum(range(1000))", in: "full-disk")
            let refused = await code {
                try await files.upload(Data(repeating: 7, count: 20 << 20), to: "too-great")
            }
            #expect(refused == "SessionStorageFull")
            #expect(try await running.resource.result == .integer(499_500))
            #expect(try await files.list(isRecursive: true).map(\.path) == ["ballast"])
            let hidden = try await cluster.run("import os; print(os.listdir('/mnt/data'))", in: "full-disk")
            #expect(hidden.resource.standardOutput == "['ballast']\n")
            try await files.remove("ballast")
            #expect(
                try await files.upload(Data(repeating: 7, count: 20 << 20), to: "now-it-fits").size == 20
                    << 20
            )
        }
    }

    @Test("A great folder is listed in order and whole, while code runs")
    func greatFolder() async throws {
        try await RunningCluster.with(workers: 1) { cluster in
            let files = cluster.client.files(of: "great-folder", pool: "python")
            try await cluster.run(
                """
                import os
                for i in range(6000): open(f'/mnt/data/{i:05}', 'w').close()
                """,
                in: "great-folder"
            )
            async let running = cluster.run("6 * 7", in: "great-folder")
            let names = try await files.list().map(\.path)
            #expect(names == (0..<6000).map { String(repeating: "0", count: 5 - "\($0)".count) + "\($0)" })
            #expect(try await running.resource.result == .integer(42))
        }
    }

    /// The code of the failure that a call ends in.
    private func code(_ body: () async throws -> some Any) async -> String {
        do {
            _ = try await body()
            return "no failure"
        } catch {
            return (error as? ClientError)?.code ?? "\(error)"
        }
    }
}
