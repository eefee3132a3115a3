internal import APIModel
internal import Coordinator
internal import Domain

/// Reads and writes the files of an environment in one go, within bounds.
struct MCPFiles: Sendable {
    let dispatch: any SessionDispatch
    let session: SessionKey

    /// Reads a file or a part of one.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - offset: the first byte.
    ///   - length: how many bytes; nil for the rest.
    /// - Returns: the result of the tool.
    /// - Throws: `payloadTooLarge` for more than one call reads, and why there is no such file.
    func read(_ path: SessionFilePath, from offset: Int, length: Int?) async throws(Failure) -> MCPToolResult
    {
        let open = try await dispatch.openFile(at: path, of: session)
        defer { open.close() }
        let size = open.file.size
        guard offset <= size else {
            throw Failure(
                .sessionRequestValidationFailed,
                "The argument offset is behind the end of the file, which has \(size) bytes."
            )
        }
        let count = min(length ?? .max, size - offset)
        guard count <= MCPLimits.readBytes else {
            throw Failure(
                .payloadTooLarge,
                "The file has \(size) bytes, and one call reads \(MCPLimits.readBytes): give offset and length."
            )
        }
        var bytes: [UInt8] = []
        while bytes.count < count {
            let part = try await open.read(
                at: offset + bytes.count,
                count: min(FileLimits.chunkBytes, count - bytes.count)
            )
            guard !part.isEmpty else {
                throw Failure(.sandboxFailed, "The file became shorter while it was read.")
            }
            bytes += part
        }
        return .read(bytes, at: offset, of: open.file)
    }

    /// Writes a file.
    ///
    /// - Parameters:
    ///   - bytes: what is in it.
    ///   - path: where it goes.
    /// - Returns: the result of the tool.
    /// - Throws: why it could not be written; then what was there before still is.
    func write(_ bytes: [UInt8], to path: SessionFilePath) async throws(Failure) -> MCPToolResult {
        try path.requireNewName()
        let file = try await dispatch.createFile(at: path, of: session)
        defer { file.close() }
        var offset = 0
        while offset < bytes.count {
            let end = min(offset + FileLimits.chunkBytes, bytes.count)
            try await file.write(Array(bytes[offset..<end]), at: offset)
            offset = end
        }
        return .written(try await file.commit(size: bytes.count))
    }
}
