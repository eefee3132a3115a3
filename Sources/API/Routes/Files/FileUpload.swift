internal import APIModel
internal import Coordinator
internal import Domain
internal import Hummingbird

/// Takes the files of a form to a session, each in parts of which a few are under way at once.
///
/// A file is seen in the session when it is whole, and not before. When one fails, those before it stay.
struct FileUpload: Sendable {
    let dispatch: any SessionDispatch
    let session: SessionKey
    /// Where the files go.
    let folder: SessionFilePath
    /// The longest body that is taken, in bytes.
    let limit: Int

    /// The file that is being written.
    private struct Current {
        let file: any FileWriting
        /// What does not fill a message yet.
        var rest: [UInt8] = []
        var offset = 0
        var underWay = 0
    }

    private typealias Writes = ThrowingTaskGroup<Void, any Error>

    /// Takes all files of a form, while it arrives.
    ///
    /// - Parameters:
    ///   - body: the form.
    ///   - boundary: its boundary; nil to find it in the body.
    /// - Returns: the files that were made.
    /// - Throws: why one could not be made.
    func take(_ body: RequestBody, boundary: String?) async throws(Failure) -> [SessionFile] {
        do {
            return try await withThrowingTaskGroup(of: Void.self) { writes in
                var current: Current?
                do {
                    return try await take(body, boundary, &current, &writes)
                } catch {
                    let cause = await Self.cause(of: error, &writes)
                    current?.file.close()
                    throw cause
                }
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.sessionRequestValidationFailed, "The body ended early or is not valid HTTP.")
        }
    }

    private func take(
        _ body: RequestBody,
        _ boundary: String?,
        _ current: inout Current?,
        _ writes: inout Writes
    ) async throws -> [SessionFile] {
        var parser = MultipartParser(boundary: boundary)
        var files: [SessionFile] = []
        var received = 0
        var isComplete = false
        for try await buffer in body {
            received += buffer.readableBytes
            guard received <= limit else { throw FileUploadRoutes.tooLarge }
            parser.append([UInt8](buffer.readableBytesView))
            while let event = try parser.next() {
                switch event {
                case .part(let headers): current = try await begin(headers)
                case .content(let bytes): try await add(bytes, to: &current, &writes)
                case .partEnd:
                    if let file = try await commit(&current, &writes) { files.append(file) }
                    current = nil
                case .end: isComplete = true
                }
            }
        }
        guard isComplete else { throw MultipartParser.endedEarly }
        return files
    }

    /// Why a transfer ended: a write that fails ends it for those under way behind it, and they may tell first.
    private static func cause(of error: any Error, _ writes: inout Writes) async -> any Error {
        guard (error as? Failure)?.code == .fileTransferExpired else { return error }
        while let result = await writes.nextResult() {
            guard case .failure(let other as Failure) = result, other.code != .fileTransferExpired else {
                continue
            }
            return other
        }
        return error
    }

    /// What has no file name is a field of the form, and no field means anything here.
    private func begin(_ headers: MultipartHeaders) async throws(Failure) -> Current? {
        guard let name = headers.fileName else { return nil }
        let path = try folder.appending(SessionFilePath(name))
        try path.requireNewName()
        return Current(file: try await dispatch.createFile(at: path, of: session))
    }

    private func add(_ bytes: [UInt8], to current: inout Current?, _ writes: inout Writes) async throws {
        current?.rest += bytes
        while let rest = current?.rest, rest.count >= FileLimits.chunkBytes {
            current?.rest = Array(rest[FileLimits.chunkBytes...])
            try await write(Array(rest[..<FileLimits.chunkBytes]), &current, &writes)
        }
    }

    private func write(_ bytes: [UInt8], _ current: inout Current?, _ writes: inout Writes) async throws {
        guard let (file, offset, underWay) = current.map({ ($0.file, $0.offset, $0.underWay) }) else {
            return
        }
        if underWay == FileLimits.chunksUnderWay { try await writes.next() } else { current?.underWay += 1 }
        writes.addTask { try await file.write(bytes, at: offset) }
        current?.offset += bytes.count
    }

    private func commit(_ current: inout Current?, _ writes: inout Writes) async throws -> SessionFile? {
        guard let rest = current?.rest else { return nil }
        if !rest.isEmpty { try await write(rest, &current, &writes) }
        while try await writes.next() != nil {}
        guard let last = current else { return nil }
        return try await last.file.commit(size: last.offset)
    }
}
