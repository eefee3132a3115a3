import ClusterState
import Domain
import SeededRandomness
import Testing

/// A cluster in miniature, in which everything follows from the seed.
///
/// A coordinator, workers that die and come back, a network that delays, loses and parts, clients.
struct Simulation {
    static let most = 12
    static let keyCount = 24
    static let workerCount = 4
    /// Shorter than the fencing margin, as the design assumes of a ping on its way.
    static let delays = 0...400

    private var generator: SeededGenerator
    private var milliseconds = 10_000
    private(set) var cluster: Cluster
    private var coordinator = 1
    private var workers: [SimulatedWorker] = []
    private var mail: [(due: Int, order: Int, sender: Int, toWorker: Int?, mail: Mail)] = []
    private var sent = 0
    /// Until when each worker hears nothing, and is not heard.
    private var deafUntil: [Int]
    private var muteUntil: [Int]
    private let keys: [SessionKey]
    /// The greatest generation that was ever given out for each identifier.
    private var generations: [SessionKey: SessionGeneration] = [:]
    private var lossesTold: [SessionKey: Int] = [:]
    private var lossesSeen: [SessionKey: Int] = [:]
    /// Everything that was decided, for comparing two runs.
    private(set) var digest = StableHash()
    private(set) var counts: [String: Int] = [:]

    init(seed: UInt64) throws {
        generator = SeededGenerator(seed: seed)
        let configuration = ClusterConfiguration(times: .inTests, placingTime: .seconds(5))
        cluster = Cluster(
            configuration: configuration,
            start: ClusterTime(uptime: .seconds(10), epochMilliseconds: 10_000),
            mayHaveSessions: false
        )
        deafUntil = Array(repeating: 0, count: Self.workerCount)
        muteUntil = deafUntil
        keys = try (0..<Self.keyCount).map { try parseKey("session-\($0)") }
        for number in 0..<Self.workerCount {
            let name = try WorkerID("w\(number)")
            workers.append(SimulatedWorker(name: name, capacity: 5, incarnation: generator.next()))
        }
    }

    private var now: Duration { .milliseconds(milliseconds) }

    private var time: ClusterTime {
        ClusterTime(uptime: now, epochMilliseconds: UInt64(milliseconds))
    }

    /// Lets 50 ms go by and everything in them happen.
    mutating func step() throws {
        milliseconds += 50
        deliver()
        for index in workers.indices { workers[index].checkLease(at: now) }
        if milliseconds % 100 == 0 { carryOut(cluster.tick(at: time)) }
        if milliseconds % 300 == 0 {
            for (index, worker) in workers.enumerated() where worker.isAnnouncing {
                send(.announcement(worker.announcement), from: index)
            }
        }
        happen()
    }

    /// What must hold at every moment.
    func check(_ note: Comment) throws {
        var owners: [SessionKey: Int] = [:]
        for worker in workers {
            for key in worker.sessions.keys { owners[key, default: 0] += 1 }
        }
        for (key, count) in owners { try #require(count == 1, "\(key) lives \(count) times; \(note)") }
        let placements = cluster.placements
        #expect(Set(placements.map(\.session.key)).count == placements.count, note)
        #expect(placements.count <= Self.most, note)
        let members = Dictionary(
            uniqueKeysWithValues: cluster.workers.filter { $0.status > .joining }.map { ($0.life, $0) }
        )
        for placement in placements {
            #expect(members[placement.worker] != nil, "\(placement) is with a dead life; \(note)")
        }
        for member in members.values { #expect(member.sessionCount <= member.capacity.sessions, note) }
        for (key, told) in lossesTold { #expect(told <= lossesSeen[key] ?? 0, "\(key) told twice; \(note)") }
    }
}

extension Simulation {
    /// The things that happen by themselves.
    private mutating func happen() {
        if roll(3) { request(pick(keys)) }
        if roll(20) { stop(pick(keys)) }
        let index = Int.random(in: 0..<workers.count, using: &generator)
        if roll(25),
            let key = workers[index].sessions.keys.sorted(by: { $0.description < $1.description }).first
        {
            workers[index].end(key, .cooldown)
        }
        if roll(400) {
            workers[index].restart(incarnation: generator.next())
            count("worker restarted")
        }
        if roll(300) { deafUntil[index] = milliseconds + Int.random(in: 200...6000, using: &generator) }
        if roll(300) { muteUntil[index] = milliseconds + Int.random(in: 200...6000, using: &generator) }
        if roll(3000) {
            let deadline = milliseconds + Int.random(in: 0...4_000, using: &generator)
            let drain = NodeDrain(
                worker: workers[index].name,
                sinceMilliseconds: UInt64(milliseconds),
                deadlineMilliseconds: UInt64(deadline)
            )
            carryOut(cluster.drain(drain))
        }
        if roll(1000) { cluster.undrain(workers[index].name) }
        if roll(1000) { restartCoordinator() }
    }

    private mutating func restartCoordinator() {
        coordinator += 1
        cluster = Cluster(configuration: cluster.configuration, start: time, mayHaveSessions: true)
        // What was on its way to the former one is lost; what it sent may still arrive.
        mail.removeAll { $0.toWorker == nil }
        lossesTold = [:]
        lossesSeen = [:]
        count("coordinator restarted")
    }

    private mutating func request(_ key: SessionKey) {
        do throws(Failure) {
            take(try cluster.place(key, most: Self.most, at: time))
        } catch { refuse(error, key) }
    }

    private mutating func stop(_ key: SessionKey) {
        do throws(Failure) {
            carryOut(try cluster.stopSession(key, at: time))
        } catch { refuse(error, key) }
    }

    private mutating func take(_ answer: PlacementAnswer) {
        let session = answer.placement.session
        if case .created = answer {
            let former = generations[session.key] ?? SessionGeneration(0)
            #expect(session.generation > former, "A generation was given again: \(session)")
            generations[session.key] = session.generation
            count("created")
        }
        note("\(answer)")
        guard answer.placement.state == .placing, roll(30) else {
            return send(.execute(answer.placement), to: answer.placement.worker)
        }
        count("unsent")
        do throws(Failure) {
            take(try cluster.placementUnsent(answer.placement, at: time))
        } catch { refuse(error, session.key) }
    }

    private mutating func refuse(_ failure: Failure, _ key: SessionKey) {
        count(failure.code.name)
        note("\(key) \(failure.code.name)")
        if failure.code == .sessionLost { lossesTold[key, default: 0] += 1 }
    }

    private mutating func carryOut(_ directives: [Directive]) {
        for directive in directives {
            note("\(directive)")
            switch directive {
            case .openLink(let life, _): send(.hello(life), to: life)
            case .ping(let life, let ping): send(.ping(life, ping), to: life)
            case .stopSession(let placement): send(.stop(placement), to: placement.worker)
            case .workerLost(_, let sessions):
                count("worker lost")
                for session in sessions { lossesSeen[session.session.key, default: 0] += 1 }
            default: break
            }
        }
    }
}

extension Simulation {
    private mutating func send(_ message: Mail, to life: WorkerLife) {
        let index = workers.firstIndex { $0.name == life.worker }
        guard let index, milliseconds >= deafUntil[index], !roll(200) else { return }
        post(message, toWorker: index)
    }

    private mutating func send(_ message: Mail, from index: Int) {
        guard milliseconds >= muteUntil[index], !roll(200) else { return }
        post(message, toWorker: nil)
    }

    private mutating func post(_ message: Mail, toWorker: Int?) {
        let due = milliseconds + Int.random(in: Self.delays, using: &generator)
        sent += 1
        mail.append((due, sent, coordinator, toWorker, message))
    }

    private mutating func deliver() {
        let due = mail.filter { $0.due <= milliseconds }.sorted { ($0.due, $0.order) < ($1.due, $1.order) }
        mail.removeAll { $0.due <= milliseconds }
        for item in due {
            if let index = item.toWorker {
                let answer = workers[index].receive(item.mail, from: item.sender, at: now)
                if let answer, item.sender == coordinator { send(answer, from: index) }
            } else {
                receive(item.mail)
            }
        }
    }

    private mutating func receive(_ message: Mail) {
        switch message {
        case .announcement(let announcement): carryOut(cluster.workerAnnounced(announcement, at: time))
        case .helloAnswer(let life, let sessions):
            carryOut(cluster.helloAnswered(by: life, sessions: sessions, at: time))
        case .pong(let life, let answer): carryOut(cluster.pingAnswered(by: life, answer, at: time))
        case .stale(let life): carryOut(cluster.lifeEnded(life, at: time))
        case .stopped(let placement):
            carryOut(cluster.sessionEnded(placement.session, on: placement.worker, cause: .stopped, at: time))
        case .executeAnswer(let placement, true): cluster.sessionBegan(placement)
        case .executeAnswer(let placement, false):
            guard placement.state == .placing else { return }
            do throws(Failure) {
                take(try cluster.placementRefused(placement, at: time))
            } catch { refuse(error, placement.session.key) }
        default: break
        }
    }

    private mutating func roll(_ sides: Int) -> Bool { Int.random(in: 0..<sides, using: &generator) == 0 }

    private mutating func pick(_ keys: [SessionKey]) -> SessionKey {
        keys[Int.random(in: 0..<keys.count, using: &generator)]
    }

    private mutating func count(_ name: String) { counts[name, default: 0] += 1 }

    private mutating func note(_ text: String) {
        digest.combine("\(milliseconds) \(text)\n".utf8)
    }
}
