/// A key, or all keys between two.
package struct EtcdKeyRange: Hashable, Sendable {
    let start: [UInt8]
    let end: [UInt8]?

    private init(start: [UInt8], end: [UInt8]?) {
        self.start = start
        self.end = end
    }

    /// One key alone.
    package static func key(_ key: String) -> Self { Self(start: Array(key.utf8), end: nil) }

    /// All keys that begin with a text.
    ///
    /// - Parameter prefix: the text; not empty, and not all of bytes 0xFF.
    /// - Returns: the keys.
    package static func prefix(_ prefix: String) -> Self {
        let start = Array(prefix.utf8)
        precondition(!start.isEmpty, "a prefix has a byte")
        var end = start
        // UTF-8 has no byte 0xFF: there is always a next one.
        end[end.count - 1] += 1
        return Self(start: start, end: end)
    }

    /// All keys from one up to another.
    ///
    /// - Parameters:
    ///   - start: the first key.
    ///   - end: the first key that is not in it any more.
    /// - Returns: the keys.
    package static func between(_ start: String, and end: String) -> Self {
        Self(start: Array(start.utf8), end: Array(end.utf8))
    }
}

/// A key with its value, as etcd keeps it.
package struct EtcdEntry: Hashable, Sendable {
    /// The key.
    package let key: String
    /// The value.
    package let value: [UInt8]
    /// The revision that made the key.
    package let createRevision: Int64
    /// The revision that wrote this value.
    package let modifyRevision: Int64
}
