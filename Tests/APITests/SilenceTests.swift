import Client
import Glibc
import Testing

/// Takes connections and says nothing: a server whose machine or network died without a word.
struct SilentServer: ~Copyable {
    private let descriptor: Int32
    let port: UInt16

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let isListening = withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, size) == 0 && listen(descriptor, 8) == 0
                    && getsockname(descriptor, address, &size) == 0
            }
        }
        guard isListening else { throw SilenceError(number: errno) }
        port = UInt16(bigEndian: address.sin_port)
    }

    deinit { close(descriptor) }

    struct SilenceError: Error { let number: Int32 }
}

/// What the client makes of a server that says nothing.
@Suite(.timeLimit(.minutes(1))) struct SilenceTests {
    @Test func `Output that is silent for too long fails as a time-out`()
        async throws
    {
        let server = try SilentServer()
        let client = CloisterClient(baseURL: "http://127.0.0.1:\(server.port)", apiKey: "key")
        let terminals = client.terminals(of: "abcd", pool: "shell", longestSilence: .milliseconds(200))
        let error = await #expect(throws: ClientError.self) {
            try await terminals.read("000000000000abcd", from: 0) { _, _ in }
        }
        #expect(error?.kind == .timedOut)
    }
}
