internal import Crypto
internal import FoundationEssentials

/// The SHA-256 of something.
package struct Fingerprint: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes.
    package let bytes: [UInt8]

    /// Computes the fingerprint.
    ///
    /// - Parameter text: what to take it of, as UTF-8.
    package init(of text: String) { bytes = [UInt8](SHA256.hash(data: Data(text.utf8))) }

    /// The bytes as 64 hexadecimal digits.
    package var description: String {
        bytes.map { byte in
            let digits = String(byte, radix: 16)
            return byte < 16 ? "0" + digits : digits
        }.joined()
    }
}
