internal import Client
internal import FoundationEssentials

/// A file's life: upload, list, download, remove.
struct FilesScenario: Scenario {
    /// How many random bytes there are; a larger file repeats them.
    private static let blockBytes = 64 << 10

    private let target: BenchTarget
    private let sessions: PreparedSessions
    /// What is in all files, but for their beginning.
    private let content: Data

    /// Plans files; none is made yet.
    ///
    /// - Parameters:
    ///   - target: the pool.
    ///   - sessions: whose files they are.
    ///   - size: how large they are, in bytes.
    init(target: BenchTarget, sessions: PreparedSessions, size: Int) {
        self.target = target
        self.sessions = sessions
        var generator = SystemRandomNumberGenerator()
        let block = (0..<min(size, Self.blockBytes)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        var content = Data(capacity: size)
        while content.count < size { content += block.prefix(size - content.count) }
        self.content = content
    }

    func prepare() async throws { try await sessions.make() }

    func perform(_ turn: Schedule.Turn) async throws -> Observation {
        let session = await sessions.session(for: turn.slot)
        let files = target.client.files(of: session.identifier, pool: target.pool)
        let name = "bench-\(turn.number).bin"
        let content = content(of: turn.number)
        let size = content.count
        var watch = PartWatch()
        let made = try await files.upload(content, to: name)
        watch.split("upload")
        guard made.size == size else {
            throw BenchFailure(code: "WrongFile", "\(name) has \(made.size) bytes instead of \(size).")
        }
        let listed = try await files.list()
        watch.split("list")
        guard listed.contains(where: { $0.name == name && $0.size == size }) else {
            throw BenchFailure(code: "WrongFile", "\(name) is not in the list.")
        }
        let read = try await files.download(name)
        watch.split("download")
        guard read == content else {
            throw BenchFailure(code: "WrongFile", "\(name) came back with other content.")
        }
        try await files.remove(name)
        watch.split("remove")
        return Observation(parts: watch.parts)
    }

    /// The content of a file, which no other file has as long as there is room for a number.
    private func content(of number: Int) -> Data {
        let mark = Data("\(BenchTarget.nonce())-\(number)\n".utf8).prefix(content.count)
        return mark + content.dropFirst(mark.count)
    }
}

/// Tells how long the parts of an operation took.
struct PartWatch {
    private(set) var parts: [String: Duration] = [:]
    private var last = ContinuousClock.now

    /// A part is over.
    mutating func split(_ name: String) {
        let now = ContinuousClock.now
        parts[name] = now - last
        last = now
    }
}
