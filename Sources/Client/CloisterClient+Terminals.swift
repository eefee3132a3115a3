package import APIModel
internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// The terminals of one session.
package struct RemoteTerminals: Sendable {
    private struct List: Decodable { let value: [TerminalResource] }

    private static let timeout = TimeAmount.seconds(60)
    /// An answer with output says something or ends long before that is over.
    private static let longestOutput = TimeAmount.hours(24)

    let client: CloisterClient
    let identifier: String
    let pool: String
    let longestSilence: Duration

    /// Opens a terminal; the session begins with it if there is none.
    ///
    /// - Parameters:
    ///   - columns: how wide it is, in characters.
    ///   - rows: how high it is, in characters.
    ///   - kind: the value of `TERM`; nil for the server's choice.
    ///   - command: the program and its arguments; a login shell when there are none.
    /// - Returns: the terminal.
    /// - Throws: why there is none.
    package func open(
        columns: Int,
        rows: Int,
        kind: String? = nil,
        command: [String] = []
    ) async throws(ClientError) -> TerminalResource {
        var members: [JSONValue.Member] = [
            .init("columns", .integer(columns)), .init("rows", .integer(rows)),
        ]
        if let kind { members.append(.init("term", .string(kind))) }
        if !command.isEmpty { members.append(.init("command", .array(command.map(JSONValue.string)))) }
        return try await terminal(after: request("", .POST, JSONValue.object(members).encoded))
    }

    /// Lists the terminals, in the order in which they were opened.
    ///
    /// - Returns: those that run and the last ones that have ended.
    /// - Throws: why there is no list.
    package func list() async throws(ClientError) -> [TerminalResource] {
        let answer = try await ask(request("", .GET))
        guard let list = try? JSONDecoder().decode(List.self, from: answer) else {
            throw ClientError(.malformedAnswer, "The answer is no list of terminals.")
        }
        return list.value
    }

    /// Tells what is known of a terminal.
    ///
    /// - Parameter id: its name.
    /// - Returns: the terminal.
    /// - Throws: why it cannot be told.
    package func show(_ id: String) async throws(ClientError) -> TerminalResource {
        try await terminal(after: request("/\(id)", .GET))
    }

    /// Types; what the terminal has taken before is not typed again.
    ///
    /// - Parameters:
    ///   - bytes: the input, 32 KiB at most.
    ///   - id: the terminal's name.
    ///   - place: where the input stands among all input, in bytes.
    /// - Returns: the terminal.
    /// - Throws: why it was not typed, or why that is not known.
    package func type(
        _ bytes: [UInt8],
        into id: String,
        at place: UInt64
    ) async throws(ClientError) -> TerminalResource {
        try await terminal(after: request("/\(id)/input", .POST, bytes, query: "&from=\(place)"))
    }

    /// Gives a terminal a size.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - columns: how wide it is, in characters.
    ///   - rows: how high it is, in characters.
    /// - Throws: why it has it not.
    package func resize(_ id: String, columns: Int, rows: Int) async throws(ClientError) {
        let size = JSONValue.object([.init("columns", .integer(columns)), .init("rows", .integer(rows))])
        _ = try await terminal(after: request("/\(id)", .PATCH, size.encoded))
    }

    /// Hangs a terminal up.
    ///
    /// - Parameter id: its name.
    /// - Throws: why it was not.
    package func close(_ id: String) async throws(ClientError) {
        _ = try await ask(request("/\(id)", .DELETE))
    }

    /// Reads what a terminal shows, as it comes, until the answer ends; that is not always the terminal's end.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - place: where to begin, in bytes from the beginning.
    ///   - take: is given each part and the place where it begins.
    /// - Throws: why nothing more can be read; that the server said nothing for too long, too.
    package func read(
        _ id: String,
        from place: UInt64,
        _ take: @escaping @Sendable ([UInt8], UInt64) async -> Void
    ) async throws(ClientError) {
        let silence = Silence(longest: longestSilence)
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { try await output(id, from: place, silence, take) }
                group.addTask { try await silence.watch() }
                try await group.next()
            }
        } catch let error as ClientError {
            throw error
        } catch is CancellationError {
            throw ClientError(.cancelled, "The request was cancelled.")
        } catch {
            throw ClientError(.unreachable, "The connection broke: \(error).")
        }
    }

    private func output(
        _ id: String,
        from place: UInt64,
        _ silence: Silence,
        _ take: @Sendable ([UInt8], UInt64) async -> Void
    ) async throws {
        let request = request("/\(id)/output", .GET, query: "&from=\(place)")
        let response = try await client.open(request, timeout: Self.longestOutput)
        guard response.status == .ok else {
            throw client.refusal(response, try await client.collect(response))
        }
        var place =
            response.headers.first(name: "x-ms-cloister-terminal-position").flatMap(UInt64.init) ?? place
        for try await part in response.body {
            await silence.ends()
            await take(Array(part.readableBytesView), place)
            place += UInt64(part.readableBytes)
            await silence.begins()
        }
    }

    private func request(
        _ below: String,
        _ method: HTTPMethod,
        _ body: [UInt8]? = nil,
        query: String = ""
    ) -> HTTPClientRequest {
        var request = client.request(
            "/pools/\(PercentEncoding.encoded(pool))/terminals\(below)?api-version=\(APIVersion.latest)"
                + "&identifier=\(PercentEncoding.encoded(identifier))\(query)"
        )
        request.method = method
        if let body { request.body = .bytes(ByteBuffer(bytes: body)) }
        return request
    }

    private func ask(_ request: HTTPClientRequest) async throws(ClientError) -> Data {
        let (response, answer) = try await client.send(request, timeout: Self.timeout)
        guard (200..<300).contains(response.status.code) else { throw client.refusal(response, answer) }
        return answer
    }

    private func terminal(after request: HTTPClientRequest) async throws(ClientError) -> TerminalResource {
        let answer = try await ask(request)
        guard let terminal = try? JSONDecoder().decode(TerminalResource.self, from: answer) else {
            throw ClientError(.malformedAnswer, "The answer is no terminal.")
        }
        return terminal
    }
}

extension CloisterClient {
    /// The terminals of a session.
    ///
    /// - Parameters:
    ///   - identifier: the session's identifier.
    ///   - pool: the pool's name.
    ///   - longestSilence: after which time without a byte reading fails; a server says something each 15 s.
    /// - Returns: what opens and serves them.
    package func terminals(
        of identifier: String,
        pool: String,
        longestSilence: Duration = .seconds(30)
    ) -> RemoteTerminals {
        RemoteTerminals(client: self, identifier: identifier, pool: pool, longestSilence: longestSilence)
    }
}
