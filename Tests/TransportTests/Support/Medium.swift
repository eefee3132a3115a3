import Glibc
import Testing
import Transport
import transport_peer

/// What carries the messages of a parameterised test.
enum Medium: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case memory, tcp, ipc, tls, inproc

    /// What a test of the common promises runs over.
    static let all: [Medium] = allCases

    /// The ones that connect processes.
    static let betweenProcesses: [Medium] = [.tcp, .ipc, .tls]

    /// The ones with ports.
    static let withPorts: [Medium] = all.filter { $0 != .ipc && $0 != .inproc }

    var testDescription: String { rawValue }

    /// The post, one for all parties of a test.
    func post() throws -> any Post {
        switch self {
        case .memory: InMemoryTransport(limits: .fewSends)
        case .tcp, .ipc, .inproc: NNGTransport(limits: .brisk)
        case .tls: try Certificates.forThisRun().member(limits: .brisk)
        }
    }

    /// An address for an inbox that lives only in this test.
    var anyAddress: String {
        switch self {
        case .memory, .tcp: "tcp://127.0.0.1:0"
        case .tls: "tls+tcp://127.0.0.1:0"
        case .ipc: "ipc://\(Scratch.path("socket"))"
        case .inproc: "inproc://\(Scratch.path("name"))"
        }
    }

    /// An address that can be known before anybody listens there.
    var knownAddress: String {
        switch self {
        case .memory, .tcp: "tcp://127.0.0.1:\(Scratch.port())"
        case .tls: "tls+tcp://127.0.0.1:\(Scratch.port())"
        case .ipc, .inproc: anyAddress
        }
    }

    /// The argument that gives a peer process its certificates.
    func tlsArgument() throws -> String {
        self == .tls ? try Certificates.forThisRun().directory : "-"
    }
}

extension InMemoryTransport.Limits {
    /// As many waiting sends as the sockets of these tests have, so that one test fits both.
    static var fewSends: Self {
        var limits = Self()
        limits.waitingSends = 256
        return limits
    }
}
