extension String {
    /// Whether this is a name of letters, digits, dots, hyphens and underscores, all of ASCII.
    ///
    /// - Parameter most: how many characters it may have; one at least.
    /// - Returns: whether it is.
    package func isPlainName(upTo most: Int) -> Bool {
        (1...most).contains(utf8.count)
            && utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}
