internal import APIModel
internal import Coordinator
internal import Domain
internal import Hummingbird
internal import Identity
internal import Logging
internal import Telemetry

/// One call of a tool, from its arguments to its result.
struct MCPToolRun: Sendable {
    let exchange: MCPExchange
    let identifier: RPCIdentifier
    let call: MCPToolCall

    var context: APIContext { exchange.context }
    var dispatch: any SessionDispatch { exchange.dispatch }
    /// The call as a later request names it.
    var key: MCPCalls.Key? {
        exchange.session.map { MCPCalls.Key(session: $0, request: identifier) }
    }

    /// Does what the tool is for.
    ///
    /// - Returns: the answer.
    /// - Throws: `RPCError`, or what is no affair of the protocol.
    func reply() async throws -> MCPReply {
        context.audit?.note { $0.operation += " tools/call \(call.tool.name)" }
        let order: MCPToolCall.Order
        do {
            order = try call.order()
        } catch {
            return answer(.failed(error))
        }
        if case .run(let input, let environment, let seconds) = order, exchange.takesEvents,
            let token = call.progressToken
        {
            let progress = MCPProgress(run: self, token: token) { () async throws in
                try await ordered(input, in: environment, seconds)
            }
            return MCPReply(.events(progress.body))
        }
        let taken = await exchange.calls.begin(key)
        do {
            let result = try await context.connection.cancellingOnDisconnect {
                () async throws -> MCPToolResult in
                try await exchange.calls.waiting(in: taken) { try await self.result(of: order) }
            }
            await exchange.calls.finish(taken)
            return answer(result)
        } catch {
            await exchange.calls.finish(taken)
            return answer(try await told(error))
        }
    }

    /// The message that ends the call.
    func message(_ result: MCPToolResult) -> JSONValue { exchange.message(result.json, to: identifier) }

    private func answer(_ result: MCPToolResult) -> MCPReply {
        if result.isError { context.audit?.note { $0.outcome = $0.outcome ?? "refused" } }
        return MCPReply(.message(message(result)))
    }

    /// Turns what kept a tool from its work into a result that a model can do something about.
    ///
    /// - Parameter error: what kept it from its work.
    /// - Returns: the result.
    /// - Throws: `RPCError` for a defect and an environment that has ended; what is no affair of the protocol.
    func told(_ error: any Error) async throws -> MCPToolResult {
        guard let failure = error as? Failure else { throw error }
        context.audit?.note { entry in
            entry.errorCode = failure.code.name
            entry.outcome = failure.code.httpStatus < 500 ? "refused" : "broken"
        }
        switch failure.code {
        case .internalError, .invalidConfiguration:
            context.logger.error("A tool failed", metadata: ["error": "\(failure)"])
            throw RPCError(.defect, "\(FailureCode.internalError.meaning) (\(context.traceID))")
        case .noSessionFound, .sessionLost: throw await ended(failure)
        default: return .failed(failure)
        }
    }

    private func result(of order: MCPToolCall.Order) async throws -> MCPToolResult {
        switch order {
        case .launch:
            var generator = SystemRandomNumberGenerator()
            return .launched(RandomName.uuid(using: &generator))
        case .run(let input, let environment, let seconds):
            let (spec, session) = try await ordered(input, in: environment, seconds)
            return try finished(
                try await dispatch.execute(spec, in: session),
                imageBytes: MCPLimits.imageBytes
            )
        case .list(let folder, let environment, let isRecursive):
            let session = try await session(environment)
            let list = try await dispatch.files(
                in: noted(folder),
                of: session,
                isRecursive: isRecursive,
                after: .dataFolder,
                most: MCPLimits.listedFiles
            )
            return .listed(list.files, isComplete: list.isComplete)
        case .read(let path, let environment, let offset, let length):
            let files = MCPFiles(dispatch: dispatch, session: try await session(environment))
            return try await files.read(noted(path), from: offset, length: length)
        case .write(let path, let environment, let bytes):
            let files = MCPFiles(dispatch: dispatch, session: try await session(environment))
            return try await files.write(bytes, to: noted(path))
        }
    }

    private func noted(_ path: SessionFilePath) -> SessionFilePath {
        context.audit?.note { $0.file = path.text }
        return path
    }

    /// What to run, and where.
    private func ordered(
        _ input: ExecutionInput,
        in environment: SessionIdentifier,
        _ seconds: Int?
    ) async throws -> (ExecutionSpec, SessionKey) {
        var generator = SystemRandomNumberGenerator()
        let limits = exchange.pool.limits
        let standard = min(.seconds(ExecutionRequest.defaultTimeoutInSeconds), limits.timeout)
        let spec = try ExecutionSpec(
            id: try ExecutionID(RandomName.uuid(using: &generator)),
            input: input,
            timeout: seconds.map { .seconds($0) } ?? standard,
            form: MCPExecutionResult.form,
            limits: limits
        )
        context.audit?.note { entry in
            entry.operationID = spec.id.text
            entry.codeDigest = Fingerprint(of: input.text).description
            entry.code = input.text
        }
        let session = try await session(environment)
        // What becomes of it is not known until there is a report.
        context.audit?.note { $0.outcome = "broken" }
        return (spec, session)
    }

    /// Lays out an execution that has ended.
    ///
    /// - Parameters:
    ///   - report: what it produced.
    ///   - imageBytes: how large all pictures together may be.
    /// - Returns: the result.
    /// - Throws: `internalError` when it has not ended.
    func finished(_ report: ExecutionReport, imageBytes: Int) throws(Failure) -> MCPToolResult {
        context.audit?.note { entry in
            entry.session = report.sessionInstance
            entry.outcome = report.outcome?.status.rawValue
            for (stage, duration) in report.timings.recorded {
                entry.milliseconds[stage.name] = duration / .milliseconds(1)
            }
        }
        return try MCPExecutionResult.result(report, of: call.tool, imageBytes: imageBytes)
    }
}

/// Environments that have ended.
extension MCPToolRun {
    /// The session of an environment: one that lives, or one that begins with this call.
    ///
    /// An identifier that had a session is not begun anew: an agent would go on in an empty environment and not know.
    private func session(_ environment: SessionIdentifier) async throws -> SessionKey {
        context.audit?.note { $0.identifier = environment.text }
        let session = SessionKey(pool: exchange.pool.name, identifier: environment)
        guard let end = await dispatch.endedSessions(of: session).first else { return session }
        do throws(Failure) {
            _ = try await dispatch.session(session)
            return session
        } catch {
            guard error.code == .noSessionFound || error.code == .sessionLost else { throw error }
            throw notFound(environment, EndedSessionResource(end))
        }
    }

    /// What is said when the environment ended while the call went on.
    private func ended(_ failure: Failure) async -> RPCError {
        guard let environment = call.environment else {
            return RPCError(.environmentNotFound, failure.message)
        }
        let session = SessionKey(pool: exchange.pool.name, identifier: environment)
        let end = await dispatch.endedSessions(of: session).first
        return notFound(environment, end.map { EndedSessionResource($0) })
    }

    private func notFound(_ environment: SessionIdentifier, _ end: EndedSessionResource?) -> RPCError {
        let reason = end.map { " It ended at \($0.endedAt) (\($0.cause))." } ?? " It has ended."
        var members: [JSONValue.Member] = [.init("environmentId", .string(environment.text))]
        if let end {
            members += [.init("cause", .string(end.cause)), .init("endedAt", .string(end.endedAt))]
        }
        return RPCError(
            .environmentNotFound,
            "Environment not found: \(environment).\(reason) Its variables and files are gone: launch another "
                + "environment, and do again there what you need.",
            data: .object(members)
        )
    }
}
