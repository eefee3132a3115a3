/// What is known of a file or folder in a session.
package struct SessionFile: Hashable, Sendable {
    /// Where it is.
    package var path: SessionFilePath
    /// Whether it is a folder.
    package var isFolder: Bool
    /// Its size, in bytes.
    package var size: Int
    /// When it was last changed, in nanoseconds since 1970 UTC.
    package var modified: Int64

    /// Makes a description.
    ///
    /// - Parameters:
    ///   - path: where it is.
    ///   - isFolder: whether it is a folder.
    ///   - size: its size, in bytes.
    ///   - modified: when it was last changed, in nanoseconds since 1970 UTC.
    package init(path: SessionFilePath, isFolder: Bool, size: Int, modified: Int64) {
        self.path = path
        self.isFolder = isFolder
        self.size = size
        self.modified = modified
    }
}

/// A part of a list of files, in the order of the paths' bytes.
package struct SessionFileList: Hashable, Sendable {
    /// The files and folders.
    package var files: [SessionFile]
    /// Whether nothing comes after them.
    package var isComplete: Bool

    /// Makes a part.
    ///
    /// - Parameters:
    ///   - files: the files and folders.
    ///   - isComplete: whether nothing comes after them.
    package init(files: [SessionFile], isComplete: Bool) {
        self.files = files
        self.isComplete = isComplete
    }
}
