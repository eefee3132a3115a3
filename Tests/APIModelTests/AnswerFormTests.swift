import APIModel
import Domain
import Testing

/// What the pool and the request make of an answer.
@Suite struct AnswerFormTests {
    @Test(
        arguments: [
            (.init(status: .succeeded, duration: .zero, exitCode: 0), "0", "Success"),
            (.init(status: .failed, errorName: "E", duration: .zero, exitCode: 127), "127", "Failure"),
            (.init(status: .failed, duration: .zero, exitCode: 137), "137", "Failure"),
            (.init(status: .failed, duration: .zero, stateWasLost: true), "1", "Failure"),
            (.init(status: .timedOut, duration: .seconds(9), exitCode: 137), "-1", "Failure"),
            (.init(status: .cancelled, duration: .zero), "130", "Failure"),
            (.init(status: .cancelled, duration: .zero, exitCode: 143), "143", "Failure"),
        ] as [(Outcome, String, String)]
    )
    func `A shell answers with the exit code as a string, and has no value`(
        outcome: Outcome,
        flatStatus: String,
        wrappedStatus: String
    ) throws {
        var report = try PlayedReport.begun()
        report.append(.standardOutput(Array("out\n".utf8)))
        report.append(.ended(outcome))
        let request = #"{"shellCommand":"x"}"#
        let flat = try PlayedReport.resource(report, .flat, request, runtime: .shell)
        #expect(flat.status == flatStatus)
        let text = String(decoding: flat.encoded(as: .flat), as: UTF8.self)
        #expect(
            text.hasPrefix(
                #"{"id":"one","identifier":"abcd","status":"\#(flatStatus)","result":{"stdout":"out\n","#
            )
        )
        #expect(!text.contains("executionResult"))
        let isCut = outcome.status == .timedOut
        #expect(flat.executionTimeInMilliseconds == Int(outcome.duration / .milliseconds(1)))
        #expect(flat.standardError.isEmpty == (!isCut && !outcome.stateWasLost))
        let wrapped = try PlayedReport.resource(report, .wrapped, request, runtime: .shell)
        #expect(wrapped.status == wrappedStatus)
        #expect(String(decoding: wrapped.encoded(as: .wrapped), as: UTF8.self).contains(#""result":"""#))
        let echoed = try PlayedReport.resource(
            report,
            .flat,
            #"{"shellCommand":"x","executionType":"synchronous"}"#,
            runtime: .shell
        )
        #expect(echoed.executionType == "synchronous")
    }

    @Test(
        arguments: [
            ("nan", "NaN", #""nan""#), ("nan", "null", #""nan""#), ("None", "null", "null"),
            ("null", "null", "null"), ("'nan'", #""nan""#, #""nan""#), ("True", "true", #""True""#),
            ("42", "42", #""42""#), ("0.5", "0.5", #""0.5""#),
            ("36893488147419103232", "36893488147419103232", #""36893488147419103232""#),
            ("[1, 'a']", #"[1, "a"]"#, #"[1,"a"]"#), ("<Thing>", nil, #""<Thing>""#),
        ] as [(String, String?, String)]
    )
    func `In Jupyter's format primitives are strings or null`(
        text: String,
        json: String?,
        expected: String
    ) throws {
        var report = try PlayedReport.begun()
        report.append(.value(ResultValue(text: text, json: json)))
        report.append(.ended(Outcome(status: .succeeded, duration: .zero)))
        let request = #"{"code":"1","returnJupyterFormatExecutionResult":true}"#
        let flat = String(
            decoding: try PlayedReport.resource(report, .flat, request).encoded(as: .flat),
            as: UTF8.self
        )
        #expect(flat.contains(#""executionResult":\#(expected),"#), "\(flat)")
        let isCollection = expected.hasPrefix("[")
        for (shape, version) in [
            (AnswerShape.flat, "2024-10-02-preview"), (.wrapped, "2025-10-02-preview"),
        ] {
            let resource = try PlayedReport.resource(report, shape, request, version: version)
            #expect(
                String(decoding: resource.result.encoded, as: UTF8.self)
                    == (isCollection ? #""[1, 'a']""# : expected)
            )
        }
    }

    @Test func `In Jupyter's format what an interpreter does not show is null`() throws {
        var report = try PlayedReport.begun()
        report.append(.ended(Outcome(status: .succeeded, duration: .zero)))
        let request = #"{"code":"None","returnJupyterFormat":true}"#
        #expect(try PlayedReport.resource(report, .flat, request).result == .null)
        #expect(try PlayedReport.resource(report, .flat).result == .string(""))
    }

    @Test func `Node's null is null, and what is undefined is nothing`() throws {
        var report = try PlayedReport.begun()
        report.append(.ended(Outcome(status: .succeeded, duration: .zero)))
        #expect(try PlayedReport.resource(report, .flat, runtime: .node).result == .string(""))
        report.append(.value(ResultValue(text: "null", json: "null")))
        #expect(try PlayedReport.resource(report, .flat, runtime: .node).result.encoded == Array("null".utf8))
    }

    @Test(arguments: [true, false])
    func `An execution that has not ended has no result, but what older clients take for granted`(
        hasStarted: Bool
    ) throws {
        let resource = PendingExecutionResource(
            id: try ExecutionID("one"),
            session: try PlayedReport.begun().session,
            form: AnswerForm(executionType: "asynchronous"),
            hasStarted: hasStarted
        )
        let status = hasStarted ? "Running" : "NotStarted"
        func text(_ shape: AnswerShape) -> String {
            String(decoding: resource.encoded(as: shape), as: UTF8.self)
        }
        #expect(
            text(.flat)
                == #"{"id":"one","identifier":"abcd","executionType":"asynchronous","status":"\#(status)"}"#
        )
        let members =
            #""status":"\#(status)","stdout":"","stderr":"","result":"","executionTimeInMilliseconds":0,"id":"one""#
        #expect(text(.wrapped) == #"{"$id":"1","properties":{"$id":"2",\#(members)}}"#)
        #expect(text(.wrappedAndFlat) == #"{"$id":"1",\#(members),"properties":{"$id":"2",\#(members)}}"#)
    }
}
