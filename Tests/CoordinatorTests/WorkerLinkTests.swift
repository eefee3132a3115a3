import ClusterState
import Domain
import TestSupport
import Testing
import Transport
import Wire

@testable import Coordinator

@Suite("The line to a worker")
struct WorkerLinkTests {
    private let network = InMemoryTransport()

    private func link(serial: UInt64, epoch: UInt64, over outbox: any Outbox) throws -> WorkerLink {
        WorkerLink(
            life: WorkerLife(
                worker: try WorkerID("worker"),
                incarnation: Incarnation(7),
                epoch: WorkerEpoch(epoch)
            ),
            serial: serial,
            sender: Incarnation(1),
            replyAddress: "inproc://coordinator",
            key: try PlayedNodes.key(),
            outbox: outbox,
            metrics: CoordinatorMetrics()
        )
    }

    private static let ping = Command.Request.ping(lease: .seconds(1), endedAcknowledged: 0)

    private static func read(_ session: SessionLife) throws -> Command.Request {
        let execution = try ExecutionID("execution")
        return .readEvents(
            ReadEventsRequest(session: session, execution: execution, fromSequence: 0, wait: .zero)
        )
    }

    private static func session() throws -> SessionLife {
        let key = SessionKey(pool: try PoolName("python"), identifier: try SessionIdentifier("session"))
        return SessionLife(key: key, generation: SessionGeneration(1))
    }

    @Test("An answer to a worker's former life answers no question to the next")
    func numbers() async throws {
        let inbox = try await network.openInbox(at: "inproc://worker", maximumMessageSize: 1 << 20)
        let former = try link(serial: 1, epoch: 1, over: await network.openOutbox(to: inbox.address))
        let next = try link(serial: 2, epoch: 2, over: await network.openOutbox(to: inbox.address))
        var numbers: Set<UInt64> = []
        for request in [Self.ping, try Self.read(Self.session())] {
            for link in [former, next] {
                async let answer = link.ask(request, by: .now + .seconds(20))
                let number = try ReceivedEnvelope(await inbox.receive(), key: PlayedNodes.key()).number
                #expect(numbers.insert(number).inserted)
                #expect(WorkerLink.serial(ofQuestion: number) == (link.life.epoch.number))
                for earlier in numbers.subtracting([number]) {
                    await link.deliver(.sessionGone(nil), for: earlier)
                }
                await link.deliver(.done, for: number)
                #expect(try await answer == .done)
            }
        }
    }

    @Test("However many executions wait, a ping is asked; beyond the bound it is said that nothing was sent")
    func bounds() async throws {
        let link = try link(serial: 1, epoch: 1, over: Sink())
        let request = try Self.read(Self.session())
        let (most, more) = (4_096, 100)
        await withTaskGroup(of: WorkerLink.Loss.Certainty?.self) { group in
            for _ in 0..<most + more {
                group.addTask { await Self.certainty(of: request, over: link, within: .seconds(60)) }
            }
            for _ in 0..<more { #expect(await group.next() == .overloaded) }
            let ping = await Self.certainty(of: Self.ping, over: link, within: .milliseconds(50))
            #expect(ping == .unanswered, "it was sent")
            await link.close()
            let rest = await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
            #expect(rest == [.workerLost: most])
        }
    }

    /// A line on which everything gets lost.
    private struct Sink: Outbox {
        let address = "inproc://sink"

        func send(_ bytes: [UInt8], timeout: Duration) async throws(TransportError) {}

        func close() async {}
    }

    @Test("What is known of a command without an answer: a broken line, a client that left, no encoding")
    func certainties() async throws {
        let link = try link(serial: 1, epoch: 1, over: await network.openOutbox(to: "inproc://nobody"))
        #expect(await Self.certainty(of: Self.ping, over: link, within: .milliseconds(20)) == .notSent)
        let cancelled = await withTaskGroup(of: WorkerLink.Loss.Certainty?.self) { group in
            group.addTask { await Self.certainty(of: Self.ping, over: link, within: .seconds(60)) }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(cancelled == .cancelled)
        let session = try Self.session()
        let tooLarge = ExecuteRequest(
            session: session,
            mayCreate: true,
            execution: try ExecutionID("execution"),
            input: .code(String(repeating: "x", count: WireLimits.payloadBytes + 1)),
            timeout: .seconds(1),
            pool: PoolConfiguration(name: session.key.pool),
            wait: .zero
        )
        #expect(await Self.certainty(of: .execute(tooLarge), over: link, within: .seconds(5)) == .unsendable)
        await link.close()
        #expect(await Self.certainty(of: Self.ping, over: link, within: .seconds(5)) == .notSent)
    }

    private static func certainty(
        of request: Command.Request,
        over link: WorkerLink,
        within limit: Duration
    ) async -> WorkerLink.Loss.Certainty? {
        do throws(WorkerLink.Loss) {
            _ = try await link.ask(request, by: .now + limit)
            return nil
        } catch {
            return error.certainty
        }
    }
}
