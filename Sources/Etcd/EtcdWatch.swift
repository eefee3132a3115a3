internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore

/// What happened to the watched keys.
package enum EtcdChange: Hashable, Sendable {
    /// All that there is: at the beginning, and again when changes were missed for good because etcd has
    /// compacted its history. What is not in it is not there.
    case everything([EtcdEntry], revision: Int64)
    /// A value was written.
    case put(EtcdEntry)
    /// A key was removed, or its lease has ended.
    case removed(String, revision: Int64)
    /// All changes of this revision and of former ones have been told.
    case caughtUp(revision: Int64)
}

/// Follows keys: first what there is, then each change in its order, over lost connections.
package struct EtcdWatch: Sendable {
    /// A question of the watch.
    private struct Question: Encodable {
        struct Create: Encodable {
            let key: Data
            let range_end: Data?
            let start_revision: EtcdMessage.Number
        }
        let create_request: Create
    }

    private struct Answer: Decodable {
        struct Result: Decodable {
            let header: EtcdMessage.Header
            let canceled: Bool?
            let compact_revision: EtcdMessage.Number?
            let events: [Event]?
        }
        struct Event: Decodable {
            let type: String?
            let kv: EtcdMessage.Pair
        }
        let result: Result
    }

    /// Why a stream of changes is over.
    private enum End {
        case lost
        case compacted
    }

    /// One line of the gateway holds the changes of one message, which etcd bounds.
    private static let lineBytesMax = 64 << 20
    /// A watch may be silent and never ends by itself: it is begun anew after this, lest a connection that is
    /// dead unnoticed be waited on for ever.
    private static let life: Duration = .seconds(15)
    /// The first pause before a member is asked again.
    private static let pauseFirst: Duration = .milliseconds(100)
    private static let pauseLongest: Duration = .seconds(3)

    let client: EtcdClient
    let range: EtcdKeyRange

    /// Watches keys.
    ///
    /// - Parameters:
    ///   - client: asks etcd.
    ///   - range: the keys.
    package init(_ client: EtcdClient, _ range: EtcdKeyRange) {
        self.client = client
        self.range = range
    }

    /// Tells of every change until the task is cancelled or the client is closed.
    ///
    /// - Parameters:
    ///   - revision: the first revision whose changes are told; nil for all that there is, and then its changes.
    ///   - tell: told of the changes, one after the other; the next is read when it returns.
    /// - Throws: why etcd will never tell anything: it refuses this client.
    package func run(
        from revision: Int64? = nil,
        _ tell: (EtcdChange) async -> Void
    ) async throws(EtcdError) {
        var next = revision
        var pause = Self.pauseFirst
        while !Task.isCancelled {
            do throws(EtcdError) {
                if next == nil {
                    let outcome = try await client.transact(EtcdTransaction(then: [.read(range)]))
                    next = outcome.revision + 1
                    await tell(
                        .everything(outcome.results.first?.entries ?? [], revision: outcome.revision)
                    )
                }
                guard var revision = next else { continue }
                defer { next = next == nil ? nil : revision }
                if case .compacted = try await follow(from: &revision, tell) { next = nil }
                pause = Self.pauseFirst
            } catch {
                if error.kind == .unauthorized || error.kind == .refused { throw error }
                if error.kind == .closed { return }
                try? await Task.sleep(for: pause)
                pause = min(pause * 2, Self.pauseLongest)
            }
        }
    }

    /// Tells of the changes of one message.
    ///
    /// etcd never divides a revision between messages, but one of them may end before the revision in its header.
    private static func pass(
        _ events: [Answer.Event],
        _ next: inout Int64,
        _ tell: (EtcdChange) async -> Void
    ) async {
        for event in events {
            guard let entry = event.kv.entry else { continue }
            await tell(
                event.type == "DELETE"
                    ? .removed(entry.key, revision: entry.modifyRevision) : .put(entry)
            )
        }
        guard let last = events.last?.kv.mod_revision?.value else { return }
        next = last + 1
        await tell(.caughtUp(revision: last))
    }

    /// Reads one stream of changes to its end.
    private func follow(
        from revision: inout Int64,
        _ tell: (EtcdChange) async -> Void
    ) async throws(EtcdError) -> End {
        let question = Question(
            create_request: .init(
                key: Data(range.start),
                range_end: range.end.map { Data($0) },
                start_revision: EtcdMessage.Number(revision)
            )
        )
        let stream = try await client.stream(of: "/v3/watch", question, life: Self.life)
        var splitter = LineSplitter(bytesMax: Self.lineBytesMax)
        do {
            for try await chunk in stream {
                for line in try splitter.split(Array(chunk.readableBytesView)) {
                    guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(line)) else {
                        throw EtcdError(.malformedAnswer, "a watch gave a line that is none")
                    }
                    if answer.result.compact_revision != nil { return .compacted }
                    if answer.result.canceled == true { return .lost }
                    await Self.pass(answer.result.events ?? [], &revision, tell)
                }
            }
            return .lost
        } catch let error as EtcdError {
            throw error
        } catch {
            return .lost
        }
    }
}
