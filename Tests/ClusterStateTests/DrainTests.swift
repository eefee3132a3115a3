import ClusterState
import Domain
import Testing

@Suite("Draining")
struct DrainTests {
    /// Two workers that serve, and a session of `w1`.
    private func serving() throws -> Transcript {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@1
            > serves w1#a.0
            announce w2#b.0
            > open w2#b.0 tcp://w2
            hello w2#b.0
            > serves w2#b.0
            """
        )
        return transcript
    }

    @Test("The sessions of a drained worker go on, and what begins anew begins elsewhere")
    func elsewhere() throws {
        var transcript = try serving()
        try transcript.play(
            """
            drain w1
            place alpha
            > existing alpha@1 on w1#a.0 live
            place bravo
            > created bravo@1000 on w2#b.0 placing
            pong w1#a.0 1:alpha@1=cooldown
            > bury alpha@1 cooldown
            place alpha
            > created alpha@1001 on w2#b.0 placing
            after 0.1
            > drained w1#a.0
            undrain w1
            workers
            > w1#a.0 serving healthy 0/10
            > w2#b.0 serving healthy 2/10
            """
        )
    }

    @Test("What is left at the deadline is ended with the cause drained, and told again until it is")
    func deadline() throws {
        var transcript = try serving()
        try transcript.play(
            """
            drain w1 deadline 2
            alive 0.5 w1#a.0 w2#b.0
            alive 0.5 w1#a.0 w2#b.0
            > stop alpha@1 on w1#a.0 drained
            place alpha
            > NotReady, retry after 1
            alive 2 w1#a.0 w2#b.0
            > stop alpha@1 on w1#a.0 drained
            ended alpha@1 w1#a.0 drained
            > bury alpha@1 drained
            alive 0.5 w1#a.0 w2#b.0
            > drained w1#a.0
            tombstones alpha
            > alpha@1 drained on w1#a.0
            place alpha
            > created alpha@4500 on w2#b.0 placing
            """
        )
    }

    @Test("A session that a client had stopped before the deadline keeps its own cause")
    func stoppedBefore() throws {
        var transcript = try serving()
        try transcript.play(
            """
            stop alpha
            > stop alpha@1 on w1#a.0
            drain w1 deadline 1
            tick
            alive 2 w1#a.0 w2#b.0
            > stop alpha@1 on w1#a.0
            """
        )
    }

    @Test("At most 16 sessions of a worker are being ended at once")
    func paced() throws {
        var transcript = Transcript()
        let sessions = (1...20).map { "name\($0 + 100)@\($0)" }
        let stops = (1...16).map { "> stop name\($0 + 100)@\($0) on w1#a.0 drained" }
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 \(sessions.joined(separator: " "))
            > serves w1#a.0
            drain w1 deadline 0
            tick
            \(stops.joined(separator: "\n"))
            tick
            ended name101@1 w1#a.0 drained
            > bury name101@1 drained
            tick
            > stop name117@17 on w1#a.0 drained
            """
        )
    }

    @Test("The wish outlives the worker's lives, and a coordinator that reads it at its start follows it")
    func restarts() throws {
        var transcript = try serving()
        try transcript.play(
            """
            drain w1
            announce w1#c.0
            > open w1#c.0 tcp://w1
            hello w1#c.0
            > lost w1#a.0 alpha@1
            > close w1#a.0
            > bury alpha@1 workerLost
            > drained w1#c.0
            > serves w1#c.0
            place bravo
            > created bravo@1000 on w2#b.0 placing
            """
        )
        var later = Transcript()
        try later.play(
            """
            drains w1 w3
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@1
            > serves w1#a.0
            place bravo
            > NoWorkerAvailable, retry after 4
            drains w3
            place bravo
            > created bravo@1000 on w1#a.0 placing
            """
        )
        #expect(later.cluster.absentWorkers.map(\.name.text) == ["w3"])
    }

    @Test("A worker that serves is not forgotten; a drained one is, and is not called until it is restarted")
    func forgetting() throws {
        var transcript = try serving()
        try transcript.play(
            """
            forget w9
            > ResourceNotFound
            forget w1
            > NodeInUse
            drain w1
            forget w1
            > NodeInUse
            ended alpha@1 w1#a.0 cooldown
            > bury alpha@1 cooldown
            forget w1
            > lost w1#a.0
            > close w1#a.0
            workers
            > w2#b.0 serving healthy 0/10
            announce w1#a.1
            > refuse w1#a.1 ResourceNotFound
            announce w1#c.0
            > open w1#c.0 tcp://w1
            hello w1#c.0
            > serves w1#c.0
            """
        )
        #expect(transcript.cluster.absentWorkers.isEmpty)
    }

    @Test("A lost worker is remembered until it is back, forgotten, or too long ago")
    func lost() throws {
        var transcript = try serving()
        let lost = "> lost w1#a.0 alpha@1\n> close w1#a.0\n> bury alpha@1 workerLost"
        try transcript.play("over w1#a.0\n\(lost)")
        #expect(transcript.cluster.absentWorkers.map(\.name.text) == ["w1"])
        var forgotten = transcript
        try forgotten.play("forget w1")
        #expect(forgotten.cluster.absentWorkers.isEmpty)
        var back = transcript
        try back.play("announce w1#c.0\n> open w1#c.0 tcp://w1\nhello w1#c.0\n> serves w1#c.0")
        #expect(back.cluster.absentWorkers.isEmpty)
        try transcript.play("wait 7199\ntick\n> lost w2#b.0\n> close w2#b.0")
        #expect(transcript.cluster.absentWorkers.map(\.name.text) == ["w1", "w2"])
        try transcript.play("after 1")
        #expect(transcript.cluster.absentWorkers.map(\.name.text) == ["w2"])
    }
}
