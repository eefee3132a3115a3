import Domain
import Identity

/// An archive in memory that refuses when it is told to.
actor PlayedKeyArchive: KeyArchive {
    private(set) var kept: [KeyRecord]
    private var refuses = false

    init(_ kept: [KeyRecord] = []) { self.kept = kept }

    func refuse(_ refuses: Bool) { self.refuses = refuses }

    func keep(_ key: KeyRecord) throws(Failure) {
        try check()
        kept.append(key)
    }

    func keys() throws(Failure) -> [KeyRecord] {
        try check()
        return kept
    }

    func removeKey(_ id: KeyID) throws(Failure) {
        try check()
        kept.removeAll { $0.id == id }
    }

    private func check() throws(Failure) {
        if refuses { throw Failure(.notReady, "The disk is full.", retryAfterSeconds: 5) }
    }
}
