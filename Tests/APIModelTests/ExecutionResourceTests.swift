import APIModel
import Domain
import FoundationEssentials
import SeededRandomness
import Testing

@Suite struct ExecutionResourceTests {
    /// A result as a guest may send it and what stands for it in the answers: G2, G2 for .NET, G1.
    struct Example: Sendable, CustomTestStringConvertible {
        let name: String
        var text = ""
        var json: String?
        var images: [ResultImage] = []
        let flat: String
        let stringified: String
        let wrapped: String

        var testDescription: String { name }
    }

    private static let png = ResultImage(format: "png", bytes: [1, 2, 3])
    private static let pngJSON = #"{"type":"image","format":"png","base64_data":"AQID"}"#
    private static let pngText = #""{\"type\":\"image\",\"format\":\"png\",\"base64_data\":\"AQID\"}""#
    private static let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)

    static let examples: [Example] = [
        Example(name: "nothing", flat: #""""#, stringified: #""""#, wrapped: #""""#),
        Example(name: "an integer", text: "2", json: "2", flat: "2", stringified: #""2""#, wrapped: "2"),
        Example(
            name: "a float",
            text: "0.5",
            json: "0.5",
            flat: "0.5",
            stringified: #""0.5""#,
            wrapped: "0.5"
        ),
        Example(
            name: "an integer beyond 64 bits",
            text: "36893488147419103232",
            json: "36893488147419103232",
            flat: "36893488147419103232",
            stringified: #""36893488147419103232""#,
            wrapped: "36893488147419103232"
        ),
        Example(
            name: "a boolean",
            text: "True",
            json: "true",
            flat: "true",
            stringified: #""True""#,
            wrapped: "true"
        ),
        Example(
            name: "a string",
            text: "'hé'",
            json: #""hé""#,
            flat: #""hé""#,
            stringified: #""hé""#,
            wrapped: #""hé""#
        ),
        Example(
            name: "the string nan",
            text: "'nan'",
            json: #""nan""#,
            flat: #""nan""#,
            stringified: #""nan""#,
            wrapped: #""nan""#
        ),
        Example(name: "None", text: "None", json: "null", flat: #""""#, stringified: #""""#, wrapped: #""""#),
        Example(
            name: "NaN",
            text: "nan",
            json: "NaN",
            flat: "null",
            stringified: #""nan""#,
            wrapped: #""nan""#
        ),
        Example(
            name: "NaN as null",
            text: "nan",
            json: "null",
            flat: "null",
            stringified: #""nan""#,
            wrapped: #""nan""#
        ),
        Example(
            name: "a list",
            text: "['a',\n 'b']",
            json: #"["a", "b"]"#,
            flat: #"["a","b"]"#,
            stringified: #""['a',\n 'b']""#,
            wrapped: #""['a',\n 'b']""#
        ),
        Example(
            name: "a dictionary",
            text: "{'a': nan}",
            json: #"{"a": NaN}"#,
            flat: #"{"a":null}"#,
            stringified: #""{'a': nan}""#,
            wrapped: #""{'a': nan}""#
        ),
        Example(
            name: "an object without JSON",
            text: "<Thing at 0x1>",
            flat: #""<Thing at 0x1>""#,
            stringified: #""<Thing at 0x1>""#,
            wrapped: #""<Thing at 0x1>""#
        ),
        Example(
            name: "JSON that is none",
            text: "t",
            json: #"1,"status":"Succeeded""#,
            flat: #""t""#,
            stringified: #""t""#,
            wrapped: #""t""#
        ),
        Example(
            name: "JSON that is too deep",
            text: "t",
            json: deep,
            flat: #""t""#,
            stringified: #""t""#,
            wrapped: #""t""#
        ),
        Example(name: "a picture", images: [png], flat: pngJSON, stringified: pngText, wrapped: pngJSON),
        Example(
            name: "a picture beside a value",
            text: "(0, 1)",
            json: "[0, 1]",
            images: [png],
            flat: pngJSON,
            stringified: pngText,
            wrapped: pngJSON
        ),
    ]

    @Test(arguments: examples)
    func `A result of every kind stands in every shape as the contract has it`(example: Example) throws {
        var report = try PlayedReport.begun()
        if !example.text.isEmpty {
            report.append(.value(ResultValue(text: example.text, json: example.json)))
        }
        for image in example.images { report.append(.image(image)) }
        report.append(.standardOutput(Array("out\n".utf8)))
        report.append(.ended(Outcome(status: .succeeded, duration: .milliseconds(7))))

        let streams = #""stdout":"out\n","stderr":"","#
        func flat(_ result: String) -> String {
            #"{"id":"one","identifier":"abcd","executionType":"Synchronous","status":"Succeeded","result":{"#
                + streams + #""executionResult":\#(result),"executionTimeInMilliseconds":7}}"#
        }
        let members =
            #""status":"Success","# + streams
            + #""result":\#(example.wrapped),"executionTimeInMilliseconds":7"#
        #expect(try body(report, .flat, "2025-10-02-preview") == flat(example.flat))
        #expect(try body(report, .flat, "2024-10-02-preview") == flat(example.stringified))
        for version in ["2024-02-02-preview", "2024-10-02-preview"] {
            #expect(
                try body(report, .wrapped, version) == #"{"$id":"1","properties":{"$id":"2",\#(members)}}"#
            )
            #expect(
                try body(report, .wrappedAndFlat, version)
                    == #"{"$id":"1",\#(members),"properties":{"$id":"2",\#(members)}}"#
            )
        }
    }

    @Test(
        arguments: [
            (.init(status: .succeeded, duration: .zero), "", "Succeeded", "Success", ""),
            (
                .init(status: .failed, errorName: "E", errorMessage: "m", duration: .zero), "trace", "Failed",
                "Failure", "trace"
            ),
            (
                .init(status: .failed, errorName: "E", errorMessage: "m", duration: .zero), "", "Failed",
                "Failure", "E: m"
            ),
            (.init(status: .failed, errorName: "E", duration: .zero), "", "Failed", "Failure", "E"),
            (.init(status: .failed, duration: .zero), "", "Failed", "Failure", ""),
            (
                .init(status: .failed, duration: .zero, stateWasLost: true), "half", "Failed", "Failure",
                "half\nExecution aborted"
            ),
            (
                .init(
                    status: .failed,
                    errorName: "OutOfMemory",
                    errorMessage: "No memory.",
                    duration: .zero,
                    stateWasLost: true
                ), "", "Failed", "Failure", "Execution aborted: No memory."
            ),
            (
                .init(status: .timedOut, duration: .seconds(1)), "", "Failed", "Failure",
                "Request timed out waiting for code execution to complete"
            ),
            (
                .init(status: .timedOut, duration: .seconds(1)), "KeyboardInterrupt\n", "Failed", "Failure",
                "KeyboardInterrupt\nRequest timed out waiting for code execution to complete"
            ),
            (.init(status: .cancelled, duration: .zero), "", "Canceled", "Failure", ""),
        ] as [(Outcome, String, String, String, String)]
    )
    func `The status and standard error tell how the code ended`(
        outcome: Outcome,
        stderr: String,
        flatStatus: String,
        wrappedStatus: String,
        expected: String
    ) throws {
        var report = try PlayedReport.begun()
        report.append(.standardError(Array(stderr.utf8)))
        report.append(.ended(outcome))
        let flat = try PlayedReport.resource(report, .flat)
        #expect(flat.status == flatStatus)
        #expect(flat.standardError == expected)
        #expect(try PlayedReport.resource(report, .wrapped).status == wrappedStatus)
    }

    @Test func `Cut streams are flagged, each by its name, and so is what the pool's limits took`() throws {
        var report = try PlayedReport.begun()
        report.append(.standardOutput(Array("éé".utf8)))
        report.append(.standardError(Array("abc".utf8)))
        report.append(.ended(Outcome(status: .succeeded, duration: .zero, wasTruncated: true)))
        let cut = try PlayedReport.resource(report, .flat, #"{"code":"1","outputStreamsMaxLength":3}"#)
        #expect(cut.standardOutput == "é")
        #expect(cut.standardError == "abc")
        #expect(cut.truncated == ["stdout", "output"])
        let text = String(decoding: cut.encoded(as: .flat), as: UTF8.self)
        #expect(text.contains(#""truncated":["stdout","output"]"#))
        #expect(
            try PlayedReport.resource(report, .flat, #"{"code":"1","outputStreamsMaxLength":0}"#).truncated
                .first
                == "stdout"
        )
        #expect(try PlayedReport.resource(report, .flat).truncated == ["output"])
    }

    @Test func `Bytes that are no UTF-8 are shown as replacement characters`() throws {
        var report = try PlayedReport.begun()
        report.append(.standardOutput([0x61, 0xff, 0x62, 0xc3]))
        report.append(.ended(Outcome(status: .succeeded, duration: .zero)))
        #expect(try PlayedReport.resource(report, .flat).standardOutput == "a\u{FFFD}b\u{FFFD}")
    }

    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `A cut text is never over the limit, never ends in half a character and begins like the whole`(
        seed: UInt64
    ) throws {
        var generator = SeededGenerator(seed: seed)
        let pieces: [[UInt8]] = [
            [0x61], [0xc3, 0xa9], [0xe2, 0x82, 0xac], [0xf0, 0x9f, 0x98, 0x80], [0xff], [0xf0, 0x9f],
            [0x0d, 0x0a],
        ]
        let bytes = (0..<12).flatMap { _ in pieces.randomElement(using: &generator) ?? [] }
        var report = try PlayedReport.begun()
        report.append(.standardOutput(bytes))
        report.append(.ended(Outcome(status: .succeeded, duration: .zero)))
        let whole = try PlayedReport.resource(report, .flat).standardOutput
        for limit in 0...whole.utf8.count + 4 {
            let cut = try PlayedReport.resource(
                report,
                .flat,
                #"{"code":"1","outputStreamsMaxLength":\#(limit)}"#
            )
            #expect(cut.standardOutput.utf8.count <= limit)
            #expect(whole.utf8.count - limit < 4 || cut.standardOutput.utf8.count > limit - 4)
            #expect(whole.unicodeScalars.starts(with: cut.standardOutput.unicodeScalars))
            #expect(cut.truncated.contains("stdout") == (cut.standardOutput.utf8.count < whole.utf8.count))
        }
    }

    @Test func `All pictures stand in the flat shape when there are several`() throws {
        var report = try PlayedReport.begun()
        report.append(.image(Self.png))
        report.append(.image(ResultImage(format: "svg", bytes: [])))
        report.append(.ended(Outcome(status: .succeeded, duration: .zero)))
        let resource = try PlayedReport.resource(report, .flat)
        #expect(resource.result["format"] == .string("svg"))
        #expect(resource.images.map { $0["format"] } == [.string("png"), .string("svg")])
        #expect(!String(decoding: resource.encoded(as: .wrapped), as: UTF8.self).contains("images"))
    }

    @Test func `What the server writes the client reads`() throws {
        var report = try PlayedReport.begun()
        report.append(.standardOutput(Array("out".utf8)))
        report.append(.standardError(Array("err".utf8)))
        report.append(.value(ResultValue(text: "2", json: "2")))
        report.append(.ended(Outcome(status: .succeeded, duration: .milliseconds(3), wasTruncated: true)))
        let written = try PlayedReport.resource(report, .flat, #"{"code":"1","executionType":"synchronous"}"#)
        let read = try JSONDecoder().decode(ExecutionResource.self, from: Data(written.encoded(as: .flat)))
        #expect(read.id == "one")
        #expect(read.identifier == "abcd")
        #expect(read.executionType == "synchronous")
        #expect(read.status == "Succeeded")
        #expect(read.standardOutput == "out")
        #expect(read.standardError == "err")
        #expect(read.result == .integer(2))
        #expect(read.executionTimeInMilliseconds == 3)
        #expect(read.truncated == ["output"])
    }

    @Test func `An endless or negative duration from a guest does no harm`() throws {
        for (duration, expected) in [(Duration.seconds(Int64.max), 1_000_000_000_000_000), (.seconds(-5), 0)]
        {
            var report = try PlayedReport.begun()
            report.append(.ended(Outcome(status: .succeeded, duration: duration)))
            #expect(try PlayedReport.resource(report, .flat).executionTimeInMilliseconds == expected)
        }
    }

    @Test func `The report of an execution that has not ended is a defect, not an answer`() throws {
        let report = try PlayedReport.begun()
        let failure = #expect(throws: Failure.self) { try PlayedReport.resource(report, .flat) }
        #expect(failure?.code == .internalError)
    }

    private func body(_ report: ExecutionReport, _ shape: AnswerShape, _ version: String) throws -> String {
        String(
            decoding: try PlayedReport.resource(report, shape, version: version).encoded(as: shape),
            as: UTF8.self
        )
    }
}

@Suite struct ErrorEnvelopeTests {
    private let failure = Failure(.sessionsCountExceedsLimit, "No \"room\".", retryAfterSeconds: 2)

    @Test func `An error stands in the contract's envelope`() {
        let text = String(
            decoding: ErrorEnvelope(failure, traceID: "t").json().encoded,
            as: UTF8.self
        )
        #expect(
            text == #"{"error":{"code":"SessionsCountExceedsLimit","message":"No \"room\".","traceId":"t"}}"#
        )
    }

    @Test func `A lack of room stands at the top level as well`() {
        let text = String(
            decoding: ErrorEnvelope(failure, traceID: "t").json(isFlatToo: true).encoded,
            as: UTF8.self
        )
        #expect(text.hasSuffix(#"},"code":"SessionsCountExceedsLimit","message":"No \"room\"."}"#))
    }

    @Test(arguments: [
        #"{"error":{"code":"A","message":"m","traceId":"t"}}"#, #"{"code":"A","message":"m","traceId":"t"}"#,
    ])
    func `Both forms of an error are read`(text: String) throws {
        let envelope = try JSONDecoder().decode(ErrorEnvelope.self, from: Data(text.utf8))
        #expect(envelope.code == "A")
        #expect(envelope.message == "m")
        #expect(envelope.traceID == "t")
    }
}
