import ClusterState
import Domain
import HashRing
import Testing

@Suite("Placement and the directory")
struct SessionTests {
    /// A cluster with serving workers of their own capacities, named w1, w2 and so on.
    private func serving(
        _ capacities: Int...,
        configuration: ClusterConfiguration = ClusterConfiguration(times: .inTests)
    ) throws
        -> Transcript
    {
        var transcript = Transcript(configuration: configuration)
        for (index, capacity) in capacities.enumerated() {
            let name = "w\(index + 1)"
            try transcript.play(
                """
                announce \(name)#a\(index).0 capacity \(capacity)
                > open \(name)#a\(index).0 tcp://\(name)
                hello \(name)#a\(index).0
                > serves \(name)#a\(index).0
                """
            )
        }
        return transcript
    }

    @Test("A new identifier gets one session, and every later request finds it")
    func createIfAbsent() throws {
        var transcript = try serving(10)
        try transcript.play(
            """
            place alpha
            > created alpha@1000 on w1#a0.0 placing
            place alpha
            > existing alpha@1000 on w1#a0.0 placing
            began alpha@1000
            place alpha
            > existing alpha@1000 on w1#a0.0 live
            place node/alpha
            > created node/alpha@1001 on w1#a0.0 placing
            directory
            > alpha@1000 on w1#a0.0 live
            > node/alpha@1001 on w1#a0.0 placing
            workers
            > w1#a0.0 serving healthy 2/10
            """
        )
    }

    @Test("Sessions begin on the owner by the ring while all workers are level")
    func ringDecides() throws {
        let transcript = try serving(100, 100, 100)
        var cluster = transcript.cluster
        let time = ClusterTime(uptime: .seconds(1), epochMilliseconds: 1)
        let key = try parseKey("alpha")
        let placement = try cluster.place(key, most: 10, at: time).placement
        #expect(placement.worker.worker == cluster.ring.owner(of: key.ringPosition))
    }

    @Test("A joining worker moves no session")
    func joiningMovesNothing() throws {
        var cluster = try serving(1000).cluster
        let time = ClusterTime(uptime: .seconds(1), epochMilliseconds: 1)
        var before: [SessionKey: WorkerLife] = [:]
        for number in 0..<200 {
            let key = try parseKey("session-\(number)")
            before[key] = try cluster.place(key, most: 1000, at: time).placement.worker
        }
        let life = try parseLife("w2#b.0")
        let announcement = WorkerAnnouncement(
            life: life,
            address: "tcp://w2",
            capacity: WorkerCapacity(sessions: 1000, weight: 1)
        )
        _ = cluster.workerAnnounced(announcement, at: time)
        _ = cluster.helloAnswered(by: life, sessions: [], at: time)
        for (key, worker) in before {
            #expect(
                try cluster.place(key, most: 1000, at: time)
                    == .existing(try #require(cluster.placement(of: key)))
            )
            #expect(cluster.placement(of: key)?.worker == worker)
        }
    }

    @Test("The pool's limit is never exceeded, and the refusal holds the texts that clients look for")
    func poolLimit() throws {
        var transcript = try serving(10)
        try transcript.play(
            """
            place alpha most 2
            > created alpha@1000 on w1#a0.0 placing
            place bravo most 2
            > created bravo@1001 on w1#a0.0 placing
            place charlie most 2
            > SessionsCountExceedsLimit, retry after 2
            place node/charlie most 2
            > created node/charlie@1002 on w1#a0.0 placing
            place alpha most 2
            > existing alpha@1000 on w1#a0.0 placing
            ended alpha@1000 w1#a0.0 cooldown
            > bury alpha@1000 cooldown
            place charlie most 2
            > created charlie@1003 on w1#a0.0 placing
            """
        )
        var cluster = transcript.cluster
        let key = try parseKey("delta")
        let time = ClusterTime(uptime: .seconds(1), epochMilliseconds: 1)
        let failure = #expect(throws: Failure.self) { _ = try cluster.place(key, most: 2, at: time) }
        let message = try #require(failure?.message)
        #expect(
            message.contains(
                "The request sessions count is '1'. There are already '2' active sessions and the maximum "
                    + "active sessions count is '2'."
            )
        )
        #expect(message.contains("Error happened when allocating pod for identifier delta in pool python"))
    }

    @Test("A session that its worker is just stopping still counts, and cannot be used any more")
    func stopping() throws {
        var transcript = try serving(10)
        try transcript.play(
            """
            stop alpha
            > NoSessionFoundError
            place alpha most 1
            > created alpha@1000 on w1#a0.0 placing
            began alpha@1000
            stop alpha
            > stop alpha@1000 on w1#a0.0
            place alpha most 1
            > NotReady, retry after 1
            place bravo most 1
            > SessionsCountExceedsLimit, retry after 2
            after 1
            pong w1#a0.0
            after 1
            > stop alpha@1000 on w1#a0.0
            began alpha@1000
            directory
            > alpha@1000 on w1#a0.0 stopping
            ended alpha@1000 w1#a0.0 stopped
            > bury alpha@1000 stopped
            place alpha most 1
            > created alpha@3000 on w1#a0.0 placing
            """
        )
    }

    @Test("A full cluster refuses at once with 429, one without a worker with 503")
    func fullCluster() throws {
        var transcript = try serving(1, 1)
        try transcript.play(
            """
            place alpha
            > created alpha@1000 on w1#a0.0 placing
            place bravo
            > created bravo@1001 on w2#a1.0 placing
            place charlie
            > SessionsCountExceedsLimit, retry after 2
            ready
            > yes
            drain w1
            drain w2
            place charlie
            > NoWorkerAvailable, retry after 4
            ready
            > NoWorkerAvailable
            """
        )
    }

    @Test("A refused placement goes on to the next worker under a later generation, each worker once")
    func refusals() throws {
        var transcript = try serving(10, 10)
        try transcript.play(
            """
            place alpha
            > created alpha@1000 on w1#a0.0 placing
            refused alpha@1000
            > created alpha@1001 on w2#a1.0 placing
            refused alpha@1000
            > existing alpha@1001 on w2#a1.0 placing
            workers
            > w1#a0.0 serving full 0/10
            > w2#a1.0 serving healthy 1/10
            refused alpha@1001
            > SessionsCountExceedsLimit, retry after 2
            refused alpha@1001
            > NoWorkerAvailable, retry after 4
            directory
            place alpha
            > SessionsCountExceedsLimit, retry after 2
            pong w1#a0.0
            place alpha
            > created alpha@1002 on w1#a0.0 placing
            began alpha@1002
            refused alpha@1002
            > StaleAddressee, retry after 1
            """
        )
    }

    @Test("A request that never left goes to the next worker, unless another one may have arrived")
    func unsentRequests() throws {
        var transcript = try serving(10, 10)
        try transcript.play(
            """
            place alpha
            > created alpha@1000 on w1#a0.0 placing
            unsent alpha@1000
            > created alpha@1001 on w2#a1.0 placing
            place alpha
            > existing alpha@1001 on w2#a1.0 placing
            unsent alpha@1001
            > NotReady, retry after 1
            directory
            > alpha@1001 on w2#a1.0 placing
            """
        )
    }

    @Test("A worker that says it is full gets nothing new until it says otherwise")
    func fullWorker() throws {
        var transcript = try serving(10)
        try transcript.play(
            """
            pong w1#a0.0 full
            place alpha
            > SessionsCountExceedsLimit, retry after 2
            pong w1#a0.0
            place alpha
            > created alpha@1000 on w1#a0.0 placing
            pong w1#a0.0 capacity 1
            place bravo
            > SessionsCountExceedsLimit, retry after 2
            """
        )
    }

    @Test("After a loss the identifier gets one clear error, then a new session")
    func lostOnce() throws {
        var transcript = try serving(10, 10)
        try transcript.play(
            """
            place alpha
            > created alpha@1000 on w1#a0.0 placing
            began alpha@1000
            alive 3 w2#a1.0
            > suspect w1#a0.0
            > lost w1#a0.0 alpha@1000
            > close w1#a0.0
            > bury alpha@1000 workerLost
            place alpha
            > SessionLost, retry after nothing
            place alpha
            > created alpha@4000 on w2#a1.0 placing
            place alpha
            > existing alpha@4000 on w2#a1.0 placing
            """
        )
    }

    @Test("A request that was under way when the worker died was told already")
    func lostAndTold() throws {
        var transcript = try serving(10, 10)
        try transcript.play(
            """
            place alpha
            > created alpha@1000 on w1#a0.0 placing
            over w1#a0.0
            > lost w1#a0.0 alpha@1000
            > close w1#a0.0
            > bury alpha@1000 workerLost
            told alpha@999
            told alpha@1000
            place alpha
            > created alpha@1001 on w2#a1.0 placing
            """
        )
    }

    @Test("Losses of which no client ever asks are forgotten in the end, and so are tombstones")
    func lossesAge() throws {
        var transcript = try serving(
            10,
            10,
            configuration: ClusterConfiguration(times: .inTests, memory: .seconds(60))
        )
        try transcript.play(
            """
            place alpha
            > created alpha@1000 on w1#a0.0 placing
            over w1#a0.0
            > lost w1#a0.0 alpha@1000
            > close w1#a0.0
            > bury alpha@1000 workerLost
            alive 59.5 w2#a1.0
            tombstones alpha
            > alpha@1000 workerLost on w1#a0.0
            alive 0.5 w2#a1.0
            tombstones alpha
            place alpha
            > created alpha@61000 on w2#a1.0 placing
            """
        )
    }

    @Test("An end that is reported again, late or by another life changes nothing")
    func repeatedEnds() throws {
        var transcript = try serving(10)
        try transcript.play(
            """
            place alpha
            > created alpha@1000 on w1#a0.0 placing
            pong w1#a0.0 1:alpha@1000=outOfMemory
            > bury alpha@1000 outOfMemory
            pong w1#a0.0 1:alpha@1000=outOfMemory
            place alpha
            > created alpha@1001 on w1#a0.0 placing
            ended alpha@1000 w1#a0.0 cooldown
            ended alpha@1001 w1#ff.0 cooldown
            > bury alpha@1001 cooldown
            directory
            > alpha@1001 on w1#a0.0 placing
            tombstones alpha
            > alpha@1000 outOfMemory on w1#a0.0
            > alpha@1001 cooldown on w1#ff.0
            """
        )
    }

    @Test("A placement of which no worker ever speaks is stopped, unless requests keep asking for it")
    func forgottenPlacement() throws {
        var transcript = try serving(
            10,
            configuration: ClusterConfiguration(times: .inTests, placingTime: .seconds(10))
        )
        try transcript.play(
            """
            place alpha
            > created alpha@1000 on w1#a0.0 placing
            place bravo
            > created bravo@1001 on w1#a0.0 placing
            alive 6 w1#a0.0
            place bravo
            > existing bravo@1001 on w1#a0.0 placing
            alive 4 w1#a0.0
            > stop alpha@1000 on w1#a0.0
            alive 1.5 w1#a0.0
            alive 0.5 w1#a0.0
            > stop alpha@1000 on w1#a0.0
            ended alpha@1000 w1#a0.0 startFailed
            > bury alpha@1000 startFailed
            """
        )
    }
}
