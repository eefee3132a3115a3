import Foundation

@testable import Identity

/// An issuer that answers what a test says, and counts how often it is asked.
actor PlayedKeySource: KeySetSource {
    private var forges: [TokenForge]?
    private(set) var count = 0
    private(set) var isClosed = false
    private var gate: [CheckedContinuation<Void, Never>] = []
    private var isHeld = false

    init(_ forges: [TokenForge]?) { self.forges = forges }

    /// Publishes other keys from now on; nil for not answering.
    func publish(_ forges: [TokenForge]?) { self.forges = forges }

    /// Has questions wait until ``release()``.
    func hold() { isHeld = true }

    func release() {
        isHeld = false
        for waiter in gate { waiter.resume() }
        gate = []
    }

    func keySet() async throws -> KeySet {
        count += 1
        if isHeld { await withCheckedContinuation { gate.append($0) } }
        guard let forges else { throw KeySetError(description: "down") }
        let json = try TokenForge.set(forges.map { try $0.published() })
        guard let set = KeySet(json: json, algorithms: [.rs256, .es256]) else {
            throw KeySetError(description: "no set")
        }
        return set
    }

    func close() { isClosed = true }
}
