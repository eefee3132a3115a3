/// The ways between nodes: they delay, lose, reorder, and are cut one way or both ways.
final class SimulatedNetwork {
    /// Who sends or receives.
    enum Node: Hashable {
        case coordinator(Int)
        case worker(Int)
        case directory
    }

    struct Way: Hashable {
        let from: Node
        let to: Node
    }

    unowned let simulation: Simulation
    /// Until when a way carries nothing.
    private var cuts: [Way: Int] = [:]
    /// How many of a thousand messages are lost, and the longest delay in unscaled milliseconds, at present.
    var losses = 0
    var longestDelay = 20

    init(_ simulation: Simulation) { self.simulation = simulation }

    func cut(_ from: Node, _ to: Node, for microseconds: Int) {
        cuts[Way(from: from, to: to)] = simulation.now + microseconds
    }

    func isCut(_ from: Node, _ to: Node) -> Bool {
        cuts[Way(from: from, to: to)].map { simulation.now < $0 } ?? false
    }

    func healAll() {
        cuts = [:]
        (losses, longestDelay) = (0, 20)
    }

    /// Sends a message, which arrives late, or after others that were sent later, or never.
    func send(_ from: Node, _ to: Node, _ arrive: @escaping () -> Void) {
        let settings = simulation.settings
        var delay = settings.scaled(1) + simulation.random(0...settings.scaled(longestDelay))
        if let end = cuts[Way(from: from, to: to)], simulation.now < end {
            // What is sent into a cut may come out of it later: connections repeat what was not acknowledged.
            guard simulation.happens(settings.lateOnes) else { return }
            delay += end - simulation.now
        } else if simulation.happens(losses) {
            return
        }
        simulation.after(delay, arrive)
    }
}
