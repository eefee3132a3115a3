package import Domain

/// A terminal as the API shows it.
package struct TerminalResource: Hashable, Sendable, Decodable {
    /// What a terminal does.
    package enum State: String, Hashable, Sendable, Decodable {
        /// Its program runs.
        case running = "Running"
        /// It does not run any more.
        case ended = "Ended"
    }

    /// Its name.
    package let id: String
    /// What it does.
    package let state: State
    /// How wide it is, in characters.
    package let columns: Int
    /// How high it is, in characters.
    package let rows: Int
    /// The program and its arguments.
    package let command: [String]
    /// When it was opened, as RFC 3339.
    package let createdAt: String
    /// How much input it has taken, in bytes.
    package let inputPosition: UInt64
    /// How much output it has made, in bytes.
    package let outputPosition: UInt64
    /// The exit code as a shell tells it; nil while it runs.
    package let exitCode: Int?
    /// Why it ended: `Exited`, `Closed`, `Unattended` or `NotOpened`; nil while it runs.
    package let endCause: String?

    /// Shows a terminal.
    ///
    /// - Parameter description: what is known of it.
    package init(_ description: TerminalDescription) {
        id = description.id.description
        state = description.end == nil ? .running : .ended
        columns = description.size.columns
        rows = description.size.rows
        command = description.arguments
        createdAt = Timestamp(epochMilliseconds: description.createdMilliseconds).text
        inputPosition = description.inputPosition
        outputPosition = description.outputPosition
        exitCode = description.end?.exitCode
        endCause = description.end.map { Self.name(of: $0.cause) }
    }

    private static func name(of cause: TerminalEnd.Cause) -> String {
        switch cause {
        case .exited: "Exited"
        case .closed: "Closed"
        case .unattended: "Unattended"
        case .notOpened: "NotOpened"
        }
    }

    /// The resource as JSON.
    package var json: JSONValue {
        var members: [JSONValue.Member] = [
            .init("id", .string(id)), .init("state", .string(state.rawValue)),
            .init("columns", .integer(columns)), .init("rows", .integer(rows)),
            .init("command", .array(command.map(JSONValue.string))),
            .init("createdAt", .string(createdAt)),
            .init("inputPosition", .integer(Int(clamping: inputPosition))),
            .init("outputPosition", .integer(Int(clamping: outputPosition))),
        ]
        if let exitCode { members.append(.init("exitCode", .integer(exitCode))) }
        if let endCause { members.append(.init("endCause", .string(endCause))) }
        return .object(members)
    }
}
