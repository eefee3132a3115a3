package import Domain

/// Cuts a body of `multipart/form-data` (RFC 7578) into its parts while it arrives.
///
/// Content is handed out as it comes, so a part may be of any size; what is kept is one delimiter, or the
/// headers of one part, at most.
package struct MultipartParser: Sendable {
    /// The longest boundary that is taken, in bytes; the standard has 70.
    private static let boundaryBytesMax = 200
    /// How many bytes the headers of a part may have.
    private static let headerBytesMax = 16 << 10

    /// What comes next in a body.
    package enum Event: Hashable, Sendable {
        /// A part begins.
        case part(MultipartHeaders)
        /// Some of its content.
        case content([UInt8])
        /// The part is whole.
        case partEnd
        /// No part comes any more.
        case end
    }

    private enum State {
        case firstLine
        case preamble
        case afterDelimiter
        case headers
        case content
        case epilogue
    }

    private var state: State
    /// CR, LF, two hyphens and the boundary.
    private var delimiter: [UInt8] = []
    private var buffer: [UInt8] = []
    private var start = 0

    /// Begins a body.
    ///
    /// - Parameter boundary: the boundary; nil to find it in the first line of the body, for clients that do
    ///   not say it.
    package init(boundary: String?) {
        guard let boundary else {
            state = .firstLine
            return
        }
        state = .preamble
        delimiter = Array("\r\n--\(boundary)".utf8)
        // So that the first delimiter, which nothing need precede, looks like all others.
        buffer = Array("\r\n".utf8)
    }

    /// The boundary that a content type names.
    ///
    /// - Parameter contentType: the value of the header.
    /// - Returns: the boundary; nil when it is another type or names none.
    package static func boundary(of contentType: String) -> String? {
        let value = ParameterizedValue(contentType)
        guard value.value.lowercased().hasPrefix("multipart/"), let boundary = value.parameters["boundary"],
            (1...boundaryBytesMax).contains(boundary.utf8.count)
        else { return nil }
        return boundary
    }

    /// Adds bytes that arrived.
    ///
    /// - Parameter bytes: the bytes, in order.
    package mutating func append(_ bytes: [UInt8]) {
        if start > 0 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// Tells what comes next.
    ///
    /// - Returns: the event; nil when more bytes are needed, and after the end.
    /// - Throws: `sessionRequestValidationFailed` when the bytes are no such body.
    package mutating func next() throws(Failure) -> Event? {
        while true {
            switch state {
            case .firstLine: guard try takeFirstLine() else { return nil }
            case .preamble:
                let place = place(of: delimiter)
                start = place.start
                guard place.isWhole else { return nil }
                start += delimiter.count
                state = .afterDelimiter
            case .afterDelimiter:
                guard let isLast = try takeDelimiterEnd() else { return nil }
                state = isLast ? .epilogue : .headers
                if isLast { return .end }
            case .headers:
                guard let headers = try takeHeaders() else { return nil }
                state = .content
                return .part(headers)
            case .content:
                let place = place(of: delimiter)
                if place.start > start {
                    defer { start = place.start }
                    return .content(Array(buffer[start..<place.start]))
                }
                guard place.isWhole else { return nil }
                start += delimiter.count
                state = .afterDelimiter
                return .partEnd
            case .epilogue:
                start = buffer.count
                return nil
            }
        }
    }

    /// What is wrong with a body that ends before its last delimiter.
    package static let endedEarly = invalid("The body ends before its last boundary.")

    private static func invalid(_ sentence: String) -> Failure {
        Failure(.sessionRequestValidationFailed, "The body is no multipart/form-data: \(sentence)")
    }

    /// Where some bytes begin, or where they may begin once more has arrived.
    private func place(of wanted: [UInt8]) -> (start: Int, isWhole: Bool) {
        var place = start
        while let candidate = buffer[place...].firstIndex(of: wanted[0]) {
            let length = min(wanted.count, buffer.count - candidate)
            if buffer[candidate..<(candidate + length)].elementsEqual(wanted[..<length]) {
                return (candidate, length == wanted.count)
            }
            place = candidate + 1
        }
        return (buffer.count, false)
    }

    private mutating func takeFirstLine() throws(Failure) -> Bool {
        guard let end = buffer.firstIndex(of: UInt8(ascii: "\n")) else {
            guard buffer.count <= Self.boundaryBytesMax else { throw Self.invalid("it names no boundary.") }
            return false
        }
        var line = buffer[..<end]
        while let last = line.last, [UInt8(ascii: "\r"), UInt8(ascii: " ")].contains(last) {
            line.removeLast()
        }
        guard line.starts(with: "--".utf8), (3...Self.boundaryBytesMax).contains(line.count) else {
            throw Self.invalid("it names no boundary.")
        }
        delimiter = Array("\r\n".utf8) + line
        buffer.insert(contentsOf: "\r\n".utf8, at: 0)
        state = .preamble
        return true
    }

    /// Two hyphens after the last delimiter, the end of the line after any other.
    private mutating func takeDelimiterEnd() throws(Failure) -> Bool? {
        var place = start
        while place < buffer.count, [UInt8(ascii: " "), UInt8(ascii: "\t")].contains(buffer[place]) {
            place += 1
            guard place - start <= Self.boundaryBytesMax else {
                throw Self.invalid("a boundary does not end.")
            }
        }
        guard buffer.count - place >= 2 else { return nil }
        let end = buffer[place..<(place + 2)]
        start = place + 2
        if end.elementsEqual("--".utf8) { return true }
        guard end.elementsEqual("\r\n".utf8) else {
            throw Self.invalid("a boundary is followed by something.")
        }
        return false
    }

    private mutating func takeHeaders() throws(Failure) -> MultipartHeaders? {
        // A part may have no headers: then the empty line comes at once.
        if buffer[start...].starts(with: "\r\n".utf8) {
            start += 2
            return MultipartHeaders([])
        }
        let place = place(of: Array("\r\n\r\n".utf8))
        guard place.start - start <= Self.headerBytesMax else {
            throw Self.invalid("the headers of a part are over \(Self.headerBytesMax) bytes.")
        }
        guard place.isWhole else { return nil }
        defer { start = place.start + 4 }
        return MultipartHeaders(buffer[start..<place.start])
    }
}
