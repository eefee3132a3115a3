internal import Client
internal import FoundationEssentials

/// A file's life: upload, list, download, remove.
struct FilesScenario: Scenario {
    let target: BenchTarget
    let sessions: PreparedSessions
    /// How large the files are, in bytes.
    let size: Int

    func prepare() async throws { try await sessions.make() }

    func perform(_ turn: Schedule.Turn) async throws -> Observation {
        let session = await sessions.session(for: turn.slot)
        let files = target.client.files(of: session.identifier, pool: target.pool)
        let name = "bench-\(turn.number).bin"
        let content = Self.noise(size)
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

    /// Bytes that no other file has.
    private static func noise(_ size: Int) -> Data {
        var generator = SystemRandomNumberGenerator()
        var state = generator.next()
        var bytes = [UInt8]()
        bytes.reserveCapacity(size)
        while bytes.count < size {
            // SplitMix64 by Sebastiano Vigna, public domain.
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
            word ^= word >> 31
            for shift in 0..<min(8, size - bytes.count) {
                bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt64(shift))))
            }
        }
        return Data(bytes)
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
