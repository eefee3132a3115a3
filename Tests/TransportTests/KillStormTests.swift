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

        @Test("The answering process is killed again and again", arguments: Medium.overSockets)
        func answererDies(medium: Medium) async throws {
            let post = try medium.post()
            let address = medium.knownAddress
            let ledger = Scratch.path("ledger")
            let tls = try medium.tlsArgument()
            let asker = try await Asker(post, inboxAt: medium.anyAddress, peer: address)
            let tally = Tally()
            var child = try ChildProcess.peer("answer", address, ledger, tls)
            var most = 0
            var before = 0
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<2 { group.addTask { await asker.deliverAnswers() } }
                for _ in 0..<32 {
                    group.addTask {
                        while !Task.isCancelled {
                            do {
                                _ = try await asker.ask([1, 2, 3], within: .milliseconds(300))
                                tally.succeed()
                            } catch {
                                tally.fail()
                            }
                        }
                    }
                }
                await tally.more(100)
                tally.resetOutage()
                before = openDescriptors()
                for _ in 0..<Self.kills {
                    await child.kill()
                    do {
                        child = try ChildProcess.peer("answer", address, ledger, tls)
                    } catch {
                        Issue.record(error)
                        break
                    }
                    await tally.more(100)
                    most = max(most, openDescriptors())
                }
                group.cancelAll()
            }
            await child.kill()
            let numbers = ledgerNumbers(ledger)
            report("answerer", medium, tally, descriptors: (before, most), received: numbers.count)
            #expect(Set(numbers).count == numbers.count, "A question was received twice.")
            #expect(numbers.count >= tally.answered)
            #expect(await asker.correspondence.openQuestions == 0)
            #expect(tally.longestOutage < .seconds(10))
            #expect(most <= before + 12)
            await expectDescriptors(atMost: before + 2)
        }

        @Test("The asking process is killed again and again", arguments: Medium.overSockets)
        func askerDies(medium: Medium) async throws {
            let post = try medium.post()
            let tally = Tally()
            let seen = Mutex([UInt64: Int]())
            let answerer = try await Answerer(post, at: medium.anyAddress) { number in
                seen.withLock { $0[number, default: 0] += 1 }
                tally.succeed()
            }
            let tls = try medium.tlsArgument()
            var most = 0
            var before = 0
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { await answerer.answerQuestions() } }
                for round in 0...Self.kills {
                    let child: ChildProcess
                    do {
                        child = try ChildProcess.peer(
                            "ask",
                            answerer.address,
                            medium.anyAddress,
                            String(UInt64(round) << 32),
                            "16",
                            tls
                        )
                    } catch {
                        Issue.record(error)
                        break
                    }
                    // More than are in flight: answers got through as well.
                    await tally.more(150)
                    if round == 0 {
                        tally.resetOutage()
                        before = openDescriptors()
                    }
                    most = max(most, openDescriptors())
                    await child.kill()
                }
                group.cancelAll()
            }
            report("asker", medium, tally, descriptors: (before, most), received: seen.withLock { $0.count })
            #expect(seen.withLock { $0.values.allSatisfy { $0 == 1 } }, "A question was received twice.")
            #expect(tally.longestOutage < .seconds(10))
            // Three outboxes of dead askers may still be open.
            #expect(most <= before + 16)
            await expectDescriptors(atMost: before + 4)
        }

        private func report(
            _ victim: String,
            _ medium: Medium,
            _ tally: Tally,
            descriptors: (before: Int, most: Int),
            received: Int
        ) {
            Storm.report(
                "\(victim) killed \(Self.kills) times over \(medium): \(tally.answered) done, \(tally.failed) failed, "
                    + "\(received) received, longest outage \(tally.longestOutage), "
                    + "descriptors \(descriptors.before), at most \(descriptors.most), now \(openDescriptors())"
            )
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
