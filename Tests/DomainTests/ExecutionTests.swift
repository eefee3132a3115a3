import Domain
import Testing

@Suite("Executions")
struct ExecutionTests {
    private func spec(
        code: String = "1 + 1",
        timeout: Duration = .seconds(60),
        limits: ExecutionLimits = ExecutionLimits()
    ) throws(Failure) -> ExecutionSpec {
        try ExecutionSpec(id: try ExecutionID("op-1"), input: .code(code), timeout: timeout, limits: limits)
    }

    private func report() throws -> ExecutionReport {
        ExecutionReport(
            id: try ExecutionID("op-1"),
            session: SessionKey(pool: try PoolName("python"), identifier: try SessionIdentifier("user-1")),
            sessionInstance: "i1",
            isNewSession: true
        )
    }

    @Test("Code up to the limit is taken, measured in bytes of UTF-8; the refusal tells what to do")
    func codeLimit() throws {
        let limits = ExecutionLimits(codeBytes: 6)
        #expect(try spec(code: "äöü", limits: limits).input.text == "äöü")
        let failure = #expect(throws: Failure.self) { _ = try spec(code: "äöü.", limits: limits) }
        #expect(failure?.code == .payloadTooLarge)
        #expect(failure?.message == "The code has 7 bytes; the limit is 6. Upload it as a file and run that.")
    }

    @Test("A time-out is above zero and within the pool's limit")
    func timeoutLimit() throws {
        #expect(try spec(timeout: .seconds(220)).timeout == .seconds(220))
        #expect(try spec(timeout: .milliseconds(1)).timeout == .milliseconds(1))
        for timeout in [Duration.zero, .seconds(-1), .seconds(221), .seconds(220) + .nanoseconds(1)] {
            let failure = #expect(throws: Failure.self) { _ = try spec(timeout: timeout) }
            #expect(failure?.code == .sessionRequestValidationFailed)
            #expect(failure?.message == "timeoutInSeconds must be from 1 to 220.")
        }
    }

    @Test("A report puts the events together in their order")
    func reportAssembly() throws {
        var report = try report()
        #expect(report.outcome == nil)
        let outcome = Outcome(status: .succeeded, duration: .milliseconds(12))
        let events: [ExecutionEvent] = [
            .standardOutput(Array("Grü".utf8.dropLast())), .standardError(Array("warn".utf8)),
            .standardOutput(Array("ü".utf8.suffix(1))),
            .image(ResultImage(format: "png", bytes: [1])),
            .image(ResultImage(format: "svg", bytes: [2, 3])),
            .value(ResultValue(text: "2", json: "2")), .ended(outcome),
        ]
        for event in events { report.append(event) }
        #expect(
            String(decoding: report.standardOutput, as: UTF8.self) == "Grü",
            "A chunk may end in a character."
        )
        #expect(report.standardError == Array("warn".utf8))
        #expect(report.images.map(\.format) == ["png", "svg"])
        #expect(report.value == ResultValue(text: "2", json: "2"))
        #expect(report.outcome == outcome)
    }

    @Test("The last value is the one that counts")
    func lastValue() throws {
        var report = try report()
        report.append(.value(ResultValue(text: "1", json: nil)))
        report.append(.value(ResultValue(text: "2", json: nil)))
        #expect(report.value?.text == "2")
    }

    @Test("An event's size counts what it holds")
    func sizes() {
        #expect(ExecutionEvent.standardOutput([1, 2, 3]).byteCount == 3)
        #expect(ExecutionEvent.standardError([]).byteCount == 0)
        #expect(ExecutionEvent.value(ResultValue(text: "ä", json: "1")).byteCount == 3)
        #expect(ExecutionEvent.value(ResultValue(text: "ä", json: nil)).byteCount == 2)
        #expect(ExecutionEvent.image(ResultImage(format: "png", bytes: [0, 0])).byteCount == 2)
        #expect(ExecutionEvent.ended(Outcome(status: .failed, errorName: "E", duration: .zero)).byteCount > 0)
    }

    @Test("Timings are kept by stage, told in the order of the way, and merged with the newer ones on top")
    func timings() {
        var timings = StageTimings()
        timings[.guest] = .milliseconds(3)
        timings[.route] = .milliseconds(1)
        var other = StageTimings()
        other[.guest] = .milliseconds(4)
        other[.worker] = .milliseconds(9)
        timings.merge(other)
        #expect(timings.recorded.map(\.stage) == [.route, .guest, .worker])
        #expect(timings.recorded.map(\.duration) == [.milliseconds(1), .milliseconds(4), .milliseconds(9)])
        #expect(timings[.spawn] == nil)
        for (number, stage) in Stage.all.enumerated() { timings[stage] = .seconds(number) }
        #expect(timings.recorded.map(\.stage) == Stage.all)
        #expect(timings.recorded.map(\.duration) == Stage.all.indices.map { .seconds($0) })
        timings[.guest] = nil
        #expect(timings.recorded.count == Stage.all.count - 1)
    }

    @Test("A pool begins with the documented limits")
    func defaults() throws {
        let pool = PoolConfiguration(name: try PoolName("python"))
        #expect(pool.runtime == .python)
        #expect(pool.lifecycle == .timed(cooldown: .seconds(300)))
        #expect(pool.maxConcurrentSessions == 600)
        #expect(pool.limits.timeout == .seconds(220))
    }
}
