internal import APIModel
internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1

/// What a session is asked to run.
package enum ExecutionOrder: Hashable, Sendable {
    /// Code for the pool's interpreter.
    case code(String)
    /// A command line for a shell.
    case command(String, standardInput: String?)
    /// A program with its arguments.
    case program([String], standardInput: String?)

    var members: [JSONValue.Member] {
        func input(_ text: String?) -> [JSONValue.Member] { text.map { [.init("stdin", .string($0))] } ?? [] }
        return switch self {
        case .code(let code): [.init("codeInputType", .string("Inline")), .init("code", .string(code))]
        case .command(let line, let text): [.init("shellCommand", .string(line))] + input(text)
        case .program(let words, let text):
            [.init("execCommandAndArgs", .array(words.map(JSONValue.string)))] + input(text)
        }
    }
}

/// An execution whose events are read while it runs, over as many connections as that takes.
package struct LiveExecution: Sendable {
    /// The longest that any pool lets code run, in seconds.
    private static let longestExecution = 3_600

    private let client: CloisterClient
    private let order: ExecutionOrder
    private let identifier: String
    private let pool: String
    private let seconds: Int?
    private let id: String

    /// Prepares an execution; nothing is sent yet.
    ///
    /// - Parameters:
    ///   - order: what to run.
    ///   - identifier: the session's identifier.
    ///   - pool: the pool's name.
    ///   - seconds: how long it may run; nil for the server's own idea.
    ///   - id: its name, unlike any other of the session.
    ///   - client: speaks to the cluster.
    package init(
        _ order: ExecutionOrder,
        identifier: String,
        pool: String,
        seconds: Int?,
        id: String,
        client: CloisterClient
    ) {
        self.client = client
        self.order = order
        self.identifier = identifier
        self.pool = pool
        self.seconds = seconds
        self.id = id
    }

    /// Has it run and tells its events, each once, until its end.
    ///
    /// A connection that breaks is made anew behind the last event; the code runs once all the same, for the
    /// request has its name.
    ///
    /// - Parameter receive: takes the events in their order.
    /// - Throws: why it did not run or its end is not known; what `receive` throws.
    package func follow(_ receive: (LiveEvent) async throws -> Void) async throws {
        var seen: String?
        var wasHeard = false
        var patience = Patience()
        while true {
            do {
                let response = try await connect(after: seen)
                wasHeard = true
                // Behind the end there is nothing; the end itself was the last that came.
                if response.status == .noContent { return }
                if try await read(response, seen: &seen, &patience, receive) { return }
                throw ClientError(.unreachable, "The server ended the stream before the execution's end.")
            } catch let error as ClientError where error.isPassing && wasHeard {
                guard
                    let pause = patience.pause(
                        at: .now,
                        wanted: .seconds(error.retryAfterSeconds ?? 0)
                    )
                else { throw error }
                try await Task.sleep(for: pause)
            }
        }
    }

    /// Ends it early; one that has ended stays as it is.
    ///
    /// - Throws: why it could not be ended.
    package func cancel() async throws(ClientError) {
        var request = client.request(
            client.path("executions/\(PercentEncoding.encoded(id))", of: identifier, in: pool)
        )
        request.method = .DELETE
        let (response, answer) = try await client.send(request, timeout: .seconds(10))
        guard response.status == .noContent else { throw client.refusal(response, answer) }
    }

    private func connect(after seen: String?) async throws(ClientError) -> HTTPClientResponse {
        // What was seen once is read by its name only: that never begins it anew.
        let route = seen == nil ? "executions" : "executions/\(PercentEncoding.encoded(id))"
        var request = client.request(client.path(route, of: identifier, in: pool))
        request.headers.add(name: "Accept", value: "text/event-stream")
        if let seen {
            request.headers.add(name: "Last-Event-ID", value: seen)
        } else {
            request.method = .POST
            request.headers.add(name: "Content-Type", value: "application/json")
            request.headers.add(name: "operation-id", value: id)
            let limit = seconds.map { [JSONValue.Member("timeoutInSeconds", .integer($0))] }
            let members = order.members + (limit ?? [])
            request.body = .bytes(ByteBuffer(bytes: JSONValue.object(members).encoded))
        }
        let limit = Int64(seconds ?? Self.longestExecution)
        let response = try await client.open(request, timeout: .seconds(limit) + .minutes(10))
        guard response.status == .ok || response.status == .noContent && seen != nil else {
            throw client.refusal(response, try await client.collect(response))
        }
        return response
    }

    /// Reads one connection's events.
    ///
    /// - Returns: whether the execution has ended.
    private func read(
        _ response: HTTPClientResponse,
        seen: inout String?,
        _ patience: inout Patience,
        _ receive: (LiveEvent) async throws -> Void
    ) async throws -> Bool {
        var parser = EventStreamParser()
        var pieces = response.body.makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do { piece = try await pieces.next() } catch { throw client.failure(for: error) }
            guard let piece else { return false }
            patience.renew()
            for event in try parser.next(piece.readableBytesView) {
                if let known = try LiveEvent(event) {
                    try await receive(known)
                    if case .ended = known { return true }
                }
                if let id = event.id { seen = id }
            }
        }
    }
}
