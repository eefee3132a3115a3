import Domain
import Testing
import Wire

/// A page that holds events and nothing else worth a word.
func eventPage(of events: [SequencedEvent], timings: StageTimings = StageTimings()) -> EventPage {
    EventPage(
        events: events,
        nextSequence: 0,
        isComplete: false,
        hasStarted: false,
        sessionInstance: "",
        isNewSession: false,
        timings: timings
    )
}

/// The answer that carries a page of events.
func page(of events: [SequencedEvent]) -> Envelope.Content { .answer(.events(eventPage(of: events))) }

/// Takes the length off a frame and checks it.
func unframed(_ bytes: [UInt8]) throws -> [UInt8] {
    var splitter = FrameSplitter()
    splitter.append(bytes)
    let frame = try #require(try splitter.next())
    #expect(frame.count + 4 == bytes.count)
    return frame
}
