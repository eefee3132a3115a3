internal import APIModel
internal import Domain

/// The query of a request.
///
/// A plus sign stands for itself: session identifiers may hold it and never hold a space, and several
/// clients put identifiers into the query unescaped. Names are compared without regard to case, as
/// ASP.NET does it. Parameters that nobody asks for are never looked at.
struct RequestQuery: Sendable {
    private let parameters: [(name: String, value: Substring)]

    /// Splits a query; values are decoded when they are asked for.
    ///
    /// - Parameter text: what stands behind the question mark.
    init(_ text: String) {
        parameters = text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]).lowercased(), parts.count > 1 ? parts[1] : "")
        }
    }

    /// The value of a parameter.
    ///
    /// - Parameters:
    ///   - name: the parameter's name, in lower case.
    ///   - code: what a parameter that is given twice or badly encoded is called.
    /// - Returns: the decoded value; nil when there is no such parameter.
    /// - Throws: a failure of the given code.
    func value(of name: String, failingWith code: FailureCode) throws(Failure) -> String? {
        let values = parameters.filter { $0.name == name }
        guard let first = values.first else { return nil }
        guard values.count == 1 else {
            throw Failure(code, "The query parameter \(name) is given more than once.")
        }
        guard let decoded = PercentEncoding.decoded(String(first.value)) else {
            throw Failure(code, "The query parameter \(name) is not valid percent-encoded UTF-8.")
        }
        return decoded
    }
}
