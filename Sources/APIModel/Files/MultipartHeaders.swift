/// The headers of a part of a form.
package struct MultipartHeaders: Hashable, Sendable {
    /// The name of the form's field; empty when the part has none.
    package let name: String
    /// The name of the file; nil when the part is no file.
    package let fileName: String?

    /// Reads headers; what is no header is left out.
    ///
    /// - Parameter bytes: the lines.
    init(_ bytes: some Collection<UInt8>) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.utf8.split { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
        let disposition = lines.lazy.compactMap { line -> String? in
            let parts = String(Substring(line)).split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "content-disposition" else { return nil }
            return String(parts[1])
        }.first
        let value = ParameterizedValue(disposition ?? "")
        name = value.parameters["name"] ?? ""
        fileName = Self.extendedValue(value.parameters["filename*"]) ?? value.parameters["filename"]
    }

    /// A value in the form `charset'language'percent-encoded` (RFC 8187).
    private static func extendedValue(_ text: String?) -> String? {
        guard let parts = text?.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false),
            parts.count == 3, parts[0].lowercased() == "utf-8"
        else { return nil }
        return PercentEncoding.decoded(String(parts[2]))
    }
}

/// A header's value with parameters behind it: `form-data; name="file"; filename=x.txt`.
struct ParameterizedValue {
    /// What stands before the first semicolon.
    let value: String
    /// The parameters; names in lower case, and of several with one name the first.
    let parameters: [String: String]

    /// Reads a value; what cannot be read is left out.
    ///
    /// - Parameter text: the header's value.
    init(_ text: String) {
        var parts = Self.split(text)[...]
        value = Self.trimmed(parts.popFirst() ?? "")
        var parameters: [String: String] = [:]
        for part in parts {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { continue }
            let name = Self.trimmed(String(pair[0])).lowercased()
            if parameters[name] == nil { parameters[name] = Self.unquoted(Self.trimmed(String(pair[1]))) }
        }
        self.parameters = parameters
    }

    /// Cuts at semicolons that do not stand in quotation marks.
    private static func split(_ text: String) -> [String] {
        var parts = [""]
        var isQuoted = false
        var isEscaped = false
        for scalar in text.unicodeScalars {
            if scalar == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = isQuoted && scalar == "\\" && !isEscaped
            if scalar == ";", !isQuoted {
                parts.append("")
            } else {
                parts[parts.count - 1].unicodeScalars.append(scalar)
            }
        }
        return parts
    }

    /// Only quotation marks and backslashes are escaped: anything else behind a backslash is a Windows path.
    private static func unquoted(_ text: String) -> String {
        guard text.unicodeScalars.count >= 2, text.unicodeScalars.first == "\"",
            text.unicodeScalars.last == "\""
        else { return text }
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars.dropFirst().dropLast()
        while let scalar = rest.popFirst() {
            if scalar == "\\", let next = rest.first, next == "\"" || next == "\\" {
                rest.removeFirst()
                result.append(next)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" }
        var scalars = text.unicodeScalars[...]
        while let first = scalars.first, isSpace(first) { scalars.removeFirst() }
        while let last = scalars.last, isSpace(last) { scalars.removeLast() }
        return String(scalars)
    }
}
