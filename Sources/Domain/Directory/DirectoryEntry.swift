/// What the directory that coordinators share says of an identifier.
package struct DirectoryEntry: Hashable, Sendable {
    /// Where the identifier's session is.
    package enum Place: Hashable, Sendable {
        /// A worker's life has it, or shall have it.
        case placed(WorkerLife)
        /// It was lost with its worker, and no client was told yet.
        case lost
    }

    /// The session; its generation is the revision of the directory that wrote the entry.
    package let session: SessionLife
    /// Where it is.
    package let place: Place

    /// Makes an entry.
    ///
    /// - Parameters:
    ///   - session: the session, of the generation that the entry's revision gives.
    ///   - place: where it is.
    package init(session: SessionLife, place: Place) {
        self.session = session
        self.place = place
    }
}

/// The life of a worker that counts, as coordinators share it: a session on any other life of it is lost.
package struct WorkerRecord: Hashable, Sendable {
    /// The life.
    package let life: WorkerLife
    /// Where it is reached.
    package let address: String
    /// Whether that life was declared lost; no other one has come yet.
    package let isLost: Bool
    /// The revision of the directory that wrote the record.
    package let revision: UInt64

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - life: the life.
    ///   - address: where it is reached.
    ///   - isLost: whether that life was declared lost.
    ///   - revision: the revision of the directory that wrote the record.
    package init(life: WorkerLife, address: String, isLost: Bool, revision: UInt64) {
        self.life = life
        self.address = address
        self.isLost = isLost
        self.revision = revision
    }
}

/// A coordinator, as the others see it.
package struct CoordinatorRecord: Hashable, Sendable {
    /// Its name, stable over its restarts.
    package let name: String
    /// This life of it.
    package let incarnation: Incarnation
    /// Where workers reach it.
    package let address: String
    /// The version of the program.
    package let version: String
    /// When it began, in milliseconds since 1970.
    package let startedMilliseconds: UInt64

    /// Makes a record.
    ///
    /// - Parameters:
    ///   - name: its name, stable over its restarts.
    ///   - incarnation: this life of it.
    ///   - address: where workers reach it.
    ///   - version: the version of the program.
    ///   - startedMilliseconds: when it began, in milliseconds since 1970.
    package init(
        name: String,
        incarnation: Incarnation,
        address: String,
        version: String,
        startedMilliseconds: UInt64
    ) {
        self.name = name
        self.incarnation = incarnation
        self.address = address
        self.version = version
        self.startedMilliseconds = startedMilliseconds
    }
}
