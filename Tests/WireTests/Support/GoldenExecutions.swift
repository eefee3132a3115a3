import Domain
import Wire

/// The answers that tell of an execution and of an image.
extension GoldenMessages {
    static func eventsAndImages() throws -> [Golden<Envelope.Content>] {
        func golden(_ answer: Answer, _ text: String, _ hexadecimal: String) -> Golden<Envelope.Content> {
            Golden(value: .answer(answer), name: "Answer", text: text, hexadecimal: hexadecimal)
        }
        return [
            Golden(
                value: .command(
                    Command(
                        epoch: WorkerEpoch(300),
                        request: .abandon(try session(), try ExecutionID("run-1"))
                    )
                ),
                name: "Command",
                text:
                    #"epoch: 300 abandon { session { pool: "py" identifier: "user/1" } generation: 2 execution: "run-1" }"#,
                hexadecimal: "08ac025a170a0c0a0270791206757365722f3110021a0572756e2d31"
            ),
            Golden(
                value: .command(Command(epoch: WorkerEpoch(300), request: .describeImage(.node))),
                name: "Command",
                text: #"epoch: 300 describe_image { runtime: "node" }"#,
                hexadecimal: "08ac0252060a046e6f6465"
            ),
            golden(
                .events(eventPage()),
                eventPageText,
                """
                226f0a041202ff000a0408011a000a0c080222080a013110011a01320a07080322030a01330a0c08042a080a\
                03706e671201890a120805320e08031201451a016d200728013801100618012203692d31280132090a057175\
                657565100532070a0372756e10063a070a0153100118084001
                """
            ),
            golden(
                .image(
                    ImageDescription(
                        runtimes: [.init(name: "P", version: "3")],
                        packages: [.init(name: "p", version: "1")],
                        kernel: .init(name: "I", version: "8", projectURL: "u", description: "d"),
                        createdMilliseconds: 5
                    )
                ),
                #"""
                image_description {
                  runtimes { name: "P" version: "3" } packages { name: "p" version: "1" }
                  kernel { name: "I" version: "8" project_url: "u" description: "d" } created_ms: 5
                }
                """#,
                "42200a060a015012013312060a01701201311a0c0a01491201381a01752201642005"
            ),
        ]
    }

    private static func eventPage() -> EventPage {
        var timings = StageTimings()
        timings[.queue] = .microseconds(5)
        timings[.run] = .microseconds(6)
        let events: [ExecutionEvent] = [
            .standardOutput([0xff, 0]), .standardError([]), .value(ResultValue(text: "1", json: "2")),
            .value(ResultValue(text: "3", json: nil)), .image(ResultImage(format: "png", bytes: [0x89])),
            .ended(
                Outcome(
                    status: .timedOut,
                    errorName: "E",
                    errorMessage: "m",
                    duration: .microseconds(7),
                    stateWasLost: true,
                    wasTruncated: false,
                    exitCode: 0
                )
            ),
        ]
        return EventPage(
            events: events.enumerated().map {
                SequencedEvent(sequence: UInt64($0.offset), event: $0.element)
            },
            nextSequence: 6,
            isComplete: true,
            sessionInstance: "i-1",
            isNewSession: true,
            form: AnswerForm(executionType: "S", outputStreamsMaxLength: 8),
            timings: timings
        )
    }

    private static let eventPageText = #"""
        events {
          events { sequence: 0 standard_output: "\377\000" }
          events { sequence: 1 standard_error: "" }
          events { sequence: 2 value { text: "1" has_json: true json: "2" } }
          events { sequence: 3 value { text: "3" } }
          events { sequence: 4 image { format: "png" content: "\211" } }
          events {
            sequence: 5
            ended { status: TIMED_OUT error_name: "E" error_message: "m" duration_us: 7 state_was_lost: true has_exit_code: true }
          }
          next_sequence: 6 is_complete: true session_instance: "i-1" is_new_session: true has_started: true
          form { execution_type: "S" has_output_bytes_max: true output_bytes_max: 8 }
          timings { stage: "queue" duration_us: 5 }
          timings { stage: "run" duration_us: 6 }
        }
        """#
}
