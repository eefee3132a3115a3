/// Finds what a person says to this program and not to the one in the session: `~` at the beginning of a line,
/// and a key after it.
struct EscapeKeys: Sendable {
    /// What the person wants.
    enum Wish: Hashable, Sendable {
        /// Hang up and leave.
        case hangUp
        /// Leave, and let the program run.
        case detach
        /// To know what can be said.
        case help
    }

    /// What can be said.
    static let help = "~. hangs up, ~d leaves the program running, ~~ types a tilde; after Enter only."

    private static let tilde = UInt8(ascii: "~")
    private var isAtBeginning = true
    private var hasTilde = false

    /// Splits what was pressed.
    ///
    /// - Parameter keys: the bytes of the keys.
    /// - Returns: what goes to the session, and what the person wants behind that; the rest of the keys is for nobody.
    mutating func take(_ keys: [UInt8]) -> (input: [UInt8], wish: Wish?) {
        var input: [UInt8] = []
        for key in keys {
            if hasTilde {
                hasTilde = false
                switch key {
                case UInt8(ascii: "."): return (input, .hangUp)
                case UInt8(ascii: "d"): return (input, .detach)
                case UInt8(ascii: "?"):
                    isAtBeginning = true
                    return (input, .help)
                case Self.tilde: break
                default: input.append(Self.tilde)
                }
            } else if isAtBeginning, key == Self.tilde {
                hasTilde = true
                continue
            }
            input.append(key)
            isAtBeginning = key == UInt8(ascii: "\r") || key == UInt8(ascii: "\n")
        }
        return (input, nil)
    }
}
