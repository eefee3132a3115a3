/// The catalogue of failures: a stable name, the HTTP status, the meaning.
///
/// Names of Azure's dynamic sessions are used where the contract has one
/// (dynamic-sessions-api.md, section 3.2). `docs/errors.md` is generated from this list.
package struct FailureCode: Hashable, Sendable {
    /// The stable name, `error.code` in a response.
    package let name: String
    /// The HTTP status of a response with this code.
    package let httpStatus: Int
    /// When it occurs, in one sentence.
    package let meaning: String

    private init(_ name: String, _ httpStatus: Int, _ meaning: String) {
        self.name = name
        self.httpStatus = httpStatus
        self.meaning = meaning
    }

    package static func == (first: Self, second: Self) -> Bool { first.name == second.name }

    package func hash(into hasher: inout Hasher) { hasher.combine(name) }

    /// Finds a code by its name.
    ///
    /// - Parameter name: a name as found in a message.
    /// - Returns: the code, or nil when this version does not know it.
    package static func named(_ name: String) -> Self? { all.first { $0.name == name } }
}

extension FailureCode {
    /// The body is not the JSON that the route wants.
    package static let sessionPropertiesMissing = Self(
        "SessionPropertiesMissing",
        400,
        "The body is not the JSON that the route wants, or the code is missing."
    )
    /// A part of the request does not hold to the contract.
    package static let sessionRequestValidationFailed = Self(
        "SessionRequestValidationFailed",
        400,
        "A parameter, a header or a member of the body does not hold to the contract."
    )
    /// The identifier is shorter than 4 or longer than 128 characters.
    package static let invalidLengthOfSessionIdentifier = Self(
        "InvalidLengthOfSessionIdentifier",
        400,
        "The session identifier does not have 4 to 128 characters."
    )
    /// The api-version is missing or unknown.
    package static let invalidApiVersion = Self(
        "InvalidApiVersion",
        400,
        "The query parameter api-version is missing or not one of the supported versions."
    )
    /// The pool name does not hold to the naming rule.
    package static let sessionPoolInvalidName = Self(
        "SessionPoolInvalidName",
        400,
        "The pool name does not hold to the naming rule."
    )
    /// The pool's kind of session does not offer the operation.
    package static let sessionRequestNotSupported = Self(
        "SessionRequestNotSupported",
        400,
        "The operation is not available for this pool."
    )
    /// A resource of the control plane has a member that nobody knows, or one of a wrong type or value.
    package static let invalidRequestContent = Self(
        "InvalidRequestContent",
        400,
        "A resource has a member that nobody knows, or one of a wrong type or value."
    )
    /// A pool asks for what Cloister does not have yet.
    package static let sessionPoolFeatureNotSupported = Self(
        "SessionPoolFeatureNotSupported",
        400,
        "The pool asks for something that Cloister does not have yet."
    )
    /// A pool has no MCP server (dynamic-sessions-api.md, section 3.2).
    package static let sessionMCPServerNotEnabled = Self(
        "SessionMCPServerNotEnabled",
        400,
        "The pool has no MCP server; mcpServerSettings of the pool say whether it has one."
    )
    /// A pool's number of ready sessions does not fit (dynamic-sessions-api.md, section 5.4).
    package static let sessionPoolInvalidReadySessionInstances = Self(
        "SessionPoolInvalidReadySessionInstances",
        400,
        "readySessionInstances is not greater than 0 and smaller than maxConcurrentSessions."
    )
    /// What a resource is made with is to be changed.
    package static let propertyChangeNotAllowed = Self(
        "PropertyChangeNotAllowed",
        409,
        "The property is set when the resource is made and does not change; make another one."
    )
    /// Somebody else changes the resource at this moment.
    package static let anotherOperationInProgress = Self(
        "AnotherOperationInProgress",
        409,
        "The resource is just being changed by another request."
    )
    /// No such resource of the control plane.
    package static let resourceNotFound = Self("ResourceNotFound", 404, "There is no such resource.")
    /// A node that is in use was to be removed.
    package static let nodeInUse = Self(
        "NodeInUse",
        409,
        "The node serves; only one that is lost or drained can be removed."
    )
    /// The path of a file does not hold to the rules, or leads where no file is.
    package static let filePathInvalid = Self(
        "FilePathInvalid",
        400,
        "The path of a file does not hold to the rules, leaves the data folder, or leads to no regular file."
    )
    /// No credentials, or ones that are not known.
    package static let unauthorized = Self(
        "Unauthorized",
        401,
        "The request has no key or token, or one that is not valid here."
    )
    /// The credentials do not give the right.
    package static let forbidden = Self(
        "Forbidden",
        403,
        "The caller lacks the role, or it does not hold for this pool. The answer has no body."
    )
    /// No route.
    package static let notFound = Self("NotFound", 404, "There is no such route.")
    /// The pool does not exist.
    package static let sessionPoolNotFound = Self(
        "SessionPoolNotFound",
        404,
        "There is no pool of this name."
    )
    /// The session does not exist.
    package static let noSessionFound = Self("NoSessionFoundError", 404, "The identifier has no session.")
    /// The same, at the routes below `/.management`.
    package static let sessionWithIdentifierNotFound = Self(
        "SessionWithIdentifierNotFound",
        400,
        "The identifier has no session; what the routes below /.management say for NoSessionFoundError."
    )
    /// The execution is not known, or no longer.
    package static let executionNotFound = Self(
        "ExecutionNotFound",
        404,
        "There is no such execution, or its result is no longer kept."
    )
    /// The file does not exist.
    package static let fileNotFound = Self("FileNotFound", 404, "The session has no such file.")
    /// No such API key.
    package static let keyNotFound = Self("KeyNotFound", 404, "There is no such API key.")
    /// The session has no such terminal.
    package static let terminalNotFound = Self("TerminalNotFound", 404, "The session has no such terminal.")
    /// The route exists, but not for this method.
    package static let methodNotAllowed = Self(
        "MethodNotAllowed",
        405,
        "The route does not take this method."
    )
    /// A transfer was silent for too long.
    package static let fileTransferExpired = Self(
        "FileTransferExpired",
        408,
        "The transfer of a file was silent for too long and was given up; nothing of it was kept."
    )
    /// The session's disk is full.
    package static let sessionStorageFull = Self(
        "SessionStorageFull",
        409,
        "The session's disk is full; nothing of the file was kept. Delete files and try again."
    )
    /// The same execution id was used for other code.
    package static let executionConflict = Self(
        "ExecutionConflict",
        409,
        "The operation-id was used before for another request."
    )
    /// The program of the terminal has ended.
    package static let terminalEnded = Self("TerminalEnded", 409, "The terminal has ended.")
    /// Input that does not begin where the input that was taken ends.
    package static let terminalInputGap = Self("TerminalInputGap", 409, "Input before this is missing.")
    /// A body over the limit.
    package static let payloadTooLarge = Self(
        "PayloadTooLarge",
        413,
        "The body or the code is over the limit."
    )
    /// The body is not JSON.
    package static let unsupportedMediaType = Self(
        "UnsupportedMediaType",
        415,
        "The body's content type is not one that the route takes."
    )
    /// A range that the file does not have.
    package static let rangeNotSatisfiable = Self(
        "RangeNotSatisfiable",
        416,
        "The file does not have the range that the Range header asks for."
    )
    /// No room for another session, or too many requests wait for this one.
    package static let sessionsCountExceedsLimit = Self(
        "SessionsCountExceedsLimit",
        429,
        "There is no room for another session now."
    )
    /// Too many executions wait in this session, or the caller sends too fast.
    package static let tooManyRequests = Self(
        "TooManyRequests",
        429,
        "Too many requests wait for this session already, or the caller is over its rate."
    )
    /// The session has as many terminals as it may.
    package static let tooManyTerminals = Self(
        "TooManyTerminals",
        429,
        "The session's terminals are all in use."
    )
    /// A defect of Cloister.
    package static let internalError = Self(
        "InternalError",
        500,
        "Something went wrong inside Cloister; the log has more under the trace id."
    )
    /// The worker died while the session lived or the execution ran.
    package static let sessionLost = Self(
        "SessionLost",
        502,
        "The session was lost with its worker; nothing was run a second time. "
            + "The next request begins a new session."
    )
    /// The sandbox could not be started or ended while the code ran.
    package static let sandboxFailed = Self(
        "SandboxFailed",
        502,
        "The sandbox could not be started, or it ended while the code ran."
    )
    /// No worker serves now.
    package static let noWorkerAvailable = Self(
        "NoWorkerAvailable",
        503,
        "No worker serves requests at the moment."
    )
    /// The node is on its way down or not up yet.
    package static let notReady = Self("NotReady", 503, "This node starts or stops; another one serves.")
    /// A worker refused a message for an earlier life of itself or of the session.
    package static let staleAddressee = Self(
        "StaleAddressee",
        503,
        "The message was for an earlier life of the worker or of the session."
    )
    /// The identity provider does not answer, and the token's key is not known from before.
    package static let identityProviderUnavailable = Self(
        "IdentityProviderUnavailable",
        503,
        "The token's key is not known yet, and its issuer cannot be asked at the moment."
    )
    /// The audit log does not take further lines.
    package static let auditUnavailable = Self(
        "AuditUnavailable",
        503,
        "The audit log cannot be written, and without it nothing is run."
    )
    /// No answer in time.
    package static let deadlineExceeded = Self(
        "DeadlineExceeded",
        504,
        "The answer did not come in time; whether the code ran is not known."
    )
    /// A value of the node's own configuration is wrong; never sent to a client.
    package static let invalidConfiguration = Self(
        "InvalidConfiguration",
        500,
        "A value of this node's configuration is wrong."
    )
    /// A peer speaks another major version of the protocol.
    package static let incompatibleVersion = Self(
        "IncompatibleVersion",
        503,
        "The peer speaks another major version of the protocol."
    )

    /// All codes there are, in the order of their HTTP status.
    package static let all: [Self] = [
        .sessionPropertiesMissing, .sessionRequestValidationFailed, .invalidLengthOfSessionIdentifier,
        .invalidApiVersion, .sessionPoolInvalidName, .sessionRequestNotSupported,
        .sessionWithIdentifierNotFound, .filePathInvalid, .unauthorized, .forbidden, .notFound,
        .invalidRequestContent, .sessionPoolFeatureNotSupported, .sessionPoolInvalidReadySessionInstances,
        .sessionMCPServerNotEnabled,
        .propertyChangeNotAllowed, .anotherOperationInProgress, .resourceNotFound,
        .sessionPoolNotFound, .noSessionFound, .executionNotFound, .keyNotFound,
        .terminalNotFound, .fileNotFound, .methodNotAllowed, .fileTransferExpired, .sessionStorageFull,
        .executionConflict,
        .nodeInUse, .terminalEnded, .terminalInputGap, .payloadTooLarge, .unsupportedMediaType,
        .rangeNotSatisfiable,
        .sessionsCountExceedsLimit,
        .tooManyRequests, .tooManyTerminals, .internalError, .invalidConfiguration, .sessionLost,
        .sandboxFailed,
        .noWorkerAvailable, .notReady, .staleAddressee, .identityProviderUnavailable, .auditUnavailable,
        .incompatibleVersion, .deadlineExceeded,
    ]
}
