import APIModel
import FoundationEssentials
import SeededRandomness
import Testing

/// Messages of the Model Context Protocol as strangers send them.
@Suite("Messages of MCP", .timeLimit(.minutes(1)))
struct MCPMessageTests {
    private func message(_ text: String) -> RPCMessage? {
        guard case .single(let message) = RPCBody(Array(text.utf8)) else { return nil }
        return message
    }

    @Test("Requests and notifications are told apart, with ids as clients have them")
    func kinds() {
        let none = JSONValue.object([])
        #expect(
            message(#"{"jsonrpc":"2.0","id":"1","method":"initialize"}"#)
                == .request(.text("1"), method: "initialize", parameters: none)
        )
        #expect(
            message(#"{"jsonrpc":"2.0","id":-7,"method":"ping","params":{}}"#)
                == .request(.number(-7), method: "ping", parameters: none)
        )
        #expect(
            message(#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#)
                == .request(.number(1), method: "ping", parameters: none)
        )
        #expect(
            message(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
                == .notification(method: "notifications/initialized", parameters: none)
        )
        #expect(message(#"{"jsonrpc":"2.0","id":1,"result":{}}"#) == .response)
        #expect(message(#"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}"#) == .response)
    }

    @Test(
        "What is no message says so, with the id if that could be read",
        arguments: [
            (#"{}"#, nil), (#"1"#, nil), (#""text""#, nil), (#"null"#, nil), (#"[]"#, nil),
            (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, .number(1)),
            (#"{"id":1,"method":"ping"}"#, .number(1)),
            (#"{"jsonrpc":"2.0","id":1}"#, .number(1)), (#"{"jsonrpc":"2.0","id":1,"method":2}"#, .number(1)),
            (#"{"jsonrpc":"2.0","id":"a","method":"m","params":[1]}"#, .text("a")),
            (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, nil),
            (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, nil),
            (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, nil),
            (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, nil),
            (#"{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"ping"}"#, nil),
        ] as [(String, RPCIdentifier?)]
    )
    func invalid(text: String, identifier: RPCIdentifier?) {
        #expect(message(text) == .invalid(identifier))
    }

    @Test(
        "What is no JSON, or too much of it, is malformed",
        arguments: [
            "", "{", "{bad", "NaN", #"{"a":NaN}"#, #"{"a":"\ud800"}"#, "\u{FEFF}{}", "{}{}",
            String(repeating: "[", count: 100_000),
            "[" + Array(repeating: "0", count: RPCBody.valuesMax).joined(separator: ",") + "]",
            #"{"a":["# + Array(repeating: "{}", count: RPCBody.valuesMax).joined(separator: ",") + "]}",
        ]
    )
    func malformed(text: String) { #expect(RPCBody(Array(text.utf8)) == .malformed) }

    @Test("As many values as may be are read, and bytes that are no UTF-8 are not")
    func bounds() {
        let most = Array(repeating: "0", count: RPCBody.valuesMax - 2).joined(separator: ",")
        #expect(message(#"{"a":["# + most + "]}") == .invalid(nil))
        #expect(RPCBody([0x22, 0xff, 0xfe, 0x22]) == .malformed)
        let long = String(repeating: "x", count: 257)
        #expect(message(#"{"jsonrpc":"2.0","id":"\#(long)","method":"ping"}"#) == .invalid(nil))
    }

    @Test("A batch has its messages in order, and not more than it may")
    func batches() {
        let ping = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
        let batch = { (count: Int) in
            RPCBody(Array(("[" + Array(repeating: ping, count: count).joined(separator: ",") + "]").utf8))
        }
        let one = RPCMessage.request(.number(1), method: "ping", parameters: .object([]))
        #expect(batch(RPCBody.batchMax) == .batch(Array(repeating: one, count: RPCBody.batchMax)))
        #expect(batch(RPCBody.batchMax + 1) == .single(.invalid(nil)))
        #expect(
            RPCBody(Array(#"[1,{"jsonrpc":"2.0","method":"n"}]"#.utf8))
                == .batch([.invalid(nil), .notification(method: "n", parameters: .object([]))])
        )
    }

    @Test("Damaged messages are never more than malformed or invalid", arguments: 1...4)
    func fuzz(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let whole = Array(
            #"{"jsonrpc":"2.0","id":"a1","method":"tools/call","params":{"name":"launchShell","arguments":{"x":[1,"é"]}}}"#
                .utf8
        )
        for _ in 0..<500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] = UInt8.random(in: .min ... .max, using: &generator)
            }
            switch RPCBody(bytes) {
            case .malformed: #expect((try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))) == nil)
            case .single(.request(_, _, let parameters)):
                _ = try? MCPToolCall(parameters).order()
            case .single, .batch: break
            }
        }
    }

    @Test("Errors and results have the form of JSON-RPC; what a stranger wrote stands in them as text")
    func answers() {
        let error = RPCError(.unknownMethod, "no \"method\"\n", data: .object([.init("a", .integer(1))]))
        #expect(
            String(decoding: error.json(for: .text("1")).encoded, as: UTF8.self)
                == #"{"jsonrpc":"2.0","id":"1","error":{"code":-32601,"message":"no \"method\"\n","data":{"a":1}}}"#
        )
        #expect(error.json(for: nil)["id"] == .null)
        #expect(
            String(decoding: RPCAnswer.json(.object([]), for: .number(3)).encoded, as: UTF8.self)
                == #"{"jsonrpc":"2.0","id":3,"result":{}}"#
        )
    }

    @Test("A handshake ends with the version that was asked for, or the newest that has one")
    func versions() {
        let ended = { (wanted: String) in
            MCPServerDescription.initialized(.object([.init("protocolVersion", .string(wanted))]))[
                "protocolVersion"
            ]
        }
        for name in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
            #expect(ended(name) == .string(name))
        }
        for name in ["2026-07-28", "1.0", ""] { #expect(ended(name) == .string("2025-11-25")) }
        #expect(MCPServerDescription.initialized(.object([]))["protocolVersion"]?.text == "2025-11-25")
        let data = MCPVersion.unsupported(String(repeating: "x", count: 1_000)).data
        #expect(data?["requested"]?.text?.count == 64)
    }

    @Test("Without handshake headers and body have to say the same")
    func metadata() throws {
        let check = { (version: String?, method: String?, name: String?, meta: String) throws in
            let body = #"{"name":"launchShell é","_meta":{\#(meta)}}"#
            let parameters = try JSONDecoder().decode(JSONValue.self, from: Data(body.utf8))
            try MCPMetadata(versionHeader: version ?? "", methodHeader: method, nameHeader: name)
                .check("tools/call", parameters)
        }
        let meta =
            #""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}"#
        let name = MCPMetadata.encoded("launchShell é")
        #expect(name == "=?base64?bGF1bmNoU2hlbGwgw6k=?=")
        try check("2026-07-28", "tools/call", name, meta)
        for (version, method, header, meta, code) in [
            ("2026-07-28", "tools/call", name, "", RPCError.Code.invalidParameters),
            (
                "2026-07-28", "tools/call", name, #""io.modelcontextprotocol/protocolVersion":"2026-07-28""#,
                .invalidParameters
            ),
            ("2025-11-25", "tools/call", name, meta, .headerMismatch),
            ("2026-07-28", nil, name, meta, .headerMismatch),
            ("2026-07-28", "tools/list", name, meta, .headerMismatch),
            ("2026-07-28", "tools/call", nil, meta, .headerMismatch),
            ("2026-07-28", "tools/call", "launchShell", meta, .headerMismatch),
            ("2026-07-28", "tools/call", "=?base64?!?=", meta, .headerMismatch),
            ("2026-07-28", "tools/call", "=?base64?=", meta, .headerMismatch),
        ] as [(String?, String?, String?, String, RPCError.Code)] {
            let error = #expect(throws: RPCError.self) { try check(version, method, header, meta) }
            #expect(error?.code == code)
        }
        for text in ["", "plain", " padded ", "=?base64?x?=", "a\nb", "ü"] {
            let parameters = JSONValue.object([
                .init("name", .string(text)),
                .init(
                    "_meta",
                    .object([
                        .init(MCPMetadata.version, .string("v")),
                        .init("io.modelcontextprotocol/clientCapabilities", .object([])),
                    ])
                ),
            ])
            try MCPMetadata(
                versionHeader: "v",
                methodHeader: "tools/call",
                nameHeader: MCPMetadata.encoded(text)
            )
            .check("tools/call", parameters)
        }
    }
}
