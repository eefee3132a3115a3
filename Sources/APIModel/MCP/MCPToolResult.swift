package import Domain
internal import FoundationEssentials

/// What a call of a tool ends with.
package struct MCPToolResult: Hashable, Sendable {
    /// What models read.
    let content: [JSONValue]
    /// What programs read; nil when the tool could not do anything.
    let structured: JSONValue?
    /// Whether the tool did not do what was asked for.
    package let isError: Bool

    private init(content: [JSONValue], structured: JSONValue?, isError: Bool = false) {
        self.content = content
        self.structured = structured
        self.isError = isError
    }

    /// The result as JSON.
    package var json: JSONValue {
        let structure = structured.map { [JSONValue.Member("structuredContent", $0)] } ?? []
        return .object(
            [.init("content", .array(content))] + structure + [.init("isError", .boolean(isError))]
        )
    }

    /// The result of a tool that could not do anything; the model may find a way.
    ///
    /// - Parameter failure: why.
    /// - Returns: the result.
    package static func failed(_ failure: Failure) -> Self {
        let advice = failure.retryAfterSeconds.map { " Try again in \($0) s." } ?? ""
        return Self(
            content: [text("\(failure.code.name): \(failure.message)\(advice)")],
            structured: nil,
            isError: true
        )
    }

    /// The result of a launch.
    ///
    /// - Parameter environment: the new name.
    /// - Returns: the result.
    package static func launched(_ environment: String) -> Self {
        structured(.object([.init("environmentId", .string(environment))]))
    }

    /// A result that says everything in its structure, and the same as text to those who do not read that.
    static func structured(_ value: JSONValue, images: [JSONValue] = [], isError: Bool = false) -> Self {
        Self(
            content: [text(String(decoding: value.encoded, as: UTF8.self))] + images,
            structured: value,
            isError: isError
        )
    }

    private static func text(_ text: String) -> JSONValue {
        .object([.init("type", .string("text")), .init("text", .string(text))])
    }

    static func image(_ bytes: [UInt8], type: String) -> JSONValue {
        .object([
            .init("type", .string("image")), .init("data", .string(Data(bytes).base64EncodedString())),
            .init("mimeType", .string(type)),
        ])
    }
}

/// Files.
extension MCPToolResult {
    /// The result of a list.
    ///
    /// - Parameters:
    ///   - files: the files.
    ///   - isComplete: whether there are no more.
    /// - Returns: the result.
    package static func listed(_ files: [SessionFile], isComplete: Bool) -> Self {
        structured(
            .object([
                .init("files", .array(files.map(description))), .init("isComplete", .boolean(isComplete)),
            ])
        )
    }

    /// The result of a write.
    ///
    /// - Parameter file: the new file.
    /// - Returns: the result.
    package static func written(_ file: SessionFile) -> Self { structured(description(of: file)) }

    /// The result of a read: text as text, a whole picture as an image, anything else as a blob.
    ///
    /// - Parameters:
    ///   - all: what was read; of a text that goes on behind it, the half of a character at the end is left out.
    ///   - offset: from where.
    ///   - file: the file.
    /// - Returns: the result.
    package static func read(_ all: [UInt8], at offset: Int, of file: SessionFile) -> Self {
        let type = ContentType.of(file.path.name)
        let isWhole = all.count == file.size
        let bytes = offset + all.count < file.size ? wholeCharacters(all) : all
        let readable = bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
        let (form, block): (String, JSONValue)
        if isWhole, type.hasPrefix("image/"), !bytes.isEmpty {
            (form, block) = ("image", image(bytes, type: type))
        } else if let readable {
            (form, block) = ("text", text(readable))
        } else {
            (form, block) = ("blob", blob(bytes, type: type, of: file.path))
        }
        let description = JSONValue.object([
            .init("path", .string(file.path.text)), .init("contentType", .string(type)),
            .init("sizeInBytes", .integer(file.size)), .init("offset", .integer(offset)),
            .init("length", .integer(bytes.count)),
            .init("isComplete", .boolean(offset + bytes.count >= file.size)),
            .init("form", .string(form)),
        ])
        let told = text(String(decoding: description.encoded, as: UTF8.self))
        return Self(content: [block, told], structured: description)
    }

    /// Bytes without the first half of a character at their end; the next call reads it whole.
    private static func wholeCharacters(_ bytes: [UInt8]) -> [UInt8] {
        guard let start = bytes.lastIndex(where: { $0 & 0xc0 != 0x80 }), bytes[start] >= 0xc0 else {
            return bytes
        }
        let length = bytes[start] >= 0xf0 ? 4 : bytes[start] >= 0xe0 ? 3 : 2
        let whole = Array(bytes[..<start])
        let isText = !whole.isEmpty && String(validating: whole, as: UTF8.self) != nil
        return isText && bytes.count - start < length ? whole : bytes
    }

    private static func description(of file: SessionFile) -> JSONValue {
        .object([
            .init("path", .string(file.path.text)),
            .init("type", .string(file.isFolder ? "directory" : "file")),
            .init("sizeInBytes", .integer(file.size)),
            .init("lastModifiedAt", .string(FileTime(nanoseconds: file.modified).timestamp)),
        ])
    }

    private static func blob(_ bytes: [UInt8], type: String, of path: SessionFilePath) -> JSONValue {
        let location = path.names.map(PercentEncoding.encoded).joined(separator: "/")
        return .object([
            .init("type", .string("resource")),
            .init(
                "resource",
                .object([
                    .init("uri", .string("file://\(SessionFilePath.root)/\(location)")),
                    .init("mimeType", .string(type)),
                    .init("blob", .string(Data(bytes).base64EncodedString())),
                ])
            ),
        ])
    }
}
