import ClusterState
import Domain
import HashRing
import Testing

/// Plays a transcript against a cluster: lines are events, lines after `>` what has to come of them.
///
/// The first line may name a configuration. Unless the transcript says `pings`, they are left out, and the first of
/// them are answered by themselves.
struct Transcript {
    private(set) var cluster: Cluster
    private var milliseconds = 1000
    private var showsPings = false
    private var placements: [String: Placement] = [:]

    init(
        configuration: ClusterConfiguration = ClusterConfiguration(times: .inTests),
        mayHaveSessions: Bool = false,
        lastGeneration: UInt64 = 0
    ) {
        cluster = Cluster(
            configuration: configuration,
            start: ClusterTime(uptime: .milliseconds(1000), epochMilliseconds: 1000),
            mayHaveSessions: mayHaveSessions,
            lastGeneration: SessionGeneration(lastGeneration)
        )
    }

    /// Plays the lines and compares what comes of each event.
    mutating func play(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        var expected: [String] = []
        var actual: [String] = []
        for line in text.split(separator: "\n").map(String.init) {
            expected.append(line)
            guard !line.hasPrefix(">") else { continue }
            actual.append(line)
            actual += try run(line.split(separator: " ").map(String.init)).map { "> " + $0 }
        }
        let (want, got) = (expected.joined(separator: "\n"), actual.joined(separator: "\n"))
        #expect(want == got, "The transcript went:\n\(got)", sourceLocation: sourceLocation)
    }

    private var time: ClusterTime {
        ClusterTime(uptime: .milliseconds(milliseconds), epochMilliseconds: UInt64(milliseconds))
    }

    private mutating func run(_ words: [String]) throws -> [String] {
        switch words[0] {
        case "place", "began", "refused", "unsent", "stop", "ended", "told", "written":
            try runSession(words)
        case "after", "wait", "tick", "alive", "pings": try runTime(words)
        case "workers", "directory", "tombstones", "ready": try show(words)
        default: try runWorker(words)
        }
    }

    private mutating func runWorker(_ words: [String]) throws -> [String] {
        if ["drain", "undrain", "forget", "drains"].contains(words[0]) { return try runDrain(words) }
        let life = try parseLife(words[1])
        let details = Details(words.dropFirst(2))
        switch words[0] {
        case "announce":
            let announcement = WorkerAnnouncement(
                life: life,
                address: "tcp://\(life.worker)",
                capacity: WorkerCapacity(sessions: details["capacity"] ?? 10, weight: details["weight"] ?? 1),
                isCompatible: !details.has("incompatible")
            )
            return lines(cluster.workerAnnounced(announcement, at: time))
        case "hello":
            let sessions = try details.plain.map(parseSession)
            let greeted = lines(cluster.helloAnswered(by: life, sessions: sessions, at: time))
            guard !showsPings else { return greeted }
            // The first pings are answered at once: the second gives the lease.
            let capacity = cluster.workers.first { $0.life == life }?.capacity.sessions ?? 10
            let details = Details(["capacity", String(capacity)])
            return try greeted + (0..<2).flatMap { _ in lines(try pong(life, details)) }
        case "pong": return lines(try pong(life, details))
        case "missed": cluster.pingMissed(by: life)
        case "broken": return lines(cluster.linkFailed(to: life))
        case "over": return lines(cluster.lifeEnded(life, at: time))
        default: throw Failure(.internalError, "There is no event \(words[0]).")
        }
        return []
    }

    /// drain WORKER [deadline SECOND]; undrain WORKER; drains WORKER...: these alone; forget WORKER.
    private mutating func runDrain(_ words: [String]) throws -> [String] {
        let details = Details(words.dropFirst(2))
        let drain = { (name: String) throws in
            NodeDrain(
                worker: try WorkerID(name),
                sinceMilliseconds: 1,
                deadlineMilliseconds: details["deadline"].map { UInt64($0) * 1_000 }
            )
        }
        switch words[0] {
        case "drain": return lines(cluster.drain(try drain(words[1])))
        case "drains": return lines(cluster.setDrains(try words.dropFirst().map(drain)))
        case "undrain": cluster.undrain(try WorkerID(words[1]))
        default:
            let worker = try WorkerID(words[1])
            if let objection = cluster.objection(toForgetting: worker) { return [objection.code.name] }
            return lines(cluster.forget(worker, at: time))
        }
        return []
    }

    private mutating func pong(_ life: WorkerLife, _ details: Details) throws -> [Directive] {
        let answer = PingAnswer(
            epoch: WorkerEpoch(UInt64(details["epoch"] ?? Int(life.epoch.number))),
            capacity: WorkerCapacity(sessions: details["capacity"] ?? 10, weight: details["weight"] ?? 1),
            sessionCount: 0,
            isAccepting: !details.has("full"),
            ended: try details.plain.filter { $0.contains("=") }.map { text in
                // NUMBER:KEY@GENERATION=CAUSE
                let parts = text.split { ":=".contains($0) }.map(String.init)
                let cause = try #require(EndCause.named(parts[2]))
                let number = try #require(UInt64(parts[0]))
                return SessionEnd(number: number, session: try parseSession(parts[1]), cause: cause)
            }
        )
        return cluster.pingAnswered(by: life, answer, at: time)
    }

    private mutating func runSession(_ words: [String]) throws -> [String] {
        switch words[0] {
        case "place":
            let most = Details(words.dropFirst(2))["most"] ?? 100
            let key = try parseKey(words[1])
            return answer { cluster, time throws(Failure) in try cluster.place(key, most: most, at: time) }
        case "began": cluster.sessionBegan(try #require(placements[words[1]]))
        case "refused":
            let placement = try #require(placements[words[1]])
            return answer { cluster, time throws(Failure) in
                try cluster.placementRefused(placement, at: time)
            }
        case "unsent":
            let placement = try #require(placements[words[1]])
            return answer { cluster, time throws(Failure) in
                try cluster.placementUnsent(placement, at: time)
            }
        case "stop":
            do throws(Failure) {
                let key = try parseKey(words[1])
                return lines(try cluster.stopSession(key, at: time))
            } catch { return [error.code.name] }
        case "ended":
            let cause = try #require(EndCause.named(words[3]))
            let life = try parseLife(words[2])
            let session = try parseSession(words[1])
            return lines(cluster.sessionEnded(session, on: life, cause: cause, at: time))
        case "written": cluster.endsWritten([try parseSession(words[1])])
        default: return lines(cluster.lossWasTold(of: try parseSession(words[1]), at: time))
        }
        return []
    }

    private mutating func runTime(_ words: [String]) throws -> [String] {
        switch words[0] {
        case "pings": showsPings = true
        case "tick": return lines(cluster.tick(at: time))
        case "alive":
            // alive SECONDS LIFE...: the named workers answer every half second.
            let lives = try words.dropFirst(2).map(parseLife)
            var result: [String] = []
            for _ in 0..<(try parseMilliseconds(words[1]) / 500) {
                milliseconds += 500
                result += lines(cluster.tick(at: time))
                for life in lives { result += lines(try pong(life, Details([]))) }
            }
            return result
        default:
            milliseconds += try parseMilliseconds(words[1])
            if words[0] == "after" { return lines(cluster.tick(at: time)) }
        }
        return []
    }

    private func show(_ words: [String]) throws -> [String] {
        switch words[0] {
        case "workers":
            return cluster.workers.map { worker in
                let health = worker.isHealthy ? (worker.isAccepting ? "healthy" : "full") : "unhealthy"
                return
                    "\(worker.life) \(worker.status) \(health) \(worker.sessionCount)/\(worker.capacity.sessions)"
            }
        case "directory": return cluster.placements.map(line)
        case "ready": return [cluster.unreadiness(at: time)?.code.name ?? "yes"]
        default:
            return cluster.tombstones(of: try parseKey(words[1])).map {
                "\(name($0.session)) \($0.cause) on \($0.worker)"
            }
        }
    }

    private mutating func answer(
        _ ask: (inout Cluster, ClusterTime) throws(Failure) -> PlacementAnswer
    ) -> [String] {
        do throws(Failure) {
            let answer = try ask(&cluster, time)
            placements[name(answer.placement.session)] = answer.placement
            if case .created(let placement) = answer { return ["created " + line(placement)] }
            return ["existing " + line(answer.placement)]
        } catch {
            return [
                "\(error.code.name), retry after \(error.retryAfterSeconds.map(String.init) ?? "nothing")"
            ]
        }
    }
}

extension Transcript {
    private mutating func lines(_ directives: [Directive]) -> [String] {
        directives.compactMap { directive in
            switch directive {
            case .openLink(let life, let address): "open \(life) \(address)"
            case .closeLink(let life): "close \(life)"
            case .ping(let life, let ping):
                showsPings
                    ? "ping \(life) \(ping.number) lease \(ping.lease) ended \(ping.endedAcknowledged)" : nil
            case .refuse(let life, _, let failure): "refuse \(life) \(failure.code.name)"
            case .workerServes(let life): "serves \(life)"
            case .workerSuspected(let life): "suspect \(life)"
            case .workerRecovered(let life): "recovered \(life)"
            case .workerLost(let life, let sessions):
                (["lost \(life)"] + sessions.map { name($0.session) }).joined(separator: " ")
            case .workerDrained(let life): "drained \(life)"
            case .stopSession(let placement):
                "stop \(name(placement.session)) on \(placement.worker)"
                    + (cluster.stopCause(of: placement.session) == .drained ? " drained" : "")
            case .keepTombstone(let tombstone): "bury \(name(tombstone.session)) \(tombstone.cause)"
            case .hear(let life, _, let revision, _):
                "hear \(life) after \(revision.map(String.init) ?? "nothing")"
            case .unhear(let life, let revision): "unhear \(life) up to \(revision)"
            case .takeLoss(let session): "take loss \(name(session))"
            case .declareLost(let record): "declare \(record.life)"
            case .markLost(let ends):
                (["mark lost"] + ends.map { name($0.session) }).joined(separator: " ")
            case .confirm(let placement): "confirm \(name(placement.session)) on \(placement.worker)"
            }
        }
    }

    private func line(_ placement: Placement) -> String {
        "\(name(placement.session)) on \(placement.worker) \(placement.state)"
    }

    /// Sessions of the pool `python` go by their identifier alone.
    private func name(_ session: SessionLife) -> String {
        let pool = session.key.pool.text == "python" ? "" : session.key.pool.text + "/"
        return "\(pool)\(session.key.identifier)@\(session.generation.number)"
    }
}

/// The words after an event: `name number` pairs and plain ones.
struct Details {
    let plain: [String]

    init(_ words: some Sequence<String>) { plain = Array(words) }

    subscript(name: String) -> Int? {
        plain.firstIndex(of: name).flatMap { $0 + 1 < plain.count ? Int(plain[$0 + 1]) : nil }
    }

    func has(_ name: String) -> Bool { plain.contains(name) }
}

/// Reads `w1#a.2`: worker, incarnation in hexadecimal, epoch.
func parseLife(_ text: String) throws -> WorkerLife {
    let parts = text.split { "#.".contains($0) }.map(String.init)
    return WorkerLife(
        worker: try WorkerID(parts[0]),
        incarnation: Incarnation(try #require(UInt64(parts[1], radix: 16))),
        epoch: WorkerEpoch(try #require(UInt64(parts[2])))
    )
}

/// Reads `identifier` or `pool/identifier`.
func parseKey(_ text: String) throws(Failure) -> SessionKey {
    let parts = text.split(separator: "/").map(String.init)
    return SessionKey(
        pool: try PoolName(parts.count > 1 ? parts[0] : "python"),
        identifier: try SessionIdentifier(parts[parts.count - 1])
    )
}

/// Reads `identifier@generation`.
func parseSession(_ text: String) throws -> SessionLife {
    let parts = text.split(separator: "@").map(String.init)
    let generation = SessionGeneration(try #require(UInt64(parts[1])))
    return SessionLife(key: try parseKey(parts[0]), generation: generation)
}

/// Reads seconds with up to three decimals.
func parseMilliseconds(_ text: String) throws -> Int { Int((try #require(Double(text)) * 1000).rounded()) }

extension LeaseTimes {
    /// The times that the transcripts are written for; the product's own may change without rewriting them.
    static let inTests = LeaseTimes(lease: .seconds(3))
}
