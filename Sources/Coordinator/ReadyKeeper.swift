internal import ClusterState
internal import Domain
internal import Wire

/// Tells the workers how many sandboxes to keep ready, whenever the shares have changed.
struct ReadyKeeper: Sendable {
    /// How often the shares are looked at.
    private static let interval: Duration = .milliseconds(500)
    /// How long a worker may take to answer.
    private static let timeout: Duration = .seconds(2)

    let node: CoordinatorNode

    /// Keeps the workers informed until cancelled.
    func run() async {
        while !Task.isCancelled {
            for (link, targets) in await node.readyOrders() {
                // Without an answer the order is still due in the next round.
                if case .done = try? await link.ask(.keepReady(targets), by: .now + Self.timeout) {
                    await node.readyOrderTaken(targets, by: link.life)
                }
            }
            try? await Task.sleep(for: Self.interval)
        }
    }
}
