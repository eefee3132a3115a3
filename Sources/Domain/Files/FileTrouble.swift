/// Why the guest's agent could not do something with a file.
///
/// The guest is hostile: it only gets to name one of these, the sentence for the client is made outside.
package enum FileTrouble: Int, Error, CaseIterable, Hashable {
    /// There is nothing of this name.
    case notFound = 1
    /// It is a folder, a pipe, a device or a socket.
    case notAFile = 2
    /// It is no folder, or something on the way is none.
    case notAFolder = 3
    /// A link on the way leads out of the data folder, or in circles.
    case leadsOut = 4
    /// The session's user may not do it.
    case notPermitted = 5
    /// The session's disk is full.
    case full = 6
    /// Too many files are open.
    case tooMany = 7
    /// The transfer is not known, or was given up because nothing came for too long.
    case unknownTransfer = 8
    /// The name is longer than the file system takes.
    case nameTooLong = 9
    /// The file system failed.
    case broken = 10

    /// What the client is told.
    ///
    /// - Parameter path: the path that it asked for; nil when that is not known (any more).
    /// - Returns: the failure.
    package func failure(for path: SessionFilePath?) -> Failure {
        let file = path.map { "'/\($0)'" } ?? "the file"
        return switch self {
        case .notFound: Failure(.fileNotFound, "There is no file \(file) in this session.")
        case .notAFile:
            Failure(.filePathInvalid, "The path \(file) leads to something that is no regular file.")
        case .notAFolder: Failure(.filePathInvalid, "A part of the path \(file) is no folder.")
        case .leadsOut:
            Failure(.filePathInvalid, "A link on the path \(file) leads out of \(SessionFilePath.root).")
        case .notPermitted:
            Failure(.filePathInvalid, "The session's user has no right to do this with \(file).")
        case .full: Failure(.sessionStorageFull, FailureCode.sessionStorageFull.meaning)
        case .tooMany:
            Failure(
                .tooManyRequests,
                "Too many files of this session are open already.",
                retryAfterSeconds: 1
            )
        case .unknownTransfer: Failure(.fileTransferExpired, FailureCode.fileTransferExpired.meaning)
        case .nameTooLong: Failure(.filePathInvalid, "The path \(file) is too long.")
        case .broken: Failure(.sandboxFailed, "The session's file system could not do it.")
        }
    }
}
