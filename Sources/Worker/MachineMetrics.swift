internal import MicroVM
internal import Telemetry

/// What is measured of machines and of what they are made from, when somebody looks.
actor MachineMetrics {
    private let hypervisor: any Hypervisor
    /// The processor time of each process when it was looked at last.
    private var processorSeconds: [Int32: Double] = [:]
    /// The processor time of processes that are gone.
    private var formerSeconds = 0.0

    /// Makes the one that measures.
    ///
    /// - Parameter hypervisor: where machines come from.
    init(hypervisor: any Hypervisor) { self.hypervisor = hypervisor }

    /// Processes with their memory and processor time, templates, and the queue of starts.
    ///
    /// - Returns: the metrics.
    func collect() async -> [MetricFamily] {
        let facts = await hypervisor.facts()
        return processFamilies(facts.processes) + templateFamilies(facts.templates) + [
            MetricFamily(
                "cloister_starts_waiting",
                "Starts of machines that wait for their turn.",
                .gauge,
                value: Double(facts.waitingStarts)
            ),
            MetricFamily(
                "cloister_processes_ahead",
                "QEMU processes that were started ahead and wait for a session.",
                .gauge,
                value: Double(facts.processesAhead)
            ),
        ]
    }

    private func processFamilies(_ processes: [Int32]) -> [MetricFamily] {
        var resident = 0.0
        var own = 0.0
        var seen: [Int32: Double] = [:]
        for process in processes {
            guard let facts = ProcessFacts(of: process) else { continue }
            resident += facts.residentBytes
            own += facts.ownBytes
            seen[process] = facts.processorSeconds
        }
        for (process, seconds) in processorSeconds {
            // A number can come to mean another process; that one has used less.
            if seconds > seen[process] ?? 0 { formerSeconds += seconds }
        }
        processorSeconds = seen
        var memory = MetricFamily(
            "cloister_qemu_memory_bytes",
            "Resident memory of all QEMU processes: own is theirs alone, shared is mostly the template's, counted in each.",
            .gauge
        )
        memory.add(own, ["kind": "own"])
        memory.add(resident - own, ["kind": "shared"])
        return [
            MetricFamily(
                "cloister_qemu_processes",
                "QEMU processes of this worker.",
                .gauge,
                value: Double(seen.count)
            ),
            memory,
            MetricFamily(
                "cloister_qemu_cpu_seconds_total",
                "Processor time of QEMU processes, as far as a scrape saw it before they ended.",
                .counter,
                value: formerSeconds + seen.values.reduce(0, +)
            ),
        ]
    }

    private func templateFamilies(
        _ templates: [HypervisorFacts.TemplateOrigin: HypervisorFacts.Work]
    ) -> [MetricFamily] {
        var counts = MetricFamily(
            "cloister_template_preparations_total",
            "Templates that were had from the cache, from another worker, or built; or not had.",
            .counter
        )
        var seconds = MetricFamily(
            "cloister_template_preparation_seconds_total",
            "How long that took altogether.",
            .counter
        )
        for origin in HypervisorFacts.TemplateOrigin.allCases {
            let work = templates[origin] ?? HypervisorFacts.Work()
            counts.add(Double(work.count), ["origin": origin.rawValue])
            seconds.add(work.duration / .seconds(1), ["origin": origin.rawValue])
        }
        return [counts, seconds]
    }
}
