import APIModel
import Domain
import Testing

@Suite struct ExecutionRequestTests {
    private static func request(_ text: String, for runtime: Runtime = .python) throws -> ExecutionRequest {
        try ExecutionRequest.parse(Array(text.utf8), for: runtime)
    }

    @Test(arguments: [
        #"{"code":"1"}"#,
        #"{"properties":{"code":"1"}}"#,
        #"{"properties":{"pythonCode":"1"}}"#,
        #"{"pythonCode":"1"}"#,
        #"{"properties":null,"code":"1"}"#,
        #"{"properties":{},"code":"1"}"#,
        #"{"code":"1","properties":{"timeoutInSeconds":null}}"#,
        #"{"codeInputType":"inline","executionType":"Synchronous","code":"1"}"#,
        #"{"codeInputType":"INLINETEXT","executionType":"Synchronous","code":"1"}"#,
        #"{"codeInputType":"inlineBase64","code":"MQ=="}"#,
        #"{"code":"1","pythonCode":"2"}"#,
        #"{"code":null,"pythonCode":"1"}"#,
        #"{"code":"1","sanitizeInput":true,"unknown":[{}],"useEmptyKernel":false,"returnJupyterFormat":false}"#,
        #"{"code":"1","identifier":7}"#,
        "\u{FEFF}" + #"{"code":"1"}"#,
        " \n\t{\"code\" : \"1\"}\n",
    ])
    func `The code is found wherever a client puts it`(text: String) throws {
        let request = try Self.request(text)
        #expect(request.input == .code("1"))
        #expect(request.form == AnswerForm())
        #expect(!request.isAsynchronous)
        #expect(request.timeoutInSeconds == nil)
        #expect(request.identifier == nil)
    }

    @Test func `Every member is read, and the wrapped one wins`() throws {
        let request = try Self.request(
            #"{"properties":{"code":"é\u0000","timeoutInSeconds":5,"executionType":"synchronous","identifier":"abcd"},"#
                + #""timeoutInSeconds":6,"outputStreamsMaxLength":4096}"#
        )
        #expect(request.input == .code("é\u{0}"))
        #expect(request.timeoutInSeconds == 5)
        #expect(request.form == AnswerForm(executionType: "synchronous", outputStreamsMaxLength: 4096))
        #expect(request.identifier == "abcd")
    }

    @Test(
        arguments: [
            ("", .sessionPropertiesMissing, "empty"), ("{", .sessionPropertiesMissing, "JSON"),
            ("nonsense", .sessionPropertiesMissing, "JSON"), ("[]", .sessionPropertiesMissing, "object"),
            ("null", .sessionPropertiesMissing, "JSON"), ("\"code\"", .sessionPropertiesMissing, "object"),
            ("{}", .sessionPropertiesMissing, "code"), (#"{"code":null}"#, .sessionPropertiesMissing, "code"),
            (#"{"properties":5,"code":"1"}"#, .sessionPropertiesMissing, "properties"),
            (#"{"properties":["code"]}"#, .sessionPropertiesMissing, "properties"),
            (#"{"code":1}"#, .sessionRequestValidationFailed, "'code'"),
            (#"{"code":["1"]}"#, .sessionRequestValidationFailed, "'code'"),
            (#"{"code":"1","timeoutInSeconds":"60"}"#, .sessionRequestValidationFailed, "'timeoutInSeconds'"),
            (#"{"code":"1","timeoutInSeconds":1.5}"#, .sessionRequestValidationFailed, "'timeoutInSeconds'"),
            (
                #"{"code":"1","timeoutInSeconds":1e400}"#, .sessionRequestValidationFailed,
                "'timeoutInSeconds'"
            ),
            (
                #"{"code":"1","timeoutInSeconds":99999999999999999999}"#, .sessionRequestValidationFailed,
                "'timeoutInSeconds'"
            ),
            (#"{"code":"1","timeoutInSeconds":true}"#, .sessionRequestValidationFailed, "'timeoutInSeconds'"),
            (
                #"{"code":"1","outputStreamsMaxLength":-1}"#, .sessionRequestValidationFailed,
                "'outputStreamsMaxLength'"
            ),
            (
                #"{"code":"1","outputStreamsMaxLength":{}}"#, .sessionRequestValidationFailed,
                "'outputStreamsMaxLength'"
            ),
            (#"{"code":"1","codeInputType":"Hex"}"#, .sessionRequestValidationFailed, "'codeInputType'"),
            (#"{"code":"1","codeInputType":1}"#, .sessionRequestValidationFailed, "'codeInputType'"),
            (#"{"code":"1","executionType":"Later"}"#, .sessionRequestValidationFailed, "'executionType'"),
            (#"{"code":"1","useEmptyKernel":"yes"}"#, .sessionRequestValidationFailed, "'useEmptyKernel'"),
            (#"{"code":"MQ=","codeInputType":"InlineBase64"}"#, .sessionRequestValidationFailed, "base64"),
            (#"{"code":"M Q==","codeInputType":"InlineBase64"}"#, .sessionRequestValidationFailed, "base64"),
            (#"{"code":"/w==","codeInputType":"InlineBase64"}"#, .sessionRequestValidationFailed, "UTF-8"),
            (#"{"shellCommand":"ls"}"#, .sessionRequestNotSupported, "'shellCommand'"),
            (
                #"{"properties":{"execCommandAndArgs":["ls"]}}"#, .sessionRequestNotSupported,
                "'execCommandAndArgs'"
            ),
            (#"{"code":"1","stdin":"x"}"#, .sessionRequestNotSupported, "'stdin'"),
        ] as [(String, FailureCode, String)]
    )
    func `A body that does not do is refused with a code and a sentence that names what is wrong`(
        text: String,
        code: FailureCode,
        named: String
    ) {
        let failure = #expect(throws: Failure.self) { try Self.request(text) }
        #expect(failure?.code == code)
        #expect(failure?.message.contains(named) == true, "\(failure?.message ?? "")")
    }

    @Test(arguments: [
        (#"{"code":"1"}"#, false, "Synchronous"),
        (#"{"code":"1","executionType":"Asynchronous"}"#, true, "Asynchronous"),
        (#"{"properties":{"code":"1","executionType":"ASYNCHRONOUS"}}"#, true, "ASYNCHRONOUS"),
    ])
    func `Whether the answer waits is said in any case of letters, and echoed as it was written`(
        text: String,
        isAsynchronous: Bool,
        type: String
    ) throws {
        let request = try Self.request(text)
        #expect(request.isAsynchronous == isAsynchronous)
        #expect(request.form.executionType == type)
    }

    @Test(arguments: [
        (#"{"code":"1","useEmptyKernel":true}"#, true, false),
        (#"{"code":"1","returnJupyterFormat":true}"#, false, true),
        (#"{"code":"1","returnJupyterFormatExecutionResult":true}"#, false, true),
        (#"{"code":"1","returnJupyterFormatExecutionResult":true,"returnJupyterFormat":false}"#, false, true),
        (#"{"code":"1","useEmptyKernel":false,"returnJupyterFormat":false}"#, false, false),
    ])
    func `A kernel of its own and Jupyter's format are had for the asking`(
        text: String,
        inEmptyRuntime: Bool,
        inJupyterFormat: Bool
    ) throws {
        for runtime in [Runtime.python, .node] {
            let request = try Self.request(text, for: runtime)
            #expect(request.input.source == .code("1", runtime: runtime))
            #expect(request.input.inEmptyRuntime == inEmptyRuntime)
            #expect(request.form.inJupyterFormat == inJupyterFormat)
        }
    }

    @Test(
        arguments: [
            (#"{"shellCommand":"ls é"}"#, ExecutionInput(.shellCommand("ls é")), ""),
            (#"{"properties":{"shellCommand":"ls"}}"#, ExecutionInput(.shellCommand("ls")), ""),
            (
                #"{"shellCommand":"cat","stdin":"é\n","code":null}"#,
                ExecutionInput(.shellCommand("cat"), standardInput: Array("é\n".utf8)), ""
            ),
            (
                #"{"execCommandAndArgs":["ls","-l",""],"executionType":"synchronous"}"#,
                ExecutionInput(.program(["ls", "-l", ""])), "synchronous"
            ),
            (
                #"{"shellCommand":"ls","codeInputType":"Inline","useEmptyKernel":true}"#,
                ExecutionInput(.shellCommand("ls")), ""
            ),
        ] as [(String, ExecutionInput, String)]
    )
    func `A shell pool takes a command or a program with arguments`(
        text: String,
        input: ExecutionInput,
        type: String
    ) throws {
        let request = try Self.request(text, for: .shell)
        #expect(request.input == input)
        #expect(request.form.executionType == type)
        let spec = try request.spec(id: ExecutionID("one"), limits: ExecutionLimits())
        #expect(spec.input == input)
        #expect(spec.form == request.form)
    }

    @Test(
        arguments: [
            ("", .sessionPropertiesMissing, "shellCommand"),
            ("{}", .sessionPropertiesMissing, "shellCommand"),
            (#"{"stdin":"x"}"#, .sessionPropertiesMissing, "shellCommand"),
            (
                #"{"shellCommand":"ls","execCommandAndArgs":["ls"]}"#, .sessionRequestValidationFailed,
                "exclude"
            ),
            (#"{"shellCommand":["ls"]}"#, .sessionRequestValidationFailed, "'shellCommand'"),
            (#"{"execCommandAndArgs":"ls"}"#, .sessionRequestValidationFailed, "'execCommandAndArgs'"),
            (#"{"execCommandAndArgs":["ls",1]}"#, .sessionRequestValidationFailed, "'execCommandAndArgs'"),
            (#"{"shellCommand":"cat","stdin":1}"#, .sessionRequestValidationFailed, "'stdin'"),
            (#"{"code":"ls"}"#, .sessionRequestNotSupported, "send shellCommand"),
            (#"{"pythonCode":"ls"}"#, .sessionRequestNotSupported, "send shellCommand"),
            (#"{"code":"","shellCommand":"ls"}"#, .sessionRequestNotSupported, "'code'"),
        ] as [(String, FailureCode, String)]
    )
    func `A shell pool refuses what is no command and says what to send`(
        text: String,
        code: FailureCode,
        named: String
    ) {
        let failure = #expect(throws: Failure.self) { try Self.request(text, for: .shell) }
        #expect(failure?.code == code)
        #expect(failure?.message.contains(named) == true, "\(failure?.message ?? "")")
    }

    @Test(arguments: [
        #"{"execCommandAndArgs":[]}"#, #"{"execCommandAndArgs":[""]}"#, #"{"shellCommand":""}"#,
        #"{"shellCommand":"a\u0000b"}"#, #"{"execCommandAndArgs":["ls","\u0000"]}"#,
    ])
    func `A command that no system could run is refused before it is sent anywhere`(text: String) throws {
        let request = try Self.request(text, for: .shell)
        let failure = #expect(throws: Failure.self) {
            try request.spec(id: ExecutionID("one"), limits: ExecutionLimits())
        }
        #expect(failure?.code == .sessionRequestValidationFailed)
    }

    @Test func `Nesting without end and bytes that are no UTF-8 are refused`() {
        let bodies: [[UInt8]] = [
            Array((String(repeating: "[", count: 200_000)).utf8),
            Array((String(repeating: #"{"properties":"#, count: 100_000)).utf8),
            [0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d], Array(#"{"code":""#.utf8) + [0xc3, 0x28, 0x22, 0x7d],
            Array(#"{"code":"\ud800"}"#.utf8), [0],
        ]
        for body in bodies {
            let failure = #expect(throws: Failure.self) { try ExecutionRequest.parse(body, for: .python) }
            #expect(failure?.code.httpStatus == 400)
        }
    }

    @Test func `Without a time-out the default holds, and never more than the pool allows`() throws {
        let id = try ExecutionID("one")
        let request = try Self.request(#"{"code":"1"}"#)
        #expect(try request.spec(id: id, limits: ExecutionLimits()).timeout == .seconds(120))
        #expect(
            try request.spec(id: id, limits: ExecutionLimits(timeout: .seconds(30))).timeout == .seconds(30)
        )
    }

    @Test(arguments: [0, -1, 221, Int.max, Int.min])
    func `A time-out outside the pool's limits is refused`(seconds: Int) throws {
        let request = try Self.request(#"{"code":"1","timeoutInSeconds":\#(seconds)}"#)
        let failure = #expect(throws: Failure.self) {
            try request.spec(id: ExecutionID("one"), limits: ExecutionLimits())
        }
        #expect(failure?.code == .sessionRequestValidationFailed)
    }

    @Test func `Code of exactly the limit passes and one byte more is too large`() throws {
        let limits = ExecutionLimits(codeBytes: 8)
        let fits = try Self.request(#"{"code":"12345678"}"#)
        #expect(try fits.spec(id: ExecutionID("one"), limits: limits).input.text.utf8.count == 8)
        let failure = #expect(throws: Failure.self) {
            try Self.request(#"{"code":"1234567é"}"#).spec(id: ExecutionID("one"), limits: limits)
        }
        #expect(failure?.code == .payloadTooLarge)
    }

    @Test func `The longest way to spell the most code fits into the longest body`() throws {
        let limits = ExecutionLimits(codeBytes: 1000)
        let body = #"{"code":""# + String(repeating: #"\u0041"#, count: 1000) + #""}"#
        #expect(body.utf8.count <= ExecutionRequest.bodyLimit(for: limits))
        #expect(try Self.request(body).input.byteCount == 1000)
    }
}

@Suite struct APIVersionTests {
    @Test(arguments: [
        "2023-08-01-preview", "2023-11-02-preview", "2024-02-02-preview", "2024-08-02-preview",
        "2024-10-02-preview",
        "2025-02-02-preview", "2025-10-02-preview", "2025-10-02-PREVIEW", "2026-01-01",
    ])
    func `Every version that was ever advertised is taken`(name: String) throws {
        #expect(try APIVersion.named(name).name == name.lowercased())
    }

    @Test(arguments: [nil, "", "2024-10-02", "latest", "2024-10-02-preview ", "1"])
    func `A missing or unknown version is refused`(name: String?) {
        let failure = #expect(throws: Failure.self) { try APIVersion.named(name) }
        #expect(failure?.code == .invalidApiVersion)
    }

    @Test func `Only the version that Semantic Kernel for .NET sends makes every result a string`() {
        #expect(APIVersion.all.filter(\.stringifiesResults).map(\.name) == ["2024-10-02-preview"])
    }
}

@Suite struct PercentEncodingTests {
    @Test(
        arguments: [
            ("abc", "abc"), ("a%2Fb", "a/b"), ("a+b", "a+b"), ("%c3%A9", "é"), ("", ""), ("%2", nil),
            ("%", nil), ("%zz", nil),
            ("%ff", nil), ("a%00b", "a\u{0}b"),
        ] as [(String, String?)]
    )
    func `A part of a URL is decoded or refused`(text: String, expected: String?) {
        #expect(PercentEncoding.decoded(text) == expected)
    }

    @Test func `Whatever is encoded comes back, and stands safely in a URL`() {
        let all = String(String.UnicodeScalarView((0..<0x180).compactMap(UnicodeScalar.init)))
        let encoded = PercentEncoding.encoded(all)
        #expect(PercentEncoding.decoded(encoded) == all)
        #expect(
            encoded.utf8.allSatisfy {
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%".utf8.contains($0)
            }
        )
    }
}
