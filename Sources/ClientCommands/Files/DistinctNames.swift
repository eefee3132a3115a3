internal import Domain

/// Files that would take each other's place.
enum DistinctNames {
    /// Checks that no two names are the same.
    ///
    /// - Parameters:
    ///   - names: the names of all files.
    ///   - advice: where they would be, and what to do.
    /// - Throws: `filePathInvalid` for the first that is there twice.
    static func check(_ names: [String], _ advice: String) throws(Failure) {
        var known: Set<[UInt8]> = []
        for name in names where !known.insert(Array(name.utf8)).inserted {
            throw Failure(.filePathInvalid, "Two of the files would be \(name) \(advice).")
        }
    }
}
