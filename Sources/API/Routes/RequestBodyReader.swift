internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Reads a body into memory, up to a limit.
///
/// The content type is not looked at: clients of this API label JSON in every way there is.
struct RequestBodyReader {
    /// The longest body, in bytes.
    let limit: Int

    /// Reads the body of a request.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - connection: the connection that it comes on, closed if reading takes too long.
    ///   - timeout: how long reading may take.
    /// - Returns: the body.
    /// - Throws: `payloadTooLarge` as soon as it is known, `unsupportedMediaType` for a compressed body.
    func bytes(
        of request: Request,
        on connection: ClientConnection,
        within timeout: Duration
    ) async throws(Failure) -> [UInt8] {
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw Failure(.unsupportedMediaType, "Compressed bodies are not taken; send the body as it is.")
        }
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > limit {
            throw tooLarge
        }
        return try await connection.closing(after: timeout) { () async throws(Failure) in
            try await collect(request.body)
        }
    }

    private func collect(_ body: RequestBody) async throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await buffer in body {
                guard bytes.count + buffer.readableBytes <= limit else { throw tooLarge }
                bytes += buffer.readableBytesView
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.sessionRequestValidationFailed, "The body ended early or is not valid HTTP.")
        }
        return bytes
    }

    private var tooLarge: Failure {
        Failure(.payloadTooLarge, "The body may have \(limit) bytes. Upload large data as a file.")
    }
}
