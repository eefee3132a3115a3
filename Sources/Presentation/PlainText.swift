/// Text from elsewhere, made harmless for a terminal.
package enum PlainText {
    /// A text whose control characters, which could move the cursor or worse, are U+FFFD.
    ///
    /// - Parameter text: the text as it came.
    /// - Returns: one line that shows what it says.
    package static func of(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let isControl = scalar.properties.generalCategory == .control
                    return isControl ? "\u{FFFD}" : scalar
                }
            )
        )
    }
}
