/// A Swift file as the rules look at it: words and signs with their lines, comments apart, no strings.
struct SwiftSource {
    /// A word, a number or a single sign.
    struct Token: Equatable {
        let text: String
        let line: Int
        let isFirstOnLine: Bool
        /// Whether it follows the token before it without a space.
        let isGlued: Bool
    }

    /// Where the file is, seen from the package's root.
    let path: String
    private(set) var tokens: [Token] = []
    /// The text of each comment by line; a documentation comment begins with a third slash.
    private(set) var comments: [Int: String] = [:]
    private(set) var lineCount = 0

    init(path: String, text: String) {
        self.path = path
        var reader = Reader(Array(text.utf8))
        var end = 0
        while let item = reader.next() {
            switch item {
            case .token(let text, let line):
                let isFirst = line != tokens.last?.line
                let isGlued = reader.index - text.utf8.count == end
                tokens.append(Token(text: text, line: line, isFirstOnLine: isFirst, isGlued: isGlued))
                end = reader.index
            case .comment(let text, let line): comments[line] = text
            }
        }
        let hasOpenEnd = !text.isEmpty && !text.hasSuffix("\n")
        lineCount = reader.line - 1 + (hasOpenEnd ? 1 : 0)
    }

    /// The folder below `Sources`, which is the target's name; nil for other files.
    var target: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
    }

    /// The file's name without its ending.
    var name: String {
        let last = path.split(separator: "/").last ?? ""
        return String(last.prefix { $0 != "." })
    }

    /// The text of a token, or nothing behind the ends.
    func text(_ index: Int) -> String { tokens.indices.contains(index) ? tokens[index].text : "" }

    /// The first token on a line, for telling attributes from comments.
    func firstToken(on line: Int) -> Token? { tokens.first { $0.line == line && $0.isFirstOnLine } }
}

extension SwiftSource {
    /// Reads bytes as tokens and comments; strings are left out with all that is in them.
    private struct Reader {
        enum Item {
            case token(String, line: Int)
            case comment(String, line: Int)
        }

        private let bytes: [UInt8]
        private(set) var index = 0
        private(set) var line = 1

        init(_ bytes: [UInt8]) { self.bytes = bytes }

        private func peek(_ offset: Int = 0) -> UInt8 {
            index + offset < bytes.count ? bytes[index + offset] : 0
        }

        private func isAt(_ text: StaticString) -> Bool {
            let wanted = Array("\(text)".utf8)
            return index + wanted.count <= bytes.count
                && wanted.indices.allSatisfy { bytes[index + $0] == wanted[$0] }
        }

        private mutating func advance() {
            if bytes[index] == UInt8(ascii: "\n") { line += 1 }
            index += 1
        }

        mutating func next() -> Item? {
            while index < bytes.count {
                let byte = peek()
                if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t") {
                    advance()
                } else if isAt("//") {
                    return lineComment()
                } else if isAt("/*") {
                    blockComment()
                } else if byte == UInt8(ascii: "\"") || isRawString {
                    string()
                } else {
                    return token()
                }
            }
            return nil
        }

        private var isRawString: Bool {
            var offset = 0
            while peek(offset) == UInt8(ascii: "#") { offset += 1 }
            return offset > 0 && peek(offset) == UInt8(ascii: "\"")
        }

        private mutating func lineComment() -> Item {
            let start = index
            while index < bytes.count, peek() != UInt8(ascii: "\n") { index += 1 }
            return .comment(String(decoding: bytes[start..<index], as: UTF8.self), line: line)
        }

        private mutating func blockComment() {
            var depth = 0
            repeat {
                if isAt("/*") {
                    depth += 1
                    index += 2
                } else if isAt("*/") {
                    depth -= 1
                    index += 2
                } else {
                    advance()
                }
            } while depth > 0 && index < bytes.count
        }

        private mutating func token() -> Item {
            let start = index
            while index < bytes.count, Self.isWord(peek()) { index += 1 }
            if index == start { index += 1 }
            return .token(String(decoding: bytes[start..<index], as: UTF8.self), line: line)
        }

        private static func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "`"): true
            default: byte >= 0x80
            }
        }

        /// Skips a string of any kind, with the strings inside of its interpolations.
        private mutating func string() {
            var hashes = 0
            while peek() == UInt8(ascii: "#") {
                hashes += 1
                index += 1
            }
            let quotes = isAt("\"\"\"") ? 3 : 1
            index += quotes
            while index < bytes.count {
                if peek() == UInt8(ascii: "\\"), hasHashes(hashes, after: 1) {
                    index += 1 + hashes
                    if peek() == UInt8(ascii: "(") {
                        interpolation()
                    } else if index < bytes.count {
                        advance()
                    }
                } else if endsString(quotes: quotes, hashes: hashes) {
                    index += quotes + hashes
                    return
                } else {
                    advance()
                }
            }
        }

        private func hasHashes(_ count: Int, after offset: Int) -> Bool {
            (0..<count).allSatisfy { peek(offset + $0) == UInt8(ascii: "#") }
        }

        private func endsString(quotes: Int, hashes: Int) -> Bool {
            (0..<quotes).allSatisfy { peek($0) == UInt8(ascii: "\"") } && hasHashes(hashes, after: quotes)
        }

        private mutating func interpolation() {
            var depth = 0
            repeat {
                switch peek() {
                case UInt8(ascii: "("): depth += 1
                case UInt8(ascii: ")"): depth -= 1
                case UInt8(ascii: "\""):
                    string()
                    continue
                default: break
                }
                advance()
            } while depth > 0 && index < bytes.count
        }
    }
}
