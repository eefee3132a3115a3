import Dispatch
import Glibc
package import Transport

/// The process at the other end that the tests start, and kill with SIGKILL.
///
/// `answer ADDRESS LEDGER TLS` answers questions and appends their numbers to the file LEDGER;
/// `ask ADDRESS OWN FIRST FLIGHT TLS` keeps FLIGHT questions open, numbered from FIRST.
/// It ends by itself when its standard input does, so that it never outlives the tests.
@main
struct TransportPeer {
    static func main() async throws {
        DispatchQueue.global().async {
            var byte: UInt8 = 0
            while read(0, &byte, 1) > 0 {}
            _exit(0)
        }
        let arguments = CommandLine.arguments
        switch arguments.dropFirst().first {
        case "answer" where arguments.count == 5:
            try await answer(
                at: arguments[2],
                ledger: arguments[3],
                post: try post(tlsDirectory: arguments[4])
            )
        case "ask" where arguments.count == 7:
            let asker = try await Asker(
                try post(tlsDirectory: arguments[6]),
                inboxAt: arguments[3],
                peer: arguments[2],
                firstNumber: UInt64(arguments[4]) ?? 0
            )
            await ask(asker, flight: Int(arguments[5]) ?? 1)
        default:
            print("usage: transport-peer answer|ask ...")
            _exit(64)
        }
    }

    private static func answer(at address: String, ledger: String, post: NNGTransport) async throws {
        let descriptor = open(ledger, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        let answerer = try await Answerer(post, at: address) { number in
            withUnsafeBytes(of: number) { _ = write(descriptor, $0.baseAddress, $0.count) }
        }
        await withDiscardingTaskGroup { group in
            for _ in 0..<4 { group.addTask { await answerer.answerQuestions() } }
        }
    }

    private static func ask(_ asker: Asker, flight: Int) async {
        await withDiscardingTaskGroup { group in
            for _ in 0..<2 { group.addTask { await asker.deliverAnswers() } }
            for _ in 0..<flight {
                group.addTask { while true { _ = try? await asker.ask(within: .milliseconds(300)) } }
            }
        }
    }

    private static func post(tlsDirectory: String) throws -> NNGTransport {
        let identity = tlsDirectory == "-" ? nil : TLSIdentity(directory: tlsDirectory, name: "node")
        return NNGTransport(credentials: try identity.map(TLSCredentials.init), limits: .brisk)
    }
}

extension NNGTransport.Limits {
    /// Limits that give a broken connection up sooner than a cluster needs to.
    package static var brisk: Self {
        var limits = Self()
        limits.redialAfter = .milliseconds(500)
        limits.waitingSends = 256
        return limits
    }
}

extension TLSIdentity {
    /// Reads `NAME.pem`, `NAME.key` and `authority.pem` from a directory.
    package init(directory: String, name: String) {
        self.init(
            certificate: Self.text(of: "\(directory)/\(name).pem"),
            key: Self.text(of: "\(directory)/\(name).key"),
            authority: Self.text(of: "\(directory)/authority.pem")
        )
    }

    private static func text(of path: String) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
}
