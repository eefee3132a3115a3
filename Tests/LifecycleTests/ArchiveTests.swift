import Domain
import Lifecycle
import Testing

@Suite("The archive of a session's executions")
struct ArchiveTests {
    private static let ended = ExecutionEvent.ended(Outcome(status: .succeeded, duration: .seconds(1)))

    @Test("A name runs once: asked again it is found, with other code or another time-out it is a conflict")
    func idempotency() throws {
        var archive = ExecutionArchive()
        let spec = try Self.spec("one", code: "1")
        try archive.submit(spec, beganSession: true, journalBytes: 100)
        try archive.submit(spec, beganSession: false, journalBytes: 100)
        #expect(archive.startNext() == spec)
        archive.append(Self.ended)
        archive.finishCurrent()
        #expect(archive.startNext() == nil)
        try archive.submit(spec, beganSession: false, journalBytes: 100)
        #expect(archive.startNext() == nil)
        #expect(archive[spec.id]?.beganSession == true)
        for other in [try Self.spec("one", code: "2"), try Self.spec("one", code: "1", seconds: 2)] {
            #expect(throws: Failure.self) {
                try archive.submit(other, beganSession: false, journalBytes: 100)
            }
        }
    }

    @Test("Another form of answer is the same request, and the first one's form is kept")
    func form() throws {
        var archive = ExecutionArchive()
        let first = try Self.spec("one", form: AnswerForm(executionType: "Asynchronous"))
        try archive.submit(first, beganSession: false, journalBytes: 100)
        try archive.submit(try Self.spec("one"), beganSession: false, journalBytes: 100)
        #expect(archive[first.id]?.spec.form.executionType == "Asynchronous")
        #expect(archive.startNext() == first)
        archive.append(Self.ended)
        archive.finishCurrent()
        #expect(archive.startNext() == nil)
    }

    @Test("Only so many wait, and only so many ended ones are kept, the newest")
    func bounds() throws {
        var archive = ExecutionArchive()
        for number in 0..<ExecutionArchive.waitingLimit {
            try archive.submit(try Self.spec("w\(number)"), beganSession: false, journalBytes: 100)
        }
        #expect(throws: Failure.self) {
            try archive.submit(try Self.spec("late"), beganSession: false, journalBytes: 100)
        }
        let cancelled = Outcome(status: .cancelled, duration: .zero)
        #expect(archive.withdraw(try ExecutionID("w3"), outcome: cancelled))
        #expect(!archive.withdraw(try ExecutionID("w3"), outcome: cancelled))
        #expect(archive[try ExecutionID("w3")]?.hasStarted == false)
        while archive.startNext() != nil {
            archive.append(Self.ended)
            archive.finishCurrent()
        }
        for number in 0..<100 { try archive.runThrough(try Self.spec("n\(number)")) }
        #expect(archive[try ExecutionID("n99")]?.hasStarted == true)
        #expect(archive[try ExecutionID("n36")] != nil)
        #expect(archive[try ExecutionID("n35")] == nil)
        #expect(archive[try ExecutionID("w0")] == nil)
        #expect(archive.isIdle)
    }

    @Test("The results of ended executions hold 32 MiB together at most, the newest always")
    func retainedBytes() throws {
        var archive = ExecutionArchive()
        for number in 0..<5 { try archive.runThrough(try Self.spec("n\(number)"), printing: 10 << 20) }
        let kept = try (0..<5).filter { archive[try ExecutionID("n\($0)")] != nil }
        #expect(kept == [2, 3, 4])
        try archive.runThrough(try Self.spec("greatest"), printing: 40 << 20)
        #expect(archive[try ExecutionID("greatest")] != nil)
        #expect(archive[try ExecutionID("n4")] == nil)
    }

    @Test("A name whose result is dropped does not run again, as long as 4,096 younger ones have not come")
    func droppedNames() throws {
        var archive = ExecutionArchive()
        let dropped = ExecutionArchive.droppedLimit
        for number in 0..<ExecutionArchive.endedLimit + dropped {
            try archive.runThrough(try Self.spec("n\(number)"))
        }
        for number in [0, 1, dropped / 2, dropped - 1] {
            #expect(archive[try ExecutionID("n\(number)")] == nil)
            let failure = #expect(throws: Failure.self) {
                try archive.submit(try Self.spec("n\(number)"), beganSession: false, journalBytes: 100)
            }
            #expect(failure?.code == .executionConflict)
            #expect(failure?.message.contains("no longer kept") == true)
        }
        // One more pushes the oldest name out, and that one alone.
        try archive.runThrough(try Self.spec("one more"))
        #expect(throws: Failure.self) {
            try archive.submit(try Self.spec("n1"), beganSession: false, journalBytes: 100)
        }
        try archive.submit(try Self.spec("n0"), beganSession: false, journalBytes: 100)
        #expect(archive.startNext()?.id == (try ExecutionID("n0")))
    }

    @Test("Who goes away ends what nobody else asked for, and nothing else")
    func abandonment() throws {
        var archive = ExecutionArchive()
        let alone = try Self.spec("alone")
        let shared = try Self.spec("shared")
        for spec in [alone, shared, shared] {
            try archive.submit(spec, beganSession: false, journalBytes: 1_024)
        }
        let unknown = try ExecutionID("unheard-of")
        let ends = [alone.id, shared.id, unknown].map { archive.abandon($0) }
        #expect(ends == [true, false, false])
    }

    private static func spec(
        _ name: String,
        code: String = "code",
        seconds: Int = 1,
        form: AnswerForm = AnswerForm()
    ) throws -> ExecutionSpec {
        try ExecutionSpec(
            id: try ExecutionID(name.replacing(" ", with: "-")),
            input: .code(code),
            timeout: .seconds(seconds),
            form: form,
            limits: ExecutionLimits()
        )
    }
}

extension ExecutionArchive {
    /// Takes an execution in and ends it.
    fileprivate mutating func runThrough(_ spec: ExecutionSpec, printing bytes: Int = 0) throws {
        try submit(spec, beganSession: false, journalBytes: 64 << 20)
        _ = startNext()
        if bytes > 0 { append(.standardOutput([UInt8](repeating: 1, count: bytes))) }
        append(.ended(Outcome(status: .succeeded, duration: .seconds(1))))
        finishCurrent()
    }
}
