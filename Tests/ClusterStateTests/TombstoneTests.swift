import ClusterState
import Testing

@Suite("How long the ends of sessions are in memory")
struct TombstoneTests {
    private func ended(_ names: String..., most: Int = 100) throws -> Transcript {
        var transcript = Transcript(
            configuration: ClusterConfiguration(
                times: .inTests,
                tombstonesMax: most,
                memory: .seconds(60),
                writtenMemory: .seconds(20)
            )
        )
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0
            > serves w1#a.0
            """
        )
        for (number, name) in names.enumerated() {
            try transcript.play(
                """
                place \(name)
                > created \(name)@\(1000 + number) on w1#a.0 placing
                ended \(name)@\(1000 + number) w1#a.0 cooldown
                > bury \(name)@\(1000 + number) cooldown
                """
            )
        }
        return transcript
    }

    @Test("What the store has taken is forgotten soon, what it has not stays three times as long here")
    func writtenGoesFirst() throws {
        var transcript = try ended("alpha", "beta")
        try transcript.play(
            """
            written alpha@1000
            alive 19.5 w1#a.0
            tombstones alpha
            > alpha@1000 cooldown on w1#a.0
            alive 0.5 w1#a.0
            tombstones alpha
            tombstones beta
            > beta@1001 cooldown on w1#a.0
            alive 39.5 w1#a.0
            tombstones beta
            > beta@1001 cooldown on w1#a.0
            alive 0.5 w1#a.0
            tombstones beta
            """
        )
    }

    @Test("What the store takes late goes with the next look")
    func writtenLate() throws {
        var transcript = try ended("alpha")
        try transcript.play(
            """
            alive 25 w1#a.0
            written alpha@1000
            tombstones alpha
            > alpha@1000 cooldown on w1#a.0
            alive 15 w1#a.0
            tombstones alpha
            """
        )
    }

    @Test("An end that is reported again after it was forgotten is told to the store again, which knows it")
    func reportedAgain() throws {
        var transcript = try ended("alpha")
        try transcript.play(
            """
            written alpha@1000
            ended alpha@1000 w1#a.0 cooldown
            alive 20 w1#a.0
            ended alpha@1000 w1#a.0 cooldown
            > bury alpha@1000 cooldown
            """
        )
    }

    @Test("Beyond the greatest number the oldest give way")
    func bounded() throws {
        let transcript = try ended("alpha", "beta", "gamma", most: 2)
        let counts = try ["alpha", "beta", "gamma"].map {
            transcript.cluster.tombstones(of: try parseKey($0)).count
        }
        #expect(counts == [0, 1, 1])
    }
}
