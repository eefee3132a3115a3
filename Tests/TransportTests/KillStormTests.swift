import Glibc
import Synchronization
import Testing
import Transport
import transport_peer

extension Sockets {
    /// Processes at both ends are killed in mid-traffic, again and again.
    ///
    /// What must hold: every question ends, the survivor reconnects every time and soon, its descriptors do
    /// not grow, and no question is received twice, by whichever incarnation.
    @Suite struct KillStormTests {
        private static let kills = 12 * Storm.scale

        @Test("The answering process is killed again and again", arguments: Medium.betweenProcesses)
        func answererDies(medium: Medium) async throws {
            let figures = try await stormOnAnswerer(over: medium)
            try await judge(figures, over: medium)
        }

        @Test("The asking process is killed again and again", arguments: Medium.betweenProcesses)
        func askerDies(medium: Medium) async throws {
            let figures = try await stormOnAsker(over: medium)
            try await judge(figures, over: medium)
        }

        private func judge(_ figures: StormFigures, over medium: Medium) async throws {
            #expect(figures.receivedTwice == 0)
            #expect(figures.received >= figures.answered)
            #expect(figures.openQuestions == 0)
            try #require(figures.stuckAfter == nil)
            #expect(figures.longestOutage < .seconds(10))
            // Two outboxes to dead peers may be open, and a third one be closing.
            #expect(figures.descriptorsAtMost <= figures.descriptorsBefore + 16)
            await expectDescriptors(atMost: figures.descriptorsBefore + 4)
        }

        private func stormOnAnswerer(over medium: Medium) async throws -> StormFigures {
            let address = medium.knownAddress
            let ledger = Scratch.path("ledger")
            let tls = try medium.tlsArgument()
            let asker = try await Asker(try medium.post(), inboxAt: medium.anyAddress, peer: address)
            let tally = Tally()
            var figures = StormFigures()
            var child = try ChildProcess.peer("answer", address, ledger, tls)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<2 { group.addTask { await asker.deliverAnswers() } }
                for _ in 0..<32 { group.addTask { await askOnAndOn(asker, tally) } }
                _ = await tally.more(100)
                tally.resetOutage()
                figures.descriptorsBefore = openDescriptors()
                while figures.kills < Self.kills, figures.stuckAfter == nil {
                    await child.kill()
                    figures.kills += 1
                    guard let next = try? ChildProcess.peer("answer", address, ledger, tls) else { break }
                    child = next
                    if await !tally.more(100) { figures.stuckAfter = figures.kills }
                    figures.noteDescriptors()
                }
                figures.longestOutage = tally.longestOutage
                group.cancelAll()
            }
            await child.kill()
            let numbers = ledgerNumbers(ledger)
            (figures.answered, figures.failed) = (tally.answered, tally.failed)
            figures.received = numbers.count
            figures.receivedTwice = numbers.count - Set(numbers).count
            figures.openQuestions = await asker.correspondence.openQuestions
            figures.report("answerer", medium)
            return figures
        }

        private func stormOnAsker(over medium: Medium) async throws -> StormFigures {
            let tally = Tally()
            let seen = Mutex([UInt64: Int]())
            let answerer = try await Answerer(try medium.post(), at: medium.anyAddress) { number in
                seen.withLock { $0[number, default: 0] += 1 }
                tally.succeed()
            }
            let tls = try medium.tlsArgument()
            var figures = StormFigures()
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { await answerer.answerQuestions() } }
                while figures.kills <= Self.kills, figures.stuckAfter == nil {
                    let first = String(UInt64(figures.kills) << 32)
                    let own = medium.anyAddress
                    guard
                        let child = try? ChildProcess.peer("ask", answerer.address, own, first, "16", tls)
                    else { break }
                    // Many more than are in flight: answers got through as well.
                    if await !tally.more(150) { figures.stuckAfter = figures.kills }
                    if figures.kills == 0 {
                        tally.resetOutage()
                        figures.descriptorsBefore = openDescriptors()
                    }
                    figures.noteDescriptors()
                    await child.kill()
                    figures.kills += 1
                }
                figures.longestOutage = tally.longestOutage
                group.cancelAll()
            }
            figures.answered = tally.answered
            figures.received = seen.withLock { $0.values.reduce(0, +) }
            figures.receivedTwice = seen.withLock { $0.values.count { $0 > 1 } }
            figures.report("asker", medium)
            return figures
        }

        private func askOnAndOn(_ asker: Asker, _ tally: Tally) async {
            while !Task.isCancelled {
                do {
                    _ = try await asker.ask([1, 2, 3], within: .milliseconds(300))
                    tally.succeed()
                } catch {
                    tally.fail()
                }
            }
        }

        private func ledgerNumbers(_ path: String) -> [UInt64] {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            var numbers: [UInt64] = []
            var number: UInt64 = 0
            while read(descriptor, &number, 8) == 8 { numbers.append(number) }
            return numbers
        }
    }
}
