internal import APIModel
internal import Client
internal import Presentation

/// Passes messages between a client at standard input and the MCP server of a pool, many at the same time.
actor MCPBridge {
    /// How many messages are under way at once; each holds its line and a connection.
    private static let callsMax = 256

    private let client: CloisterClient
    private let pool: String
    private let output: MessageOutput
    /// The session of the protocol, from the handshake on.
    private var session: String?
    /// The version that the handshake ended with.
    private var version: String?
    /// What cancels the calls that go on.
    private var running: [RPCIdentifier: AsyncStream<Never>.Continuation] = [:]
    private var underWay = 0

    init(client: CloisterClient, pool: String, output: MessageOutput) {
        self.client = client
        self.pool = pool
        self.output = output
    }

    /// Passes messages until the input has ended and everything is answered, or nobody reads the answers.
    ///
    /// - Parameter input: the client's messages, one a line.
    func run(_ input: LineInput) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.passAll(input) }
            group.addTask { await self.output.untilReaderIsGone() }
            await group.next()
            group.cancelAll()
        }
    }

    private func passAll(_ input: LineInput) async {
        await withDiscardingTaskGroup { group in
            while let line = await input.next() {
                // In the order of the lines: a cancellation may stand right behind its request.
                do throws(Refusal) {
                    guard let call = try accept(line) else { continue }
                    underWay += 1
                    group.addTask { await self.perform(call) }
                } catch {
                    await refuse(error)
                }
            }
        }
    }

    /// Why a message is not passed on.
    private struct Refusal: Error {
        let identifier: RPCIdentifier?
        let error: RPCError
    }

    private func refuse(_ refusal: Refusal) async {
        guard let identifier = refusal.identifier else {
            return Console.error(line: "cloister: a message was left out: \(refusal.error.message)")
        }
        await output.write(refusal.error.json(for: identifier).encoded)
    }

    /// A message that is passed on.
    private struct Call: Sendable {
        let line: [UInt8]
        var identifier: RPCIdentifier?
        var method = ""
        var parameters = JSONValue.object([])
        /// Ends when the client cancels the call.
        var cancellation: AsyncStream<Never>?
    }

    /// Takes in a message.
    private func accept(_ line: [UInt8]) throws(Refusal) -> Call? {
        var call = Call(line: line)
        switch JSONValue.bounded(line, valueLimit: RPCBody.valuesMax).map({ RPCMessage($0) }) {
        case .request(let identifier, let method, let parameters):
            (call.identifier, call.method, call.parameters) = (identifier, method, parameters)
            guard running[identifier] == nil else {
                let error = RPCError(
                    .invalidRequest,
                    "A call of this id goes on; its answer could not be told apart."
                )
                throw Refusal(identifier: identifier, error: error)
            }
            try checkRoom(for: identifier)
            let (cancellation, continuation) = AsyncStream<Never>.makeStream()
            call.cancellation = cancellation
            running[identifier] = continuation
        case .notification("notifications/cancelled", let parameters):
            // The connection goes, and that cancels the call in every version.
            parameters["requestId"].flatMap { RPCIdentifier($0) }.flatMap { running[$0] }?.finish()
            return nil
        case .response: return nil
        case .notification(let method, let parameters): (call.method, call.parameters) = (method, parameters)
        case .invalid(let identifier): call.identifier = identifier
        case nil: break
        }
        try checkRoom(for: call.identifier)
        return call
    }

    private func checkRoom(for identifier: RPCIdentifier?) throws(Refusal) {
        guard underWay >= Self.callsMax else { return }
        let error = RPCError(.unreachable, "\(underWay) messages are under way already; wait for some.")
        throw Refusal(identifier: identifier, error: error)
    }

    private func perform(_ call: Call) async {
        defer { underWay -= 1 }
        guard let identifier = call.identifier, let cancellation = call.cancellation else {
            return await pass(call)
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.pass(call) }
            group.addTask { for await _ in cancellation {} }
            await group.next()
            group.cancelAll()
        }
        running[identifier] = nil
    }

    /// Sends a message, and writes what comes back.
    private func pass(_ call: Call) async {
        let isHandshake = call.method == "initialize"
        do throws(ClientError) {
            let begun = try await client.exchangeMCP(
                call.line,
                pool: pool,
                headers: headers(call.method, call.parameters),
                receive: { message in
                    if isHandshake { await self.note(message) }
                    await self.output.write(message)
                }
            )
            if isHandshake { session = begun }
        } catch {
            guard error.kind != .cancelled, !Task.isCancelled else { return }
            Console.error(line: "cloister: \(PlainText.of(error.description))")
            guard let identifier = call.identifier else { return }
            await output.write(RPCError(.unreachable, error.description).json(for: identifier).encoded)
        }
    }

    /// What the protocol wants to have in headers, too.
    private func headers(_ method: String, _ parameters: JSONValue) -> [String: String] {
        let own = parameters["_meta"]?[MCPMetadata.version]?.text
        guard let own else {
            guard method != "initialize" else { return [:] }
            var headers: [String: String] = [:]
            headers["Mcp-Session-Id"] = session
            headers["MCP-Protocol-Version"] = version
            return headers
        }
        var headers = ["MCP-Protocol-Version": own, "Mcp-Method": method]
        headers["Mcp-Name"] = parameters["name"]?.text
        return headers.mapValues(MCPMetadata.encoded)
    }

    private func note(_ answer: [UInt8]) {
        version =
            JSONValue.bounded(answer, valueLimit: RPCBody.valuesMax)?["result"]?["protocolVersion"]?.text
    }
}
