/// What a hypervisor tells whoever measures it.
package struct HypervisorFacts: Hashable, Sendable {
    /// Where a template came from.
    package enum TemplateOrigin: String, CaseIterable, Sendable {
        /// It lay in the cache.
        case cache
        /// Another worker had it.
        case copy
        /// A guest was booted and warmed.
        case build
        /// It could not be had.
        case failure
    }

    /// How often, and how long altogether.
    package struct Work: Hashable, Sendable {
        /// How often.
        package var count = 0
        /// How long altogether.
        package var duration: Duration = .zero

        /// Nothing yet.
        package init() {}

        mutating func add(_ duration: Duration) {
            count += 1
            self.duration += duration
        }
    }

    /// How many starts wait for their turn.
    package var waitingStarts = 0
    /// How many processes were started ahead and wait.
    package var processesAhead = 0
    /// The numbers of the QEMU processes.
    package var processes: [Int32] = []
    /// The templates that were had, by where they came from.
    package var templates: [TemplateOrigin: Work] = [:]

    /// Nothing at all.
    package init() {}
}
