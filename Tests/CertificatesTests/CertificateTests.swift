import Certificates
import Domain
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1))) struct CertificateTests {
    private func withFolder<Value>(_ body: (String) async throws -> Value) async throws -> Value {
        let folder = NSTemporaryDirectory() + "cloister-certificates-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try PrivateFolder.make(folder)
        return try await body(folder)
    }

    private func authority(_ folder: String, name: String = "Test nodes") async throws -> CertificateAuthority
    {
        let made = try await CertificateAuthority.make(name: name, days: 30)
        try PrivateFolder.write(made.key, to: folder + "/ca.key", isSecret: true, replaces: true)
        try PrivateFolder.write(made.certificate, to: folder + "/ca.pem", isSecret: false, replaces: true)
        return try CertificateAuthority(certificatePath: folder + "/ca.pem", keyPath: folder + "/ca.key")
    }

    @Test("A node's certificate carries its name, its hosts and its authority, and holds since yesterday")
    func node() async throws {
        try await withFolder { folder in
            let signer = try await authority(folder)
            let key = try await NodeKey.make()
            let request = try await NodeKey.request(for: key, name: "whatever")
            let subject = try CertificateSubject(
                name: "worker-1",
                hosts: ["worker-1.example", "192.0.2.1", "::1"]
            )
            let certificate = try await signer.sign(request, for: subject, days: 90)
            let facts = try #require(await CertificateFacts.all(in: certificate).first)
            #expect(facts.subject == "CN=worker-1")
            #expect(facts.issuer == "CN=Test nodes")
            #expect(facts.hosts == "worker-1.example, 192.0.2.1, 0:0:0:0:0:0:0:1")
            #expect(!facts.isAuthority)
            let format = DateFormatter()
            (format.dateFormat, format.timeZone) = ("yyyy-MM-dd HH:mm:ssX", TimeZone(identifier: "UTC"))
            let start = try #require(format.date(from: facts.start))
            let end = try #require(format.date(from: facts.end))
            #expect(abs(start.timeIntervalSinceNow + 86_400) < 60)
            #expect(abs(end.timeIntervalSinceNow - 90 * 86_400) < 60)
            let own = try #require(await CertificateFacts.all(in: signer.certificate).first)
            #expect(own.isAuthority)
        }
    }

    @Test("Of a hostile request only the key is taken, and one without a good key is refused")
    func hostile() async throws {
        try await withFolder { folder in
            let signer = try await authority(folder)
            let subject = try CertificateSubject(name: "worker-1", hosts: ["127.0.0.1"])
            let key = try await NodeKey.make()
            let good = try await NodeKey.request(for: key, name: "coordinator")
            var forged = Array(good)
            let middle = forged.count / 2
            forged[middle] = forged[middle] == "A" ? "B" : "A"
            for request in ["", "junk", key, String(forged), good + String(repeating: " ", count: 9_000)] {
                await #expect(throws: Failure.self) { try await signer.sign(request, for: subject, days: 1) }
            }
            let large = try openssl([
                "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "/dev/null", "-subj", "/CN=x",
            ])
            await #expect(throws: Failure.self) { try await signer.sign(large, for: subject, days: 1) }
            let wishes = try openssl([
                "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                "/dev/null",
                "-subj", "/CN=coordinator", "-addext", "basicConstraints=critical,CA:TRUE",
                "-addext", "subjectAltName=DNS:coordinator.example",
            ])
            let certificate = try await signer.sign(wishes, for: subject, days: 1)
            let facts = try #require(await CertificateFacts.all(in: certificate).first)
            #expect(facts.subject == "CN=worker-1")
            #expect(facts.hosts == "127.0.0.1")
            #expect(!facts.isAuthority)
        }
    }

    @Test(
        "Hosts that no certificate should be for are refused",
        arguments: [
            "", "*.example", "a b", "host:80", "1.2.3", "1.2.3.4.5", "-a.example", "a..b", "a,DNS:b", "a\nb",
            "[::1]",
            String(repeating: "a", count: 64), "ünit.example",
        ]
    )
    func hosts(host: String) {
        #expect(throws: Failure.self) { try CertificateSubject(name: "worker-1", hosts: [host]) }
    }

    @Test("Keys are for their owner alone, and nothing is overwritten unasked")
    func files() async throws {
        try await withFolder { folder in
            let path = folder + "/key"
            try PrivateFolder.write("one", to: path, isSecret: true, replaces: false)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(throws: Failure.self) {
                try PrivateFolder.write("two", to: path, isSecret: true, replaces: false)
            }
            #expect(try PrivateFolder.read(path) == "one")
            try PrivateFolder.write("two", to: path, isSecret: true, replaces: true)
            #expect(try PrivateFolder.read(path) == "two")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key"])
        }
    }

    /// What openssl prints.
    private func openssl(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
