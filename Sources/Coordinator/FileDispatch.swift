package import Domain

/// What the HTTP API needs of the sessions' files.
///
/// Each call is a use of the session, and begins it if the identifier has none.
package protocol FileDispatch: Sendable {
    /// Tells what is in a folder, in the order of the paths' bytes.
    ///
    /// - Parameters:
    ///   - folder: the folder.
    ///   - session: the session.
    ///   - isRecursive: whether folders below are told as well.
    ///   - after: the path to begin behind; the data folder for the beginning.
    ///   - most: how many to tell at most.
    /// - Returns: files and folders.
    /// - Throws: `fileNotFound`, `filePathInvalid`, or whatever kept the session from answering.
    func files(
        in folder: SessionFilePath,
        of session: SessionKey,
        isRecursive: Bool,
        after: SessionFilePath,
        most: Int
    ) async throws(Failure) -> SessionFileList

    /// Tells what is at a path.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - session: the session.
    /// - Returns: the file or folder.
    /// - Throws: `fileNotFound`, `filePathInvalid`, or whatever kept the session from answering.
    func file(at path: SessionFilePath, of session: SessionKey) async throws(Failure) -> SessionFile

    /// Removes a file.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - session: the session.
    /// - Throws: `fileNotFound`, `filePathInvalid`, or whatever kept the session from answering.
    func removeFile(at path: SessionFilePath, of session: SessionKey) async throws(Failure)

    /// Opens a file for reading.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - session: the session.
    /// - Returns: the open file; it must be closed.
    /// - Throws: `fileNotFound`, `filePathInvalid`, `tooManyRequests`, or whatever kept the session from answering.
    func openFile(at path: SessionFilePath, of session: SessionKey) async throws(Failure) -> any FileReading

    /// Begins a file, which is not to be seen before it is whole.
    ///
    /// - Parameters:
    ///   - path: the path.
    ///   - session: the session.
    /// - Returns: the new file; it must be committed or closed.
    /// - Throws: `filePathInvalid`, `sessionStorageFull`, `tooManyRequests`, or whatever kept the session from answering.
    func createFile(at path: SessionFilePath, of session: SessionKey) async throws(Failure) -> any FileWriting
}

/// A file of a session that is open for reading.
package protocol FileReading: Sendable {
    /// The file as it was when it was opened.
    var file: SessionFile { get }

    /// Reads a part; several may be asked for at once.
    ///
    /// - Parameters:
    ///   - offset: where to begin, in bytes.
    ///   - count: how many bytes, at most ``FileLimits/chunkBytes``.
    /// - Returns: the bytes; fewer only at the end of the file.
    /// - Throws: `fileTransferExpired`, or whatever kept the session from answering.
    func read(at offset: Int, count: Int) async throws(Failure) -> [UInt8]

    /// Gives the file back; returns at once.
    func close()
}

/// A new file of a session.
package protocol FileWriting: Sendable {
    /// Writes a part; several may be under way at once, in any order.
    ///
    /// - Parameters:
    ///   - bytes: the part, at most ``FileLimits/chunkBytes``.
    ///   - offset: where it belongs, in bytes.
    /// - Throws: `sessionStorageFull`, `fileTransferExpired`, or whatever kept the session from answering.
    func write(_ bytes: [UInt8], at offset: Int) async throws(Failure)

    /// Gives the file its name, in place of any other of that name.
    ///
    /// - Parameter size: the size of the whole file, in bytes.
    /// - Returns: the file.
    /// - Throws: why it has not come about.
    func commit(size: Int) async throws(Failure) -> SessionFile

    /// Gives the file up; returns at once. What was committed stays.
    func close()
}
