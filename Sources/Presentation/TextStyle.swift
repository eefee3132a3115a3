internal import Glibc

/// Emphasis and colours of text, or none where they would be in the way.
package struct TextStyle: Sendable {
    /// Text as it is.
    package static let plain = Self(isStyled: false)

    private let isStyled: Bool

    private init(isStyled: Bool) { self.isStyled = isStyled }

    /// The style for an open file: plain unless it is a terminal that shows colours.
    ///
    /// `NO_COLOR` (no-color.org) and `TERM=dumb` switch colours off.
    ///
    /// - Parameter descriptor: the open file, such as 1 for standard output.
    /// - Returns: the style.
    package static func of(_ descriptor: Int32) -> Self {
        func isSet(_ name: String) -> Bool { getenv(name).map { $0[0] != 0 } ?? false }
        let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
        return Self(isStyled: isatty(descriptor) == 1 && !isDumb && !isSet("NO_COLOR"))
    }

    /// Bold text.
    package func emphasized(_ text: String) -> String { styled(text, "1") }

    /// Red text, for what is wrong.
    package func alarming(_ text: String) -> String { styled(text, "31") }

    /// Green text, for what is as it should be.
    package func pleasing(_ text: String) -> String { styled(text, "32") }

    /// Yellow text, for what deserves a look.
    package func warning(_ text: String) -> String { styled(text, "33") }

    // ECMA-48, section 8.3.117: select graphic rendition.
    private func styled(_ text: String, _ parameter: String) -> String {
        isStyled ? "\u{1B}[\(parameter)m\(text)\u{1B}[0m" : text
    }
}
