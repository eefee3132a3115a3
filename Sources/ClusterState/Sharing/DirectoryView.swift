internal import Domain

/// What a coordinator knows of what all of them share, besides where sessions are.
struct DirectoryView: Sendable {
    /// The name of this coordinator.
    let coordinator: String
    /// This life of it.
    let incarnation: Incarnation
    /// All changes up to this revision have been told.
    private(set) var revision: UInt64 = 0
    /// Whether there was a first picture of everything.
    private(set) var isLoaded = false
    private(set) var workers: [WorkerID: WorkerRecord] = [:]
    private(set) var coordinators: [String: CoordinatorRecord] = [:]
    private(set) var inTouch: Set<String> = []
    /// The marks of lost sessions.
    private(set) var lost: [SessionKey: SessionLife] = [:]
    /// Which session a mark stands for, where that is known here.
    private var lostSessions: [SessionKey: SessionLife] = [:]
    /// Until when, and how many times anew, this coordinator is in touch itself.
    var touch: DirectoryTouch? { didSet { wasInTouch = wasInTouch || touch != nil } }
    /// Whether it ever was.
    private(set) var wasInTouch = false
    /// When a worker said last that a coordinator calls it that is in touch.
    private var othersInTouchAt: Duration?
    /// Which revision a worker's record had when one of its lives was called.
    private var asked: [WorkerID: (life: WorkerLife, revision: UInt64?)] = [:]
    private var rosterRevision: UInt64 = 0
    private var hears: [WorkerID: [String: WorkerLife]] = [:]
    private var silentSince: [WorkerID: Duration] = [:]
    /// What the directory has of the lives that this coordinator hears.
    private var hearing: [WorkerLife: DirectoryHearing] = [:]
    /// What it tells of whom this coordinator hears, and when it was asked last to take that back.
    private var ownHearings: [WorkerID: (life: WorkerLife, revision: UInt64, triedAt: Duration?)] = [:]
    /// Up to which revision what was said of a worker is being taken back, or has been.
    private var takenBack: [WorkerID: UInt64] = [:]
    /// The last life of each worker that has spoken to this coordinator.
    private var met: [WorkerID: WorkerLife] = [:]
    /// The sessions whose loss a client has learnt from its own request, and when.
    private var told: [SessionLife: Duration] = [:]
    /// When something was tried last that is tried again until the directory tells that it is so.
    private var tried: [WorkerID: Duration] = [:]

    /// From then on workers do not count on what a former life of this coordinator gave them.
    private let formerIsOverAt: Duration

    init(coordinator: String, incarnation: Incarnation, formerIsOverAt: Duration) {
        self.formerIsOverAt = formerIsOverAt
        self.coordinator = coordinator
        self.incarnation = incarnation
    }

    /// The life of a worker that counts, if there is one.
    func record(of worker: WorkerID) -> WorkerRecord? { workers[worker] }

    /// Whether a session on a life can be there still.
    func counts(_ life: WorkerLife) -> Bool {
        guard let record = workers[life.worker] else { return false }
        return record.life == life && !record.isLost
    }

    /// Whether this coordinator is in touch.
    func isInTouch(at now: Duration) -> Bool { touch.map { now < $0.until } ?? false }

    /// What this coordinator tells a worker with a ping.
    func standing(toward life: WorkerLife, at now: Duration) -> CoordinatorStanding {
        let others = coordinators.values.filter { $0.name != coordinator }.map(\.incarnation)
        return CoordinatorStanding(
            coordinator: incarnation,
            inTouch: inTouch(toward: life, at: now),
            rosterRevision: rosterRevision,
            roster: ([incarnation] + others).sorted { $0.number < $1.number }
        )
    }

    /// Whether a worker's first lease may be given.
    ///
    /// Not on the word of those alone who are known now: when the next coordinator comes, the worker would have to
    /// end its sessions until this one is in touch.
    func mayBeginLease(of life: WorkerLife, at now: Duration) -> Bool {
        isLoaded && inTouch(toward: life, at: now) > .zero
    }

    /// For how long nobody sees vanish that this coordinator hears a life.
    private func inTouch(toward life: WorkerLife, at now: Duration) -> Duration {
        guard let touch, hearing[life]?.touch == touch.number else { return .zero }
        return max(.zero, touch.until - now)
    }

    /// Whether the directory has to be told anew that a member is heard.
    func mustHear(_ life: WorkerLife) -> Bool {
        guard let touch else { return false }
        return hearing[life]?.touch != touch.number
    }

    /// A life is called: what its worker's record says now is what it is heard in the place of.
    mutating func ask(_ life: WorkerLife) { asked[life.worker] = (life, record(of: life.worker)?.revision) }

    /// Which revision the record had when a life was called.
    func revisionAsked(of life: WorkerLife) -> UInt64? {
        asked[life.worker].flatMap { $0.life == life ? $0.revision : nil }
    }

    /// The directory has taken that a life is heard.
    mutating func heard(_ record: WorkerRecord, _ told: DirectoryHearing) {
        takeNewer(record)
        hearing[record.life] = told
        if asked[record.life.worker]?.life == record.life { asked[record.life.worker] = nil }
        met[record.life.worker] = record.life
    }

    /// This coordinator does not hear a life any more.
    ///
    /// - Returns: what the directory has of it, if it has.
    @discardableResult
    mutating func unheard(_ life: WorkerLife) -> DirectoryHearing? { hearing.removeValue(forKey: life) }

    /// What this coordinator has said of a worker up to a revision is being taken back.
    mutating func takeBack(_ worker: WorkerID, upTo revision: UInt64) {
        takenBack[worker] = max(takenBack[worker] ?? 0, revision)
    }

    /// Whether what was said at a revision is being taken back, or has been: nobody may count on it.
    func isTakenBack(_ worker: WorkerID, since revision: UInt64) -> Bool {
        revision <= takenBack[worker] ?? 0
    }

    /// The lives that the directory takes for heard here although they are not: it was told without saying so.
    mutating func hearingsToTakeBack(
        at now: Duration,
        isHeard: (WorkerLife) -> Bool
    ) -> [(life: WorkerLife, revision: UInt64)] {
        guard now >= formerIsOverAt else { return [] }
        let due = ownHearings.values.filter { own in
            !isHeard(own.life) && own.triedAt.map { now - $0 >= .seconds(1) } ?? true
        }.sorted { $0.life.worker < $1.life.worker }
        for own in due {
            ownHearings[own.life.worker]?.triedAt = now
            takeBack(own.life.worker, upTo: own.revision)
        }
        return due.map { ($0.life, $0.revision) }
    }

    /// A worker has told whether a coordinator that is in touch calls it.
    mutating func workerSaid(isInTouch: Bool, at now: Duration) {
        if isInTouch { othersInTouchAt = now }
    }

    /// Whether this coordinator is cut off: it is out of touch, but another one is not.
    func isCutOff(at now: Duration) -> Bool {
        !isInTouch(at: now) && othersInTouchAt.map { now - $0 < .seconds(2) } ?? false
    }

    /// A client has learnt of a loss from its own request.
    mutating func tell(_ session: SessionLife, at now: Duration) {
        told[session] = now
        told = told.filter { now - $0.value < .seconds(60) }
    }

    /// Whether a client has learnt of the loss of this very session already, one single time.
    ///
    /// Not of one of the same identifier: else a client told twice of one loss would not be told of the next.
    mutating func takeTold(_ session: SessionLife?) -> Bool {
        session.map { told.removeValue(forKey: $0) != nil } ?? false
    }

    /// The mark that stands for a session, if it is known to.
    func mark(of session: SessionLife) -> SessionLife? {
        lostSessions[session.key] == session ? lost[session.key] : nil
    }

    /// Notes the mark of a loss, or that there is none.
    ///
    /// - Parameters:
    ///   - mark: the mark.
    ///   - key: the session's name.
    ///   - session: the session that it stands for, if that is known.
    mutating func setLost(_ mark: SessionLife?, of key: SessionKey, for session: SessionLife? = nil) {
        lost[key] = mark
        lostSessions[key] = mark == nil ? nil : session
    }

    /// The worker that is to be declared lost: nobody hears it, and none can be that counts on it all the same.
    ///
    /// - Parameters:
    ///   - now: the present time.
    ///   - lease: the length of a worker's lease.
    ///   - isHeard: whether this coordinator hears a life.
    /// - Returns: the records; each comes again after a second while nothing comes of it.
    mutating func recordsToDeclare(
        at now: Duration,
        lease: Duration,
        isHeard: (WorkerLife) -> Bool
    ) -> [WorkerRecord] {
        guard isLoaded, isInTouch(at: now) else { return [] }
        let isComplete = coordinators.keys.allSatisfy { inTouch.contains($0) }
        var due: [WorkerRecord] = []
        for (worker, record) in workers.sorted(by: { $0.key < $1.key }) where !record.isLost {
            guard !isHeard(record.life), !(hears[worker] ?? [:]).values.contains(record.life) else {
                silentSince[worker] = nil
                continue
            }
            let since = silentSince[worker] ?? now
            silentSince[worker] = since
            // Who has met this coordinator serves without the directory only while this coordinator calls, too. Of who
            // has not, any coordinator that is out of touch may be the one that counts on it.
            let isMet = met[worker] == record.life
            guard isMet || isComplete && now - since >= lease else { continue }
            guard now - (tried[worker] ?? .seconds(-1)) >= .seconds(1) else { continue }
            tried[worker] = now
            due.append(record)
        }
        return due
    }
}

extension DirectoryView {
    /// Takes a change over that is not about a session.
    mutating func take(_ change: DirectoryChange.Kind, revision: UInt64) {
        switch change {
        case .everything(let snapshot):
            // An answer to a question may have told of a later record already.
            workers = workers.filter { $0.value.revision > revision }
            for record in snapshot.workers { takeNewer(record) }
            coordinators = Dictionary(snapshot.coordinators.map { ($0.name, $0) }) { _, last in last }
            (hears, inTouch, isLoaded, rosterRevision) = (snapshot.hears, snapshot.inTouch, true, revision)
            silentSince = [:]
            ownHearings = [:]
            for life in hears.values.compactMap({ $0[coordinator] }) {
                ownHearings[life.worker] = (life, revision, nil)
            }
            (lost, lostSessions) = ([:], [:])
            for entry in snapshot.sessions where entry.place == .lost {
                lost[entry.session.key] = entry.session
            }
        case .worker(let worker, let record):
            if let record {
                takeNewer(record)
            } else if (workers[worker]?.revision ?? 0) <= revision {
                forget(worker)
            }
        case .hears(let worker, let coordinator, let life):
            hears[worker, default: [:]][coordinator] = life
            if coordinator == self.coordinator { ownHearings[worker] = life.map { ($0, revision, nil) } }
            if hears[worker]?.isEmpty == true { hears[worker] = nil }
        case .coordinator(let name, let record):
            coordinators[name] = record
            rosterRevision = revision
        case .inTouch(let name, let isInTouch):
            if isInTouch { inTouch.insert(name) } else { inTouch.remove(name) }
        case .session, .progress: break
        }
        self.revision = max(self.revision, revision)
    }

    private mutating func takeNewer(_ record: WorkerRecord) {
        if (workers[record.life.worker]?.revision ?? 0) <= record.revision {
            workers[record.life.worker] = record
        }
    }

    private mutating func forget(_ worker: WorkerID) {
        asked[worker] = nil
        workers[worker] = nil
        silentSince[worker] = nil
        met[worker] = nil
        tried[worker] = nil
    }
}
