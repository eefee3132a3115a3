internal import NIOCore

/// Keeps QEMU processes started ahead, so that a claim need not wait for a start.
///
/// The spawn is a third of a clone's time; a process that waits costs some 20 MiB and no processor.
actor Zygotes {
    /// How long to wait after one could not be started.
    private static let pauseAfterFailure: Duration = .seconds(1)

    private let count: Int
    private let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation
    private var templates: [Template] = []
    private var waiting: [Zygote] = []
    /// The starts that are under way.
    private var starting: [Int: Template] = [:]
    private var attempts = 0

    /// Makes a keeper without processes.
    ///
    /// - Parameter count: how many to keep of each template.
    init(count: Int) {
        self.count = max(0, count)
        (changes, changed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// How many processes wait.
    var waitingCount: Int { waiting.count }

    /// Keeps processes of one more template.
    ///
    /// - Parameter template: the template.
    func add(_ template: Template) {
        guard !templates.contains(where: { $0 === template }) else { return }
        templates.append(template)
        changed.yield()
    }

    /// Takes a process; nobody else gets it.
    ///
    /// - Parameter template: what it has to continue from.
    /// - Returns: a process, or nil when none waits.
    func take(of template: Template) -> Zygote? {
        guard let index = waiting.firstIndex(where: { $0.template === template }) else { return nil }
        defer { changed.yield() }
        return waiting.remove(at: index)
    }

    /// Starts a process of a template, calls `ready` once it waits, and returns when it is gone.
    typealias Start =
        @Sendable (_ template: Template, _ ready: @escaping @Sendable (Zygote) async -> Void) async throws ->
        Void

    /// Starts what is missing until the task is cancelled; then all processes end, the taken ones too.
    ///
    /// - Parameters:
    ///   - start: starts a process.
    ///   - trouble: told why one could not be started.
    func run(_ start: @escaping Start, trouble: @escaping @Sendable (String) -> Void) async {
        await withDiscardingTaskGroup { group in
            for await _ in changes {
                for template in templates {
                    for _ in 0..<missing(of: template) {
                        attempts += 1
                        let attempt = attempts
                        starting[attempt] = template
                        group.addTask { await self.keep(attempt, template, start, trouble) }
                    }
                }
            }
            group.cancelAll()
        }
    }

    private func missing(of template: Template) -> Int {
        let present = waiting.count { $0.template === template } + starting.values.count { $0 === template }
        return max(0, count - present)
    }

    private func keep(
        _ attempt: Int,
        _ template: Template,
        _ start: Start,
        _ trouble: @Sendable (String) -> Void
    ) async {
        do {
            try await start(template) { zygote in
                await self.becameReady(zygote, attempt)
                await zygote.waitForRelease()
                await self.remove(zygote, attempt)
            }
        } catch {
            if !Task.isCancelled { trouble("a process could not be started ahead: \(error)") }
        }
        if starting[attempt] != nil {
            // It did not come so far, or it ended by itself. Not at once again: what failed now fails
            // in a moment, too.
            try? await Task.sleep(for: Self.pauseAfterFailure)
            starting[attempt] = nil
        }
        changed.yield()
    }

    private func becameReady(_ zygote: Zygote, _ attempt: Int) {
        starting[attempt] = nil
        waiting.append(zygote)
    }

    private func remove(_ zygote: Zygote, _ attempt: Int) {
        guard let index = waiting.firstIndex(where: { $0 === zygote }) else { return }
        waiting.remove(at: index)
        starting[attempt] = zygote.template
    }
}
