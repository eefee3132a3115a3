internal import APIModel
internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Telemetry

/// Turns whatever goes wrong into the contract's one kind of body; nothing else writes an error.
struct ErrorMiddleware: RouterMiddleware {
    typealias Context = APIContext

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            response = answer(to: error, request, context)
        }
        response.headers[HeaderNames.supportedVersions] = APIVersion.supported
        response.headers[HeaderNames.requestID] = context.traceID
        // A body after the answer to HEAD would be taken for the beginning of the next answer.
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// Logs an error and lays it out for the client.
    func answer(to thrown: any Error, _ request: Request, _ context: APIContext) -> Response {
        let ofExecution = thrown as? ExecutionTrouble
        let error = ofExecution?.error ?? thrown
        let failure = failure(for: error, request)
        var place: Logger.Metadata = ["method": "\(request.method)", "path": "\(request.uri.path)"]
        if let ofExecution { place["execution"] = "\(ofExecution.execution)" }
        Self.log(error, failure, context.logger, place)
        let end = (error as? MissingSession)?.end
        var response = response(to: failure, traceID: context.traceID, end: end)
        switch response.status {
        case .methodNotAllowed: response.headers[.allow] = (error as? MethodRefusal)?.allowed
        case .unauthorized: response.headers[.wwwAuthenticate] = challenge(request, "invalid_token", failure)
        case .forbidden:
            // Azure's own answer has no body (dynamic-sessions-api.md, section 3.1).
            response.headers[.wwwAuthenticate] = challenge(request, "insufficient_scope", failure)
            response.headers[.contentType] = nil
            response.body = ResponseBody()
        case .rangeNotSatisfiable:
            response.headers[.contentRange] = (error as? RangeRefusal).map { "bytes */\($0.size)" }
        default: break
        }
        return response
    }

    // RFC 6750, section 3: why a credential does not do is said only to who presented one.
    private func challenge(_ request: Request, _ error: String, _ failure: Failure) -> String {
        let hasCredential =
            request.headers[.authorization] != nil || request.headers[HeaderNames.apiKey] != nil
        let realm = #"Bearer realm="cloister""#
        return hasCredential
            ? realm + #", error="\#(error)", error_description="\#(failure.message)""# : realm
    }

    // The mapping, once for the whole API.
    private func failure(for error: any Error, _ request: Request) -> Failure {
        switch error {
        case let failure as Failure: Self.told(failure)
        case let missing as MissingSession: missing.failure
        case let refusal as MethodRefusal:
            Failure(.methodNotAllowed, "The route takes only: \(refusal.allowed).")
        case is RangeRefusal:
            Failure(.rangeNotSatisfiable, FailureCode.rangeNotSatisfiable.meaning)
        case let error as HTTPError where error.status == .notFound:
            Failure(.notFound, "There is no route \(request.method) \(request.uri.path).")
        case let error as HTTPError where error.status.kind == .clientError:
            Failure(.sessionRequestValidationFailed, "The request could not be read.")
        case is DecodingError:
            Failure(.sessionPropertiesMissing, "The body is not the JSON that the route wants.")
        case is CancellationError:
            Failure(.notReady, FailureCode.notReady.meaning)
        default:
            Failure(.internalError, FailureCode.internalError.meaning)
        }
    }

    /// The body about a failure that comes when the answer has begun, so that its status cannot tell.
    ///
    /// - Parameters:
    ///   - failure: what went wrong.
    ///   - context: what is known about the request.
    /// - Returns: the body.
    static func late(_ failure: Failure, in context: APIContext) -> JSONValue {
        let told = told(failure)
        log(failure, told, context.logger, ["path": "\(context.endpointPath ?? "")"])
        context.audit?.note { entry in
            entry.errorCode = told.code.name
            entry.outcome = "broken"
        }
        return ErrorEnvelope(told, traceID: context.traceID).json()
    }

    /// What a client may know: of a defect only that it is one.
    private static func told(_ failure: Failure) -> Failure {
        guard failure.code == .internalError || failure.code == .invalidConfiguration else { return failure }
        return Failure(.internalError, FailureCode.internalError.meaning)
    }

    private static func log(
        _ error: any Error,
        _ failure: Failure,
        _ logger: Logger,
        _ place: Logger.Metadata
    ) {
        let level: Logger.Level =
            switch failure.code {
            case .internalError: .error
            case _ where failure.code.httpStatus >= 500 && !(error is CancellationError): .warning
            default: .debug
            }
        logger.log(
            level: level,
            "Request failed",
            metadata: place.merging(["code": "\(failure.code.name)", "error": "\(error)"]) { first, _ in first
            }
        )
    }

    private func response(
        to failure: Failure,
        traceID: String,
        end: EndedSessionResource?
    ) -> Response {
        let status = HTTPResponse.Status(code: failure.code.httpStatus)
        let envelope = ErrorEnvelope(failure, traceID: traceID)
        let body = envelope.json(isFlatToo: status == .tooManyRequests, inner: end?.innerError)
        var response = Response(json: body.encoded, status: status)
        response.headers[HeaderNames.errorCode] = failure.code.name
        response.headers[HeaderNames.sessionEndCause] = end?.cause
        response.headers[HeaderNames.sessionEndedAt] = end?.endedAt
        if let seconds = failure.retryAfterSeconds ?? (status == .tooManyRequests ? 1 : nil) {
            response.headers[.retryAfter] = String(seconds)
        }
        return response
    }
}

/// What went wrong with an execution whose name is known.
struct ExecutionTrouble: Error {
    /// The execution.
    let execution: ExecutionID
    /// What went wrong.
    let error: any Error
}

/// The route exists, but not for the method of the request.
struct MethodRefusal: Error {
    /// The methods that it takes, as the `Allow` header has them.
    let allowed: String
}

extension Response {
    /// Makes a response with a JSON body.
    init(json bytes: [UInt8], status: HTTPResponse.Status = .ok) {
        self.init(
            status: status,
            headers: [.contentType: "application/json; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }
}
