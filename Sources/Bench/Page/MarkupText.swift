/// Text for HTML and SVG.
enum MarkupText {
    /// A text that markup shows and does not obey, also between double quotes.
    ///
    /// - Parameter text: any text, such as what a server said.
    /// - Returns: the text with its special characters escaped; control characters are U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default:
                let isControl = scalar.properties.generalCategory == .control && scalar != "\n"
                escaped.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
            }
        }
        return escaped
    }
}
