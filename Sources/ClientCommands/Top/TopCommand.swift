internal import ArgumentParser
internal import Client
internal import Presentation

/// `cloister top`: what a cluster does, now.
struct TopCommand: ClusterCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Shows nodes, pools, sessions and rates, again and again.",
        discussion: """
            Example: cloister top --interval 5

            In a terminal until Ctrl-C; into a pipe or a file, or with --once, one time. Rates and latencies are \
            those of the interval, as the coordinator that answers measures them: with several coordinators each \
            has its own. It takes an operator's key for all pools.
            """
    )

    @Option(help: "How many seconds lie between two looks, 0.2 to 3600.")
    var interval = 2.0

    @Flag(help: "Look once, that is at the beginning and at the end of one interval.")
    var once = false

    @OptionGroup var connection: ConnectionOptions

    func validate() throws {
        guard (0.2...3_600).contains(interval) else {
            throw ValidationError("--interval is a number from 0.2 to 3600.")
        }
    }

    func perform(with client: CloisterClient) async throws {
        let isLive = !once && Console.isTerminal(1)
        let interval = Duration.seconds(interval)
        try await Interruption.cancelling {
            let screen = isLive ? LiveScreen() : nil
            defer { screen?.end() }
            var earlier = try await Self.look(client)
            repeat {
                try await Task.sleep(until: earlier.time + interval, clock: .continuous)
                let now = try await Self.look(client)
                let lines = ClusterView(earlier: earlier, now: now).lines(.of(1))
                if let screen { try screen.show(lines) } else { try Console.deliver(Self.text(lines)) }
                earlier = now
            } while isLive
        }
    }

    private static func look(_ client: CloisterClient) async throws -> ClusterView.Snapshot {
        ClusterView.Snapshot(
            nodes: try await client.nodes(),
            samples: MetricSamples(try await client.metrics()),
            time: .now
        )
    }

    private static func text(_ lines: [String]) -> [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }
}

/// The terminal's other screen, which leaves what was written before as it was.
private struct LiveScreen: Sendable {
    // ECMA-48 and xterm: the other screen, without a cursor.
    private static let beginning = "\u{1B}[?1049h\u{1B}[?25l"
    private static let ending = "\u{1B}[?25h\u{1B}[?1049l"

    init() { Console.output(Array(Self.beginning.utf8)) }

    /// Shows lines from the upper left corner on, as many as there is room for.
    func show(_ lines: [String]) throws {
        let rows = LocalTerminal.size?.rows ?? 24
        // Each clears what is left of the line before, the last one what is below.
        let text = lines.prefix(max(1, rows - 1)).map { $0 + "\u{1B}[K\r\n" }.joined()
        try Console.deliver(Array(("\u{1B}[H" + text + "\u{1B}[J").utf8))
    }

    func end() { Console.output(Array(Self.ending.utf8)) }
}
