import Domain
import Testing

@Suite("Identifiers and names")
struct IdentifierTests {
    /// The code with which something is refused; nil when it is taken.
    private func refusal(_ make: () throws(Failure) -> Void) -> FailureCode? {
        do throws(Failure) {
            try make()
            return nil
        } catch { return error.code }
    }

    @Test("A session identifier has 4 to 128 characters")
    func identifierLength() {
        let lengths = [3, 4, 128, 129]
        let codes = lengths.map { length in
            refusal { () throws(Failure) in _ = try SessionIdentifier(String(repeating: "a", count: length)) }
        }
        #expect(codes == [.invalidLengthOfSessionIdentifier, nil, nil, .invalidLengthOfSessionIdentifier])
        #expect(
            refusal { () throws(Failure) in _ = try SessionIdentifier("") }
                == .invalidLengthOfSessionIdentifier
        )
    }

    @Test(
        "A session identifier may hold all printable ASCII except space and backslash",
        arguments: ["user-1234", "a|-_&^%$#(){}[];<>", "A.b@c=d+e,f~g!h*i'j\"k?l/m:n`o", "0000"]
    )
    func goodIdentifiers(text: String) throws {
        #expect(try SessionIdentifier(text).text == text)
    }

    @Test(
        "A session identifier holds no space, backslash, control character and nothing beyond ASCII",
        arguments: [
            "with space", "back\\slash", "tab\there", "line\nend", "nul\0nul", "ümlaut", "emoji😀",
            "del\u{7f}x",
        ]
    )
    func badIdentifiers(text: String) {
        #expect(
            refusal { () throws(Failure) in _ = try SessionIdentifier(text) }
                == .sessionRequestValidationFailed
        )
    }

    @Test("Identifiers that differ in case are different sessions")
    func identifierCase() throws {
        #expect(try SessionIdentifier("user-A") != SessionIdentifier("user-a"))
    }

    @Test("A pool name is brought into lower case", arguments: ["python", "My-Pool-2", "ab", "p9"])
    func goodPoolNames(text: String) throws {
        #expect(try PoolName(text).text == text.lowercased())
    }

    @Test(
        "A pool name begins with a letter and has 2 to 63 letters, digits and hyphens",
        arguments: ["", "a", "9pool", "-pool", "po_ol", "po/ol", "pöol", String(repeating: "a", count: 64)]
    )
    func badPoolNames(text: String) {
        #expect(refusal { () throws(Failure) in _ = try PoolName(text) } == .sessionPoolInvalidName)
    }

    @Test("A worker's name and an execution's id hold letters, digits, dots, hyphens and underscores")
    func otherNames() throws {
        #expect(try WorkerID("rack-1.node_2").text == "rack-1.node_2")
        #expect(try ExecutionID("op-1.a_B").text == "op-1.a_B")
        for text in ["", "a b", "a/b", "ä", String(repeating: "a", count: 64)] {
            #expect(refusal { () throws(Failure) in _ = try WorkerID(text) } == .invalidConfiguration)
        }
        for text in ["", "a b", "a/b", "ä", String(repeating: "a", count: 129)] {
            #expect(
                refusal { () throws(Failure) in _ = try ExecutionID(text) } == .sessionRequestValidationFailed
            )
        }
    }

    @Test("Epochs and generations are ordered by their numbers, workers by their names")
    func order() throws {
        #expect(WorkerEpoch(1) < WorkerEpoch(1).next)
        #expect(SessionGeneration(9) < SessionGeneration(10))
        #expect(try WorkerID("w10") < WorkerID("w9"))
    }

    @Test("Causes, runtimes and stages are found by their names, unknown ones are not")
    func namedSets() {
        for cause in EndCause.all { #expect(EndCause.named(cause.name) == cause) }
        for runtime in Runtime.all { #expect(Runtime.named(runtime.name) == runtime) }
        for stage in Stage.all { #expect(Stage.named(stage.name) == stage) }
        #expect(Set(EndCause.all.map(\.name)).count == EndCause.all.count)
        #expect(Set(Stage.all.map(\.name)).count == Stage.all.count)
        #expect(EndCause.named("unheardOf") == nil)
        #expect(Runtime.named("cobol") == nil)
        #expect(Stage.named("") == nil)
    }

    @Test("A capacity has at least a weight of one and no negative number of sessions")
    func capacity() {
        let capacity = WorkerCapacity(sessions: -4, weight: 0)
        #expect(capacity.sessions == 0)
        #expect(capacity.weight == 1)
    }
}
