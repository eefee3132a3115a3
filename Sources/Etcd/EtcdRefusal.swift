internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOPosix

/// What the ways mean in which etcd does not answer.
enum EtcdRefusal {
    /// The meaning of an answer that is a refusal.
    ///
    /// - Parameters:
    ///   - bytes: the answer.
    ///   - status: its HTTP status.
    /// - Returns: the error.
    static func error(of bytes: Data, status: UInt) -> EtcdError {
        guard let refusal = try? JSONDecoder().decode(EtcdMessage.Refusal.self, from: bytes) else {
            return EtcdError(.malformedAnswer, "an answer with status \(status) that is not etcd's")
        }
        let sentence = refusal.message ?? refusal.error ?? "no reason given"
        return EtcdError(kind(code: refusal.code, sentence: sentence), sentence)
    }

    // gRPC's status codes (grpc/doc/statuscodes.md), and etcd's sentences where one code means two things
    // (etcd/api/v3rpc/rpctypes/error.go).
    private static func kind(code: Int, sentence: String) -> EtcdError.Kind {
        switch code {
        case 16, 7: .unauthorized
        case 5: .leaseNotFound
        case 8: .full
        case 14 where sentence.contains("no leader"): .unavailable
        case 14, 4, 1: .uncertain
        case 3 where sentence.contains("user name is empty"): .unauthorized
        default: .refused
        }
    }

    /// The meaning of a connection that failed.
    ///
    /// - Parameters:
    ///   - error: how.
    ///   - endpoint: where.
    /// - Returns: the error.
    static func error(of error: any Error, endpoint: String) -> EtcdError {
        let wasNotSent: Bool =
            switch error {
            case is NIOConnectionError: true
            // Linux: refused, host and net unreachable.
            case let error as IOError: [111, 113, 101].contains(error.errnoCode)
            case let error as HTTPClientError:
                [.connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout].contains(error)
            default: false
            }
        if let error = error as? HTTPClientError, error == .alreadyShutdown || error == .shutdownUnsupported {
            return EtcdError(.closed, "the client is closed")
        }
        return EtcdError(
            wasNotSent ? .unavailable : .uncertain,
            "\(endpoint) does not answer: \(error)"
        )
    }
}
