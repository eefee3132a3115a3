/// A path below a session's data folder, checked as far as that is possible without looking at the folder.
///
/// Whether it leads to something, and where links on the way lead, only the guest's agent knows.
package struct SessionFilePath: Sendable, CustomStringConvertible {
    /// The folder that all paths begin at, inside the guest.
    package static let root = "/mnt/data"
    /// The data folder itself.
    package static let dataFolder = Self(names: [])
    /// The longest path, in bytes.
    package static let bytesMax = 1_024
    /// The longest name of a file or folder, in bytes; Linux takes no more.
    package static let nameBytesMax = 255
    /// How the names of unfinished uploads begin; they are never shown and cannot be uploaded to.
    package static let unfinishedPrefix = ".cloister-upload-"

    /// The names on the way, the last one is that of the file; empty for the data folder itself.
    package let names: [String]

    private init(names: [String]) { self.names = names }

    /// Checks a path.
    ///
    /// It may be written from the root of the guest (`/mnt/data/a/b`) or from the data folder (`/a/b`, `a/b`).
    ///
    /// - Parameter text: the path.
    /// - Throws: `filePathInvalid`.
    package init(_ text: String) throws(Failure) {
        var names = text.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
        if text.utf8.starts(with: (Self.root + "/").utf8) || text == Self.root { names.removeFirst(2) }
        guard names.reduce(names.count - 1, { $0 + $1.utf8.count }) <= Self.bytesMax else {
            throw Self.invalid("A path may have \(Self.bytesMax) bytes.")
        }
        for name in names {
            guard name.utf8.count <= Self.nameBytesMax else {
                throw Self.invalid("A name in the path is longer than \(Self.nameBytesMax) bytes.")
            }
            guard name != ".", name != ".." else {
                throw Self.invalid("The path '\(text)' may not have '.' or '..' as a part.")
            }
            guard !name.utf8.contains(0) else { throw Self.invalid("The path holds a NUL.") }
        }
        self.init(names: names)
    }

    /// The path from the data folder, without a slash at the beginning; empty for the data folder itself.
    package var text: String { names.joined(separator: "/") }

    /// The name of the file or folder; empty for the data folder itself.
    package var name: String { names.last ?? "" }

    /// The folder around it.
    package var folder: Self { Self(names: Array(names.dropLast())) }

    /// A path below this one.
    ///
    /// - Parameter path: the rest of the way.
    /// - Returns: the whole path.
    /// - Throws: `filePathInvalid` when it gets too long.
    package func appending(_ path: Self) throws(Failure) -> Self {
        let whole = Self(names: names + path.names)
        guard whole.text.utf8.count <= Self.bytesMax else {
            throw Self.invalid("A path may have \(Self.bytesMax) bytes.")
        }
        return whole
    }

    /// Checks the stricter rules for what an upload may make (dynamic-sessions-api.md, section 1.3).
    ///
    /// What code in the session made under other names can be read and deleted all the same.
    ///
    /// - Throws: `filePathInvalid`.
    package func requireNewName() throws(Failure) {
        guard !names.isEmpty else { throw Self.invalid("The upload has no file name.") }
        guard !name.utf8.starts(with: Self.unfinishedPrefix.utf8), names.allSatisfy(Self.holdsToTheRules),
            names.dropLast().allSatisfy({ !$0.utf8.contains(UInt8(ascii: ".")) })
        else {
            throw Self.invalid(
                "File Path '/\(text)' is invalid because 'path cannot contain any reserved file path characters'."
            )
        }
    }

    /// Letters, digits, some signs, and all of Unicode that is not a control character.
    private static func holdsToTheRules(_ name: String) -> Bool {
        name.unicodeScalars.allSatisfy { scalar in
            guard scalar.isASCII else { return scalar.properties.generalCategory != .control }
            return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
                || "-_ .@$&=;,#%^()".unicodeScalars.contains(scalar)
        }
    }

    private static func invalid(_ sentence: String) -> Failure { Failure(.filePathInvalid, sentence) }

    package var description: String { text }
}

// Two spellings of one character are two names to Linux, but equal strings to Swift.
extension SessionFilePath: Hashable {
    package static func == (first: Self, second: Self) -> Bool {
        first.text.utf8.elementsEqual(second.text.utf8)
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(Array(text.utf8)) }
}
