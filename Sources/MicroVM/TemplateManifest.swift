internal import Wire

/// What a template consists of, with a hash of every piece: who gets it from elsewhere checks it against this.
///
/// What is zero is in no piece.
struct TemplateManifest: Hashable, Sendable {
    /// The files of a template.
    enum File: String, Hashable, Sendable, CaseIterable {
        /// The guest's memory.
        case memory
        /// The state of the devices.
        case state
    }

    /// A part of a file.
    struct Piece: Hashable, Sendable {
        /// The file.
        let file: File
        /// Where it begins, in bytes.
        let offset: UInt64
        /// How long it is, in bytes.
        let bytes: Int
        /// Its SHA-256, in hexadecimal digits.
        let digest: String
    }

    /// How long all pieces are but the last of a file, in bytes.
    static let pieceBytes = TemplatePieceName.pieceBytesMax
    /// The longest manifest, in bytes.
    static let textBytesMax = TemplatePieceName.pieceBytesMax
    /// The greatest state of the devices, in bytes; usually it has some ten thousand.
    static let stateBytesMax: UInt64 = 64 << 20
    private static let title = "cloister-template 1"

    /// Everything on which the template depends: ``TemplateDescription/text``.
    let description: String
    /// The size of the guest's memory, in bytes.
    let memoryBytes: UInt64
    /// The size of the state of the devices, in bytes.
    let stateBytes: UInt64
    /// The pieces in their order; the first has the number 1.
    let pieces: [Piece]

    /// The manifest as text.
    var text: String {
        var lines = [Self.title, "memory \(memoryBytes)", "state \(stateBytes)", "pieces \(pieces.count)"]
        lines += pieces.map { "\($0.file.rawValue) \($0.offset) \($0.bytes) \($0.digest)" }
        return lines.joined(separator: "\n") + "\n" + description
    }

    /// Finds a piece.
    ///
    /// - Parameter number: its number, from 1.
    /// - Returns: the piece; nil when there is none.
    func piece(_ number: UInt32) -> Piece? {
        number > 0 && Int(number) <= pieces.count ? pieces[Int(number) - 1] : nil
    }
}

extension TemplateManifest {
    /// Reads a manifest, from disk or from elsewhere.
    ///
    /// There is no value when it is not what ``text`` writes: pieces in their order, that lie within their files and
    /// do not overlap.
    ///
    /// - Parameter text: the manifest.
    init?(text: String) {
        guard text.utf8.count <= Self.textBytesMax else { return nil }
        var rest = text[...]
        guard Self.line(&rest) == Self.title[...],
            let memory = Self.number(&rest, "memory"), let state = Self.number(&rest, "state"),
            let count = Self.number(&rest, "pieces"), count <= UInt64(Self.textBytesMax)
        else { return nil }
        var pieces: [Piece] = []
        for _ in 0..<count {
            guard let piece = Self.line(&rest).flatMap(Self.piece) else { return nil }
            let size = piece.file == .memory ? memory : state
            guard piece.offset < size, UInt64(piece.bytes) <= size - piece.offset else { return nil }
            if let last = pieces.last {
                let isLater =
                    last.file == piece.file
                    ? piece.offset >= last.offset + UInt64(last.bytes) : piece.file == .state
                guard isLater else { return nil }
            }
            pieces.append(piece)
        }
        self.init(description: String(rest), memoryBytes: memory, stateBytes: state, pieces: pieces)
    }

    private static func line(_ rest: inout Substring) -> Substring? {
        guard let end = rest.firstIndex(of: "\n") else { return nil }
        defer { rest = rest[rest.index(after: end)...] }
        return rest[..<end]
    }

    private static func number(_ rest: inout Substring, _ name: String) -> UInt64? {
        guard let words = line(&rest)?.split(separator: " "), words.count == 2, words[0] == name else {
            return nil
        }
        return UInt64(words[1])
    }

    private static func piece(_ line: Substring) -> Piece? {
        let words = line.split(separator: " ")
        guard words.count == 4, let file = File(rawValue: String(words[0])), let offset = UInt64(words[1]),
            let bytes = Int(words[2]), (1...pieceBytes).contains(bytes), words[3].utf8.count == 64
        else { return nil }
        return Piece(file: file, offset: offset, bytes: bytes, digest: String(words[3]))
    }
}
