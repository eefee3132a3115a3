import Domain
import Testing
import Wire

@testable import MicroVM

@Suite(
    "Node.js in a guest",
    .serialized,
    .enabled(if: RealMachine.isAvailable, RealMachine.advice),
    .timeLimit(.minutes(5))
)
struct NodeTests {
    @Test("State, values and errors are kept apart, and every kind of waiting can be interrupted")
    func interrupts() async throws {
        try await RealMachine.withMachine(.node) { machine in
            let first = ContinuousClock.now
            _ = try await machine.node("console.log(1)", number: 1)
            print("first cell: \(ContinuousClock.now - first)")
            _ = try await machine.node("const kept = 41", number: 2)
            let endless = [
                "while (true) {}", "await new Promise(() => {})",
                "await new Promise((done) => setTimeout(done, 600_000))", "for (;;) await null",
            ]
            for (number, code) in endless.enumerated() {
                let stopped = try await machine.converse(
                    .code(code, runtime: .node),
                    number: UInt64(10 + number),
                    interruptAfter: .milliseconds(300)
                )
                #expect(stopped.outcome.status == .cancelled, "\(code)")
                #expect(!stopped.outcome.stateWasLost, "\(code)")
            }
            #expect(try await machine.node("kept + 1", number: 20).value?.json == "42")
            let failed = try await machine.node("throw new RangeError('far')", number: 21)
            #expect(failed.outcome.errorName == "RangeError")
            #expect(failed.outcome.errorMessage == "far")
            let begun = ContinuousClock.now
            for number in 30..<50 as Range<UInt64> {
                _ = try await machine.node("console.log(1)", number: number)
            }
            print("warm cell: \((ContinuousClock.now - begun) / 20)")
        }
    }

    @Test("Clones of one template draw nothing twice")
    func twins() async throws {
        let probe = """
            const crypto = require('node:crypto');
            const key = () => crypto.generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'der' });
            const fill = await new Promise((done) => crypto.randomFill(Buffer.alloc(16), (_, bytes) => done(bytes)));
            console.log([
                Math.random(), require('node:vm').runInNewContext('Math.random()'), crypto.randomUUID(),
                crypto.randomBytes(16).toString('hex'), crypto.randomInt(2 ** 47), fill.toString('hex'),
                crypto.webcrypto.getRandomValues(new Uint32Array(4)).join(), key().toString('hex'),
                crypto.createECDH('prime256v1').generateKeys('hex'), require('node:os').hostname(),
            ].join('\\n'));
            console.log(Math.abs(Date.now() - performance.timeOrigin - performance.now()) < 100, Date.now());
            """
        var drawn: [[Substring]] = []
        for _ in 0..<3 {
            let output = try await RealMachine.withMachine(.node) { machine in
                try await machine.node(probe, number: 1).output
            }
            let lines = output.split(separator: "\n")
            try #require(lines.count == 11, "\(output)")
            drawn.append(Array(lines.prefix(10)))
            let clock = lines[10].split(separator: " ")
            #expect(clock[0] == "true")
            let difference = (Double(clock[1]) ?? 0) / 1e3 - Double(Host.unixTimeNanoseconds) / 1e9
            #expect(abs(difference) < 5)
        }
        for index in 0..<10 { #expect(Set(drawn.map { $0[index] }).count == 3, "\(index): \(drawn)") }
    }
}

extension Machine {
    /// Runs JavaScript.
    fileprivate func node(_ code: String, number: UInt64) async throws -> Conversation {
        try await converse(.code(code, runtime: .node), number: number)
    }
}
