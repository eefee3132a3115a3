/// What the audit log tells of one request; what is nil is left out of its line.
package struct AuditEntry: Hashable, Sendable {
    /// What was asked for, such as `POST /executions`.
    package var operation: String
    /// Who asked: a key's identifier or a token's subject; nil when nobody was let in.
    package var caller: String?
    /// Who vouches for the caller's name, for one with a token.
    package var issuer: String?
    /// The pool.
    package var pool: String?
    /// The session's identifier.
    package var identifier: String?
    /// Which life of the session it was.
    package var session: String?
    /// The execution.
    package var operationID: String?
    /// The SHA-256 of the code, in hexadecimal digits.
    package var codeDigest: String?
    /// The code itself; written only where the log was configured to keep it.
    package var code: String?
    /// The file, for an operation on one.
    package var file: String?
    /// The status of the answer.
    package var status: Int?
    /// How it ended: `succeeded`, `failed`, `timedOut`, `cancelled` for code; else `done`, `refused`, `broken`.
    package var outcome: String?
    /// The failure's stable name.
    package var errorCode: String?
    /// How long it took, in milliseconds, as a whole (`total`) and by stage.
    package var milliseconds: [String: Double] = [:]
    /// How many bytes the request's body had.
    package var bytesIn: Int?
    /// How many bytes the answer's body had.
    package var bytesOut: Int?
    /// What the request is called in the log and in an error's body.
    package var traceID: String?

    /// Makes an entry of which no more is known yet.
    ///
    /// - Parameter operation: what was asked for.
    package init(operation: String) { self.operation = operation }

    /// The entry as one line of JSON, with its end.
    ///
    /// - Parameters:
    ///   - time: when it was finished, as RFC 3339.
    ///   - keepsCode: whether the code itself is written.
    /// - Returns: the line.
    func line(time: String, keepsCode: Bool) -> String {
        var line = "{\"time\":\"\(time)\""
        func add(_ name: String, _ text: String?) {
            if let text { line += ",\"\(name)\":\(LogLine.quoted(text))" }
        }
        func add(_ name: String, _ number: Int?) {
            if let number { line += ",\"\(name)\":\(number)" }
        }
        add("operation", operation)
        add("caller", caller)
        add("issuer", issuer)
        add("pool", pool)
        add("identifier", identifier)
        add("session", session)
        add("operationId", operationID)
        add("codeSha256", codeDigest)
        if keepsCode { add("code", code) }
        add("file", file)
        add("status", status)
        add("outcome", outcome)
        add("errorCode", errorCode)
        if !milliseconds.isEmpty {
            let times = milliseconds.sorted { $0.key < $1.key }.map { name, value in
                "\(LogLine.quoted(name)):\(Self.rounded(value))"
            }
            line += ",\"milliseconds\":{\(times.joined(separator: ","))}"
        }
        add("bytesIn", bytesIn)
        add("bytesOut", bytesOut)
        add("traceId", traceID)
        return line + "}\n"
    }

    private static func rounded(_ value: Double) -> Double {
        value.isFinite ? (min(max(value, 0), 1e12) * 1_000).rounded() / 1_000 : 0
    }
}
