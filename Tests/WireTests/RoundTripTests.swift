import Domain
import SeededRandomness
import Testing
import Wire

/// What goes in comes out, for every kind and every field.
@Suite("Round trip")
struct RoundTripTests {
    private static let rounds = 150

    @Test("Every content of an envelope comes back as it was", arguments: ContentKind.allCases)
    func contents(kind: ContentKind) throws {
        var arbitrary = Arbitrary(for: "contents \(kind)")
        for round in 0..<Self.rounds {
            let envelope = arbitrary.envelope(try arbitrary.content(kind))
            #expect(ContentKind(of: envelope.content) == kind)
            let bytes = try envelope.encoded(key: clusterKey())
            let copy = try reassembled(bytes)
            #expect(copy == envelope, "seed \(SeededGenerator.seed), round \(round)")
            // Texts that look alike are equal in Swift; only the bytes say that nothing was normalised.
            #expect(try copy.encoded(key: clusterKey()) == bytes)
        }
    }

    @Test("Every frame to the guest comes back as it was", arguments: HostFrameKind.allCases)
    func hostFrames(kind: HostFrameKind) throws {
        var arbitrary = Arbitrary(for: "host frames \(kind)")
        for round in 0..<Self.rounds {
            let frame = try arbitrary.frame(kind)
            let copy = try HostFrame(decoding: try unframed(frame.encoded()))
            #expect(copy == frame, "seed \(SeededGenerator.seed), round \(round)")
            #expect(copy.encoded() == frame.encoded())
        }
    }

    @Test("Every frame from the guest comes back as it was", arguments: GuestFrameKind.allCases)
    func guestFrames(kind: GuestFrameKind) throws {
        var arbitrary = Arbitrary(for: "guest frames \(kind)")
        for round in 0..<Self.rounds {
            let frame = try arbitrary.frame(kind)
            let copy = try GuestFrame(decoding: try unframed(frame.encoded()))
            #expect(copy == frame, "seed \(SeededGenerator.seed), round \(round)")
            #expect(copy.encoded() == frame.encoded())
        }
    }

    @Test("Every event comes back as it was, from the guest and in a page", arguments: EventKind.allCases)
    func events(kind: EventKind) throws {
        var arbitrary = Arbitrary(for: "events \(kind)")
        for round in 0..<Self.rounds {
            let event = arbitrary.event(kind)
            let frame = GuestFrame.event(execution: arbitrary.number(), event)
            #expect(
                try GuestFrame(decoding: try unframed(frame.encoded())) == frame,
                "seed \(SeededGenerator.seed), round \(round)"
            )
            let page = page(of: [SequencedEvent(sequence: arbitrary.number(), event: event)])
            #expect(try page.decodingSibling(try page.payload()) == page)
        }
    }

    @Test(
        "Every name that the domain has comes back as itself",
        arguments: EndCause.all.map(\.name) + FailureCode.all.map(\.name) + Stage.all.map(\.name)
    )
    func names(name: String) throws {
        var answers: [Answer] = []
        if let cause = EndCause.named(name) { answers.append(.sessionGone(cause)) }
        if let code = FailureCode.named(name) { answers.append(.failure(Failure(code, "why"))) }
        if let stage = Stage.named(name) {
            var timings = StageTimings()
            timings[stage] = .zero
            answers.append(.events(eventPage(of: [], timings: timings)))
        }
        try #require(!answers.isEmpty)
        for answer in answers {
            let content = Envelope.Content.answer(answer)
            #expect(try content.decodingSibling(try content.payload()) == content)
        }
    }

    @Test(
        "A duration is cut to microseconds and kept between nothing and 366 days",
        arguments: [
            (Duration.zero, Duration.zero),
            (.nanoseconds(999), .zero),
            (.nanoseconds(1_001), .microseconds(1)),
            (.microseconds(-1), .zero),
            (.seconds(Int64.min / 2), .zero),
            (.seconds(366 * 86_400), .seconds(366 * 86_400)),
            (.seconds(366 * 86_400) + .microseconds(1), .seconds(366 * 86_400)),
            (.seconds(Int64.max), .seconds(366 * 86_400)),
        ]
    )
    func durations(given: Duration, read: Duration) throws {
        let frame = HostFrame.interrupt(execution: 1, grace: given)
        #expect(
            try HostFrame(decoding: try unframed(frame.encoded())) == .interrupt(execution: 1, grace: read)
        )
    }

    @Test("A duration of 2^64 - 1 microseconds becomes 366 days")
    func greatestDurationOnTheWire() throws {
        let interrupt = message { $0.field(4, message { $0.field(2, UInt64.max) }) }
        #expect(
            try HostFrame(decoding: interrupt) == .interrupt(execution: 0, grace: .seconds(366 * 86_400))
        )
    }

    @Test("Numbers that the contract has no room for become its greatest or least")
    func clampedNumbers() throws {
        func hello(offset: Int) -> Envelope.Content {
            .command(Command(epoch: WorkerEpoch(1), request: .hello(offset: offset, lease: .zero)))
        }
        let greatest = try hello(offset: 0).decodingSibling(try hello(offset: Int.max).payload())
        #expect(greatest == hello(offset: Int(UInt32.max)))
        let run = HostFrame.run(
            RunOrder(execution: 1, input: .code(""), outputBytes: -1, resultBytes: Int.max, images: -1)
        )
        #expect(
            try HostFrame(decoding: try unframed(run.encoded()))
                == .run(
                    RunOrder(execution: 1, input: .code(""), outputBytes: 0, resultBytes: Int.max, images: 0)
                )
        )
    }
}
