import ClusterState
import Domain
import Testing

@Suite("Membership and failure detection")
struct MembershipTests {
    @Test("A worker that announces itself is called, and serves once it has told its sessions")
    func joining() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            ready
            > NoWorkerAvailable
            announce w1#a.0
            > open w1#a.0 tcp://w1
            announce w1#a.0
            workers
            > w1#a.0 joining unhealthy 0/10
            place alpha
            > NoWorkerAvailable, retry after 4
            hello w1#a.0
            > serves w1#a.0
            hello w1#a.0
            announce w1#a.0
            workers
            > w1#a.0 serving healthy 0/10
            ready
            > yes
            """
        )
    }

    @Test("A worker of another major version is refused")
    func incompatibleWorker() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0 incompatible
            > refuse w1#a.0 IncompatibleVersion
            workers
            """
        )
    }

    @Test("More workers than the limit are refused, known ones are not")
    func tooManyWorkers() throws {
        var transcript = Transcript(configuration: ClusterConfiguration(times: .inTests, workersMax: 2))
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0
            > serves w1#a.0
            announce w2#a1.0
            > open w2#a1.0 tcp://w2
            announce w3#a2.0
            > refuse w3#a2.0 InvalidConfiguration
            announce w1#b.0
            > open w1#b.0 tcp://w1
            """
        )
    }

    @Test("A called worker that cannot be reached or does not answer is given up, and may come again")
    func candidateIsGivenUp() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            broken w1#a.0
            > close w1#a.0
            announce w1#a.0
            > open w1#a.0 tcp://w1
            after 2.9
            after 0.1
            > close w1#a.0
            hello w1#a.0
            workers
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0
            > serves w1#a.0
            """
        )
    }

    @Test("A worker gets new sessions only when it has answered the ping that gave it its first lease")
    func firstLease() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            pings
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0
            > serves w1#a.0
            > ping w1#a.0 1 lease 0.0 seconds ended 0
            place alpha
            > NoWorkerAvailable, retry after 4
            pong w1#a.0
            > ping w1#a.0 2 lease 2.5 seconds ended 0
            place alpha
            > NoWorkerAvailable, retry after 4
            pong w1#a.0
            place alpha
            > created alpha@1000 on w1#a.0 placing
            """
        )
    }

    @Test("Pings go out at their interval; their leases count from the last answer and never grow by a ping")
    func pings() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            pings
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0
            > serves w1#a.0
            > ping w1#a.0 1 lease 0.0 seconds ended 0
            after 0.4
            after 0.1
            > ping w1#a.0 2 lease 0.0 seconds ended 0
            pong w1#a.0
            > ping w1#a.0 3 lease 2.5 seconds ended 0
            after 0.5
            > ping w1#a.0 4 lease 2.0 seconds ended 0
            after 0.5
            > ping w1#a.0 5 lease 1.5 seconds ended 0
            after 0.5
            > suspect w1#a.0
            > ping w1#a.0 6 lease 1.0 seconds ended 0
            after 1.2
            > ping w1#a.0 7 lease 0.0 seconds ended 0
            """
        )
    }

    @Test("Silence makes a worker suspected after half of the lease, and dead after all of it")
    func silence() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@1 bravo@2
            > serves w1#a.0
            after 1.4
            after 0.1
            > suspect w1#a.0
            place alpha
            > existing alpha@1 on w1#a.0 live
            place charlie
            > NoWorkerAvailable, retry after 4
            after 1.4
            after 0.1
            > lost w1#a.0 alpha@1 bravo@2
            > close w1#a.0
            > bury alpha@1 workerLost
            > bury bravo@2 workerLost
            workers
            directory
            tombstones alpha
            > alpha@1 workerLost on w1#a.0
            """
        )
    }

    @Test("A suspected worker that answers in time recovers with its sessions")
    func recovery() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@1
            > serves w1#a.0
            after 2.9
            > suspect w1#a.0
            pong w1#a.0
            > recovered w1#a.0
            after 0.2
            place bravo
            > created bravo@4100 on w1#a.0 placing
            """
        )
    }

    @Test("An answer that comes after the lease comes too late, however late the tick is")
    func lateAnswer() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@1
            > serves w1#a.0
            wait 3
            pong w1#a.0
            > lost w1#a.0 alpha@1
            > close w1#a.0
            > bury alpha@1 workerLost
            pong w1#a.0
            """
        )
    }

    @Test("Missed pings and a broken link keep new sessions away at once, and the old ones stay")
    func unhealthyWorkers() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@1
            > serves w1#a.0
            missed w1#a.0
            place bravo
            > created bravo@1000 on w1#a.0 placing
            missed w1#a.0
            place charlie
            > NoWorkerAvailable, retry after 4
            pong w1#a.0
            place charlie
            > created charlie@1001 on w1#a.0 placing
            broken w1#a.0
            place delta
            > NoWorkerAvailable, retry after 4
            place alpha
            > existing alpha@1 on w1#a.0 live
            pong w1#a.0
            place delta
            > created delta@1002 on w1#a.0 placing
            """
        )
    }

    @Test("A restarted worker replaces its former life, whose sessions are lost when it says hello")
    func restart() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@1
            > serves w1#a.0
            announce w1#b.0
            > open w1#b.0 tcp://w1
            directory
            > alpha@1 on w1#a.0 live
            hello w1#b.0
            > lost w1#a.0 alpha@1
            > close w1#a.0
            > bury alpha@1 workerLost
            > serves w1#b.0
            announce w1#a.0
            > refuse w1#a.0 StaleAddressee
            pong w1#a.0
            missed w1#a.0
            workers
            > w1#b.0 serving healthy 0/10
            """
        )
    }

    @Test("An old announcement that waited somewhere does no harm: nobody answers its hello")
    func oldAnnouncement() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#b.0
            > open w1#b.0 tcp://w1
            hello w1#b.0 alpha@1
            > serves w1#b.0
            announce w1#a.0
            > open w1#a.0 tcp://w1
            over w1#a.0
            > close w1#a.0
            directory
            > alpha@1 on w1#b.0 live
            """
        )
    }

    @Test("A worker that lost its lease comes back in a later epoch, never in the former one")
    func laterEpoch() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@1
            > serves w1#a.0
            after 3
            > lost w1#a.0 alpha@1
            > close w1#a.0
            > bury alpha@1 workerLost
            announce w1#a.0
            > refuse w1#a.0 StaleAddressee
            announce w1#a.1
            > open w1#a.1 tcp://w1
            hello w1#a.1
            > serves w1#a.1
            announce w1#a.0
            > refuse w1#a.0 StaleAddressee
            announce w1#a.2
            > lost w1#a.1
            > close w1#a.1
            > open w1#a.2 tcp://w1
            """
        )
    }

    @Test("A later epoch in a ping's answer, or a refusal as stale, ends the life at once")
    func epochInAnswers() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@1
            > serves w1#a.0
            pong w1#a.0 epoch 1
            > lost w1#a.0 alpha@1
            > close w1#a.0
            > bury alpha@1 workerLost
            announce w1#a.1
            > open w1#a.1 tcp://w1
            hello w1#a.1 bravo@2
            > serves w1#a.1
            over w1#a.1
            > lost w1#a.1 bravo@2
            > close w1#a.1
            > bury bravo@2 workerLost
            over w1#a.1
            """
        )
    }

    @Test("A draining worker gets no new sessions, keeps its own, and is said to be drained once")
    func draining() throws {
        var transcript = Transcript()
        try transcript.play(
            """
            announce w1#a.0
            > open w1#a.0 tcp://w1
            hello w1#a.0 alpha@1
            > serves w1#a.0
            drain w1
            drain w1
            drain w9
            place bravo
            > NoWorkerAvailable, retry after 4
            place alpha
            > existing alpha@1 on w1#a.0 live
            pong w1#a.0 1:alpha@1=cooldown
            > bury alpha@1 cooldown
            after 0.1
            > drained w1#a.0
            after 0.1
            workers
            > w1#a.0 draining unhealthy 0/10
            """
        )
    }

    @Test("The lease outlasts the worker's fence, and both outlast three pings")
    func times() {
        let times = LeaseTimes()
        #expect(times.workerFence < times.lease)
        #expect(times.pingInterval * 3 <= times.workerFence)
        #expect(times.suspicion < times.workerFence)
    }
}
