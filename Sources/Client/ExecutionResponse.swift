package import APIModel
internal import AsyncHTTPClient
internal import NIOHTTP1

/// What the server answered to a request to run code.
package struct ExecutionResponse: Hashable, Sendable {
    /// The body.
    package let resource: ExecutionResource
    /// The name of this life of the session, which changes when the session was lost.
    package let sessionInstance: String
    /// Whether the session began with this execution.
    package let isNewSession: Bool
    /// Whether the session's variables were lost.
    package let stateWasLost: Bool
    /// How long the stages took on the server, in milliseconds, by name.
    package let stages: [String: Double]

    init(_ resource: ExecutionResource, _ response: HTTPClientResponse) {
        self.resource = resource
        sessionInstance = response.headers.first(name: "x-ms-session-guid") ?? ""
        isNewSession = response.headers.first(name: "x-ms-new-allocation") == "true"
        stateWasLost = response.headers.first(name: "x-ms-cloister-state-lost") == "true"
        let pairs = (response.headers.first(name: "x-ms-cloister-stages") ?? "").split(separator: ",")
        stages = Dictionary(
            pairs.compactMap { pair -> (String, Double)? in
                let parts = pair.split(separator: "=", maxSplits: 1)
                guard parts.count == 2, let milliseconds = Double(parts[1]) else { return nil }
                return (String(parts[0]), milliseconds)
            },
            uniquingKeysWith: { first, _ in first }
        )
    }
}
