internal import Domain

/// Names of a guest's files as names of files here.
enum LocalName {
    /// Turns the path of a guest's file into names that lead nowhere but below a folder.
    ///
    /// - Parameter path: the path in the session, as the server tells it; whoever wrote the guest's code chose it.
    /// - Returns: the folders and the file, outermost first; control characters are underscores.
    /// - Throws: `filePathInvalid` for a path that would lead out of the folder or to nothing.
    static func parts(of path: String) throws(Failure) -> [String] {
        var parts: [String] = []
        for part in PathParts.of(path) {
            guard part != ".", part != "..", part.utf8.count <= 255 else {
                throw Failure(
                    .filePathInvalid,
                    "A file of the session has a name that no file can have here."
                )
            }
            let scalars = part.unicodeScalars.map { scalar -> Unicode.Scalar in
                switch scalar.properties.generalCategory {
                // Others than letters and marks: line breaks, escapes, and what turns the direction of writing.
                case .control, .format, .lineSeparator, .paragraphSeparator: "_"
                default: scalar
                }
            }
            parts.append(String(String.UnicodeScalarView(scalars)))
        }
        guard !parts.isEmpty else { throw Failure(.filePathInvalid, "A file of the session has no name.") }
        return parts
    }
}
