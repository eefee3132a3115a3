/// JSON that came from a guest and was found to be JSON, ready to be put into an answer as it is.
///
/// The text is checked and copied in one pass that needs memory only for the copy, and is never
/// turned into a tree: four bytes of hostile JSON make a hundred bytes of tree, and numbers would
/// lose digits on the way. What Python writes for numbers without a JSON form (`NaN`, `Infinity`)
/// becomes `null`, as Azure does it.
package struct CheckedJSON: Hashable, Sendable {
    /// What the whole text is.
    package enum Kind: Hashable, Sendable {
        /// An object or an array.
        case collection
        /// A string.
        case string
        /// A number.
        case number
        /// `true` or `false`.
        case boolean
        /// `null`.
        case null
        /// `NaN`, `Infinity` or `-Infinity`; the bytes are those of `null`.
        case nonFinite
    }

    /// The deepest nesting that is let through.
    ///
    /// .NET's reader stops at 64 by default, and the answer around the value takes two of them.
    package static let nestingLimit = 60
    /// The longest number that is let through, in digits and signs; Python's reader stops at 4300.
    package static let numberLimit = 1000

    /// What the whole text is.
    package let kind: Kind
    /// The JSON, without space between its parts.
    package let bytes: [UInt8]

    /// Checks a text.
    ///
    /// There is no value when it is not JSON, is nested too deeply or holds what readers choke on.
    ///
    /// - Parameter text: what the guest sent as JSON.
    package init?(_ text: String) {
        var scanner = JSONScanner(Array(text.utf8))
        guard let kind = scanner.scan() else { return nil }
        self.kind = kind
        self.bytes = scanner.output
    }
}
