internal import HTTPTypes

/// The headers of the contract and our additions to it (docs/api.md).
enum HeaderNames {
    static let supportedVersions = name("api-supported-versions")
    static let errorCode = name("x-ms-error-code")
    static let requestID = name("x-ms-request-id")
    static let traceparent = name("traceparent")
    static let apiKey = name("x-ms-apikey")
    static let rateLimit = name("ratelimit-limit")
    static let rateRemaining = name("ratelimit-remaining")
    static let rateReset = name("ratelimit-reset")
    static let operationID = name("operation-id")
    static let operationLocation = name("operation-location")
    static let lastEventID = name("last-event-id")
    /// What keeps nginx from gathering a stream before it passes it on.
    static let accelBuffering = name("x-accel-buffering")
    static let sessionGUID = name("x-ms-session-guid")
    static let newAllocation = name("x-ms-new-allocation")
    static let allocationTime = name("x-ms-allocation-time")
    static let preparationTime = name("x-ms-preparation-time")
    static let containerDuration = name("x-ms-container-execution-duration")
    static let requestTime = name("x-ms-execution-request-time")
    static let readResponseTime = name("x-ms-execution-read-response-time")
    static let overallTime = name("x-ms-overall-execution-time")
    static let totalTime = name("x-ms-total-execution-service-time")
    static let stages = name("x-ms-cloister-stages")
    static let truncated = name("x-ms-cloister-truncated")
    static let sessionEndCause = name("x-ms-cloister-session-end-cause")
    static let sessionEndedAt = name("x-ms-cloister-session-ended-at")
    static let terminalPosition = name("x-ms-cloister-terminal-position")
    static let forwardedHost = name("x-forwarded-host")
    static let forwardedProtocol = name("x-forwarded-proto")
    static let mcpSession = name("mcp-session-id")
    static let mcpVersion = name("mcp-protocol-version")
    static let mcpMethod = name("mcp-method")
    static let mcpName = name("mcp-name")
    static let stateLost = name("x-ms-cloister-state-lost")

    private static func name(_ text: StaticString) -> HTTPField.Name {
        guard let name = HTTPField.Name(text.description) else {
            preconditionFailure("a header name that is no token: \(text)")
        }
        return name
    }
}
