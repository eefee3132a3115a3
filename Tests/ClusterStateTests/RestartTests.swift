import ClusterState
import Domain
import Testing

@Suite("A coordinator's restart and conflicts")
struct RestartTests {
    @Test("Workers tell their sessions, and the directory is as before; new sessions wait for a lease")
    func rebuilding() throws {
        var transcript = Transcript(mayHaveSessions: true)
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@700 bravo@800
            > serves w1#a.0
            ready
            > NotReady
            place alpha
            > existing alpha@700 on w1#a.0 live
            place charlie
            > NotReady, retry after 1
            directory
            > alpha@700 on w1#a.0 live
            > bravo@800 on w1#a.0 live
            alive 3 w1#a.0
            ready
            > yes
            place charlie
            > created charlie@4000 on w1#a.0 placing
            """
        )
    }

    @Test("Generations go on rising although the clock was set back over the restart")
    func generationsAfterRestart() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@900000
            > serves w1#a.0
            place bravo
            > created bravo@900001 on w1#a.0 placing
            pong w1#a.0 1:charlie@950000=cooldown
            > bury charlie@950000 cooldown
            place charlie
            > created charlie@950001 on w1#a.0 placing
            """
        )
        var other = Transcript(lastGeneration: 5000)
        try other.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0
            > serves w1#a.0
            place alpha
            > created alpha@5001 on w1#a.0 placing
            """
        )
    }

    @Test("An absurd generation does not use up the numbers")
    func absurdGeneration() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@18446744073709551615
            > serves w1#a.0
            place bravo
            > created bravo@1000 on w1#a.0 placing
            """
        )
    }

    @Test("Of two sessions of one identifier the later one stays; the other is stopped until it is gone")
    func conflictWonByTheNewcomer() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@5
            > serves w1#a.0
            announce w2#b.0
            > open w2#b.0 tcp://w2
            hello w2#b.0 alpha@6
            > stop alpha@5 on w1#a.0
            > serves w2#b.0
            place alpha
            > existing alpha@6 on w2#b.0 live
            alive 2 w1#a.0 w2#b.0
            > stop alpha@5 on w1#a.0
            pong w1#a.0 1:alpha@5=stopped
            > bury alpha@5 stopped
            alive 2 w1#a.0 w2#b.0
            place alpha
            > existing alpha@6 on w2#b.0 live
            """
        )
    }

    @Test("A joining worker's earlier session is the one that is stopped")
    func conflictLostByTheNewcomer() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@6
            > serves w1#a.0
            announce w2#b.0
            > open w2#b.0 tcp://w2
            hello w2#b.0 alpha@5
            > stop alpha@5 on w2#b.0
            > serves w2#b.0
            place alpha
            > existing alpha@6 on w1#a.0 live
            over w2#b.0
            > lost w2#b.0
            > close w2#b.0
            alive 2.5 w1#a.0
            directory
            > alpha@6 on w1#a.0 live
            """
        )
    }

    @Test("A session that is found again after all needs no notice of its loss")
    func foundAgain() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@5
            > serves w1#a.0
            over w1#a.0
            > lost w1#a.0 alpha@5
            > close w1#a.0
            > bury alpha@5 workerLost
            announce w2#b.0
            > open w2#b.0 tcp://w2
            hello w2#b.0 alpha@6
            > serves w2#b.0
            pong w2#b.0 1:alpha@6=cooldown
            > bury alpha@6 cooldown
            place alpha
            > created alpha@1000 on w2#b.0 placing
            """
        )
    }
}
