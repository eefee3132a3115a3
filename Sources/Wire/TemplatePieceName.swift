/// Which piece of which template is meant.
package struct TemplatePieceName: Hashable, Sendable {
    /// The longest piece, in bytes.
    package static let pieceBytesMax = 1 << 20

    /// The name of the template: 16 hexadecimal digits, and so the name of no other file.
    package let template: String
    /// Which of the pieces that the manifest lists, from 1; 0 for the manifest itself.
    package let number: UInt32

    /// Names a piece; there is no value when the template's name cannot be one.
    ///
    /// - Parameters:
    ///   - template: the name of the template.
    ///   - number: which piece, from 1; 0 for the manifest.
    package init?(_ template: String, _ number: UInt32) {
        guard template.utf8.count == 16,
            template.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        self.template = template
        self.number = number
    }
}
