import Testing
import Transport

@Suite struct AddressTests {
    @Test(
        "A well-formed address reads back as it was written",
        arguments: [
            "tcp://127.0.0.1:4711", "tcp://localhost:1", "tcp://[::1]:65535",
            "tls+tcp://worker-1.example.com:9",
            "ipc:///run/cloister/inbox", "inproc://name", "tls+tcp://0.0.0.0:0",
        ]
    )
    func wellFormed(text: String) throws {
        #expect(try Address(text).description == text)
    }

    @Test(
        "A malformed address is refused with a reason",
        arguments: [
            "", "tcp", "tcp:/127.0.0.1:1", "tcp://", "tcp://127.0.0.1", "tcp://:1", "tcp://127.0.0.1:",
            "tcp://127.0.0.1:65536", "tcp://127.0.0.1:-1", "tcp://127.0.0.1:+1", "tcp://a b:1",
            "tcp://[1::2:1",
            "tcp://[name]:1", "tcp://::1:1", "tcp://*:1", "tcp://host/path:1", "ws://127.0.0.1:1",
            "ipc://relative",
            "ipc://", "ipc:///", "inproc://", "TCP://127.0.0.1:1", "tcp://127.0.0.1:1\n",
            "tcp://127.0.0.1:1\0",
            "tcp://user@127.0.0.1:1", "ipc:///" + String(repeating: "a", count: 107),
            "inproc://" + String(repeating: "a", count: 101),
            "tcp://" + String(repeating: "é", count: 20) + ":1",
        ]
    )
    func malformed(text: String) {
        #expect { try Address(text) } throws: { ($0 as? TransportError)?.code == .invalidAddress }
    }

    @Test(
        "Only the loopback interface, paths and names are local",
        arguments: [
            ("tcp://127.0.0.1:1", true), ("tcp://127.255.0.9:1", true), ("tcp://[::1]:1", true),
            ("tcp://localhost:1", true), ("ipc:///a", true), ("inproc://a", true), ("tcp://0.0.0.0:1", false),
            ("tcp://[::]:1", false), ("tcp://127.0.0.1.example.com:1", false), ("tcp://127.1:1", false),
            ("tcp://localhost.example.com:1", false), ("tcp://10.0.0.1:1", false),
        ]
    )
    func locality(text: String, isLocal: Bool) throws {
        #expect(try Address(text).isLocal == isLocal)
    }
}
