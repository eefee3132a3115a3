internal import AsyncHTTPClient
internal import EventLoops
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

extension CloisterClient {
    /// On what the tasks of a client that measures run at the least cost; none for another client.
    package var executors: [any TaskExecutor] {
        measured == nil
            ? [] : MultiThreadedEventLoopGroup.singleton.makeIterator().map(EventLoopExecutor.init)
    }

    /// Sends a request with a body and waits for the whole answer, at the least cost when the client measures.
    ///
    /// - Parameters:
    ///   - request: the request, without its body.
    ///   - body: the body.
    ///   - timeout: how long it may take.
    /// - Returns: the head of the answer, and its body.
    /// - Throws: why there is none.
    func post(
        _ request: HTTPClientRequest,
        _ body: ByteBuffer,
        timeout: TimeAmount
    ) async throws(ClientError) -> (HTTPClientResponse, Data) {
        guard let measured else {
            var request = request
            request.body = .bytes(body)
            return try await send(request, timeout: timeout)
        }
        do {
            let path = String(decoding: request.url.utf8.dropFirst(baseURL.utf8.count), as: UTF8.self)
            let answer = try await measured.post(path, request.headers, body, within: timeout)
            let head = HTTPClientResponse(status: answer.head.status, headers: answer.head.headers)
            return (head, Data(answer.body.readableBytesView))
        } catch {
            throw failure(for: Task.isCancelled ? CancellationError() : error)
        }
    }
}
