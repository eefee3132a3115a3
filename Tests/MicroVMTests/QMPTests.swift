import CLinux
import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import MicroVM

/// A monitor of which the test plays QEMU's part.
private struct PlayedMonitor {
    let client: QMPClient
    let socket: Int32

    init() async throws {
        var ends: [Int32] = [-1, -1]
        try #require(cloister_socket_pair(&ends) == 0)
        client = try await QMPClient.connect(
            OwnedDescriptor(ends[0]),
            on: MultiThreadedEventLoopGroup.singleton
        )
        socket = ends[1]
    }

    func say(_ text: String) {
        let bytes = Array(text.utf8)
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { write(socket, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// The next line from the client; read without blocking, for the client needs the threads.
    func line() async throws -> String {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        let deadline = ContinuousClock.now + .seconds(5)
        while byte != UInt8(ascii: "\n"), ContinuousClock.now < deadline {
            if recv(socket, &byte, 1, Int32(MSG_DONTWAIT)) == 1 {
                bytes.append(byte)
            } else {
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        try #require(byte == UInt8(ascii: "\n"))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Answers commands, once they have come, by lines that hold their numbers.
    func answer(_ answers: String...) async throws {
        for _ in answers { _ = try await line() }
        for answer in answers { say(answer + "\n") }
    }

    func end() async {
        close(socket)
        await client.close()
        _ = try? await client.closed.get()
    }
}

@Suite("The monitor")
struct QMPTests {
    private static let greeting = #"{"QMP": {"version": {"qemu": {"major": 7}}, "capabilities": []}}"# + "\n"

    @Test("Greeting, negotiation, a command, an event between command and answer")
    func roundTrip() async throws {
        let monitor = try await PlayedMonitor()
        monitor.say(Self.greeting)
        async let negotiation: Void = monitor.client.negotiate(by: .now + .seconds(5))
        #expect(try await monitor.line().contains("qmp_capabilities"))
        monitor.say(#"{"return": {}, "id": 1}"# + "\n")
        try await negotiation

        async let pending = monitor.client.execute("query-status", by: .now + .seconds(5))
        try await monitor.answer(
            #"{"event": "STOP", "timestamp": {"seconds": 1}}"# + "\r\n"
                + #"{"return": {"status": "paused", "n": [1, 2.5, null, true]}, "id": 2}"#
        )
        let answer = try await pending
        #expect(answer["status"]?.text == "paused")
        #expect(answer["n"] == [1, .number(2.5), .null, true])
        #expect(try await monitor.client.nextEvent(by: .now + .seconds(5))?.name == "STOP")
        await monitor.end()
    }

    @Test("Answers find their commands, in whatever order they come")
    func answersOutOfOrder() async throws {
        let monitor = try await PlayedMonitor()
        async let first = monitor.client.execute("a", by: .now + .seconds(5))
        async let second = monitor.client.execute("b", by: .now + .seconds(5))
        try await monitor.answer(#"{"return": "two", "id": 2}"#, #"{"return": "one", "id": 1}"#)
        #expect(Set([try await first.text, try await second.text]) == ["one", "two"])
        await monitor.end()
    }

    @Test("A refused command says why, and the conversation goes on")
    func refusal() async throws {
        let monitor = try await PlayedMonitor()
        let client = monitor.client
        let refused = Task { try await client.execute("x", by: .now + .seconds(5)) }
        try await monitor.answer(#"{"error": {"class": "GenericError", "desc": "no such thing"}, "id": 1}"#)
        let error = await #expect(throws: MicroVMError.self) { try await refused.value }
        #expect(error?.code == .commandRefused)
        #expect(error?.message.contains("no such thing") == true)
        async let next = client.execute("y", by: .now + .seconds(5))
        try await monitor.answer(#"{"return": {}, "id": 2}"#)
        _ = try await next
        await monitor.end()
    }

    @Test("A command without an answer ends at its deadline")
    func deadline() async throws {
        let monitor = try await PlayedMonitor()
        let error = await #expect(throws: MicroVMError.self) {
            try await monitor.client.execute("x", by: .now + .milliseconds(30))
        }
        #expect(error?.code == .deadlineExceeded)
        await monitor.end()
    }

    @Test(
        "Garbage ends the conversation with its name",
        arguments: [
            "this is not JSON\n", "{\"neither\": 1}\n", "[]\n", "\u{0}\u{1}\u{2}\n", "{\"return\": {}}\n",
            String(repeating: "x", count: QMPClient.lineBytesMax + 1),
            #"{"error": {"desc": "Invalid JSON syntax"}}"# + "\n",
        ]
    )
    func garbage(_ text: String) async throws {
        let monitor = try await PlayedMonitor()
        let client = monitor.client
        let pending = Task { try await client.execute("x", by: .now + .seconds(5)) }
        let writer = Task.detached { monitor.say(text) }
        let error = await #expect(throws: MicroVMError.self) { try await pending.value }
        #expect(error?.code == .monitorGarbage)
        #expect(try await monitor.client.nextEvent(by: .now + .seconds(5)) == nil)
        let late = await #expect(throws: MicroVMError.self) {
            try await monitor.client.execute("y", by: .now + .seconds(5))
        }
        #expect(late?.code == .monitorGarbage)
        await writer.value
        await monitor.end()
    }

    @Test("QEMU's death fails what waits")
    func death() async throws {
        let monitor = try await PlayedMonitor()
        let client = monitor.client
        let pending = Task { try await client.execute("x", by: .now + .seconds(5)) }
        _ = try await monitor.line()
        shutdown(monitor.socket, Int32(SHUT_RDWR))
        let error = await #expect(throws: MicroVMError.self) { try await pending.value }
        #expect(error?.code == .machineDied)
        await monitor.end()
    }

    @Test("Of a thousand events that nobody takes the last ones are kept")
    func eventsAreBounded() async throws {
        let monitor = try await PlayedMonitor()
        async let pending = monitor.client.execute("x", by: .now + .seconds(5))
        let events = (0..<1_000).map { #"{"event": "E\#($0)"}"# + "\n" }.joined()
        try await monitor.answer(events + #"{"return": {}, "id": 1}"#)
        _ = try await pending
        #expect(try await monitor.client.nextEvent(by: .now + .seconds(5))?.name == "E936")
        await monitor.end()
    }
}
