/// Goes once over bytes that should be JSON (RFC 8259) and copies them; the work behind ``CheckedJSON``.
///
/// It keeps its own stack of open containers, so deep nesting costs a limit and not the process's stack.
struct JSONScanner {
    /// What was found to be JSON so far.
    private(set) var output: [UInt8] = []

    /// Whether something was there that JSON does not have and Python writes all the same, such as `NaN`.
    private(set) var hasNonFinite = false

    private let input: [UInt8]
    private let valueLimit: Int
    private var values = 0
    private var position = 0
    private var open: [Container] = []

    private enum Container { case object, array }

    /// Makes a scanner.
    ///
    /// - Parameters:
    ///   - input: the bytes.
    ///   - valueLimit: how many values there may be, containers and what is in them counted alike.
    init(_ input: [UInt8], valueLimit: Int = .max) {
        self.input = input
        self.valueLimit = valueLimit
        output.reserveCapacity(input.count)
    }

    /// Scans the whole input.
    ///
    /// - Returns: what kind of value it is; nil when it is not one JSON value that holds to the limits.
    mutating func scan() -> CheckedJSON.Kind? {
        guard let kind = beginValue() else { return nil }
        while let container = open.last {
            guard continueContainer(container) else { return nil }
        }
        skipSpace()
        return position == input.count ? kind : nil
    }

    // A scalar is taken whole; of a container the opening and, if it has one, the first key.
    private mutating func beginValue() -> CheckedJSON.Kind? {
        values += 1
        guard values <= valueLimit else { return nil }
        skipSpace()
        switch peek {
        case UInt8(ascii: "{"): return beginContainer(.object) ? .collection : nil
        case UInt8(ascii: "["): return beginContainer(.array) ? .collection : nil
        case UInt8(ascii: "\""): return takeString() ? .string : nil
        case UInt8(ascii: "t"): return takeWord("true", writing: "true") ? .boolean : nil
        case UInt8(ascii: "f"): return takeWord("false", writing: "false") ? .boolean : nil
        case UInt8(ascii: "n"): return takeWord("null", writing: "null") ? .null : nil
        case UInt8(ascii: "N"): return takeWord("NaN", writing: "null") ? .nonFinite : nil
        case UInt8(ascii: "I"): return takeWord("Infinity", writing: "null") ? .nonFinite : nil
        case UInt8(ascii: "-") where position + 1 < input.count && input[position + 1] == UInt8(ascii: "I"):
            return takeWord("-Infinity", writing: "null") ? .nonFinite : nil
        default: return takeNumber() ? .number : nil
        }
    }

    private mutating func beginContainer(_ container: Container) -> Bool {
        guard open.count < CheckedJSON.nestingLimit else { return false }
        advance()
        open.append(container)
        skipSpace()
        if peek == closing(container) {
            close()
            return true
        }
        return container == .array ? beginValue() != nil : takeKeyAndBeginValue()
    }

    // Called after a value inside a container: takes the comma and begins the next value, or closes.
    private mutating func continueContainer(_ container: Container) -> Bool {
        skipSpace()
        if peek == closing(container) {
            close()
            return true
        }
        guard peek == UInt8(ascii: ",") else { return false }
        advance()
        skipSpace()
        return container == .array ? beginValue() != nil : takeKeyAndBeginValue()
    }

    private mutating func takeKeyAndBeginValue() -> Bool {
        guard peek == UInt8(ascii: "\""), takeString() else { return false }
        skipSpace()
        guard peek == UInt8(ascii: ":") else { return false }
        advance()
        return beginValue() != nil
    }

    private mutating func close() {
        advance()
        open.removeLast()
    }

    private func closing(_ container: Container) -> UInt8 {
        container == .object ? UInt8(ascii: "}") : UInt8(ascii: "]")
    }

    private mutating func takeWord(_ word: StaticString, writing replacement: StaticString) -> Bool {
        let expected = Array(word.description.utf8)
        guard input[position...].starts(with: expected) else { return false }
        hasNonFinite = hasNonFinite || word.description != replacement.description
        position += expected.count
        output += Array(replacement.description.utf8)
        return true
    }

    private mutating func takeNumber() -> Bool {
        let start = position
        skip(UInt8(ascii: "-"))
        if !skip(UInt8(ascii: "0")) {
            guard skipDigits() else { return false }
        }
        if skip(UInt8(ascii: ".")) {
            guard skipDigits() else { return false }
        }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            if !skip(UInt8(ascii: "+")) { skip(UInt8(ascii: "-")) }
            guard skipDigits() else { return false }
        }
        guard position - start <= CheckedJSON.numberLimit else { return false }
        output += input[start..<position]
        return true
    }

    private mutating func takeString() -> Bool {
        let start = position
        position += 1
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                output += input[start..<position]
                return true
            case UInt8(ascii: "\\"):
                guard skipEscape() else { return false }
            case 0..<0x20:
                return false
            default:
                position += 1
            }
        }
        return false
    }

    private mutating func skipEscape() -> Bool {
        position += 1
        switch peek {
        case UInt8(ascii: "u"):
            position += 1
            guard let unit = takeCodeUnit() else { return false }
            if UTF16.isTrailSurrogate(unit) { return false }
            if !UTF16.isLeadSurrogate(unit) { return true }
            // Half a surrogate pair is no character, and strict readers refuse the whole answer for it.
            guard skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")), let trail = takeCodeUnit() else {
                return false
            }
            return UTF16.isTrailSurrogate(trail)
        case .some(let byte) where #""\/bfnrt"#.utf8.contains(byte):
            position += 1
            return true
        default:
            return false
        }
    }

    private mutating func takeCodeUnit() -> UInt16? {
        guard position + 4 <= input.count else { return nil }
        var unit: UInt16 = 0
        for byte in input[position..<position + 4] {
            guard let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        position += 4
        return unit
    }

    private var peek: UInt8? { position < input.count ? input[position] : nil }

    private mutating func advance() {
        output.append(input[position])
        position += 1
    }

    @discardableResult
    private mutating func skip(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipDigits() -> Bool {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position > start
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { position += 1 }
    }
}
