/// Finds out that a server says nothing any more, although the connection looks whole.
actor Silence {
    private let longest: Duration
    /// Since when we wait for the server; nil while it waits for us.
    private var since: ContinuousClock.Instant? = .now

    /// Begins with a silence.
    ///
    /// - Parameter longest: how long one may last.
    init(longest: Duration) { self.longest = longest }

    /// We wait for the server from now on.
    func begins() { since = .now }

    /// The server has said something.
    func ends() { since = nil }

    /// Waits for a silence that is too long.
    ///
    /// - Throws: ``ClientError`` when there was one, or when the task is cancelled.
    func watch() async throws {
        while true {
            let now = ContinuousClock.now
            let end = (since ?? now) + longest
            guard end > now else {
                throw ClientError(
                    .timedOut,
                    "The server has said nothing for \(longest.components.seconds) s."
                )
            }
            try await Task.sleep(until: end)
        }
    }
}
