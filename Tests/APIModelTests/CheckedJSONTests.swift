import APIModel
import FoundationEssentials
import SeededRandomness
import Testing

@Suite struct CheckedJSONTests {
    @Test(
        arguments: [
            ("0", "0", .number), ("-0", "-0", .number), ("42", "42", .number),
            ("-1.5e+300", "-1.5e+300", .number),
            ("1E5", "1E5", .number),
            ("123456789012345678901234567890", "123456789012345678901234567890", .number),
            ("true", "true", .boolean), ("false", "false", .boolean), ("null", "null", .null),
            ("NaN", "null", .nonFinite), ("Infinity", "null", .nonFinite), ("-Infinity", "null", .nonFinite),
            (#""""#, #""""#, .string),
            (#""a\n\"\\\/é😀\u00e9\ud83d\ude00""#, #""a\n\"\\\/é😀\u00e9\ud83d\ude00""#, .string),
            ("[]", "[]", .collection), ("{}", "{}", .collection), (" [ 1 , 2 ] ", "[1,2]", .collection),
            ("[1, NaN, -Infinity]", "[1,null,null]", .collection),
            (#"{ "a" : [ { } , [ ] ] , "b" : "}" }"#, #"{"a":[{},[]],"b":"}"}"#, .collection),
            ("\t\r\n1\n", "1", .number), (#"{"a":1,"a":2}"#, #"{"a":1,"a":2}"#, .collection),
        ] as [(String, String, CheckedJSON.Kind)]
    )
    func `JSON is let through without space and with null for what has no JSON form`(
        text: String,
        expected: String,
        kind: CheckedJSON.Kind
    ) throws {
        let json = try #require(CheckedJSON(text))
        #expect(String(decoding: json.bytes, as: UTF8.self) == expected)
        #expect(json.kind == kind)
    }

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "nan", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x10", "1 2",
        "--1",
        "\"", "\"abc", "\"\t\"", #""\x""#, #""\u12""#, #""\u12g4""#, #""\ud800""#, #""\ud800x""#,
        #""\ud800\u0041""#,
        #""\udc00""#, #""\"#, "'a'", "[", "]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{]", "[}",
        "{\"a\"", "{\"a\":",
        "{\"a\":1", "{\"a\":1,", "{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{,}",
        "[]]", "{}{}",
        "-Infinit", "Infinity1", "// c\n1", "\u{FEFF}1", "1\u{0}",
    ])
    func `What is not JSON is refused`(text: String) {
        #expect(CheckedJSON(text) == nil)
    }

    @Test func `Nesting is let through up to the limit and refused beyond, without regard to its kind`() {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            let inner = open == "[" ? "" : "1"
            func nested(_ depth: Int) -> String {
                String(repeating: open, count: depth) + inner + String(repeating: close, count: depth)
            }
            #expect(CheckedJSON(nested(CheckedJSON.nestingLimit)) != nil)
            #expect(CheckedJSON(nested(CheckedJSON.nestingLimit + 1)) == nil)
            #expect(CheckedJSON(String(repeating: open, count: 1_000_000)) == nil)
        }
    }

    @Test func `A number that readers would choke on is refused`() {
        #expect(CheckedJSON(String(repeating: "9", count: CheckedJSON.numberLimit)) != nil)
        #expect(CheckedJSON(String(repeating: "9", count: CheckedJSON.numberLimit + 1)) == nil)
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func
        `Whatever is let through is read by another parser, and valid JSON with a byte changed never crashes`(
            seed: UInt64
        ) throws
    {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "{", "}", "[", "]", ",", ":", #""a""#, #""\u00e9""#, "1", "-2.5e3", "true", "null", "NaN", " ",
            "\\", "\"",
        ]
        let seeds = [#"{"a":[1,2,{"b":"c\n"}],"d":null}"#, #"[[],{},"x",-1e5,true]"#]
        for _ in 0..<300 {
            let text: String
            if Bool.random(using: &generator) {
                let count = Int.random(in: 1...12, using: &generator)
                text = (0..<count).map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
            } else {
                var bytes = Array((seeds.randomElement(using: &generator) ?? "").utf8)
                let index = Int.random(in: bytes.indices, using: &generator)
                bytes[index] = UInt8.random(in: 0...127, using: &generator)
                text = String(decoding: bytes, as: UTF8.self)
            }
            guard let json = CheckedJSON(text) else { continue }
            #expect(throws: Never.self, "seed \(seed): \(text)") {
                try JSONDecoder().decode(JSONValue.self, from: Data(json.bytes))
            }
        }
    }
}

@Suite struct JSONValueTests {
    @Test func `Every kind of value is written as JSON`() {
        let value = JSONValue.object([
            .init("null", .null), .init("yes", .boolean(true)), .init("count", .integer(-3)),
            .init("half", .double(0.5)), .init("endless", .double(.infinity)),
            .init("list", .array([.string("a"), .array([])])), .init("none", .object([])),
        ])
        let expected =
            #"{"null":null,"yes":true,"count":-3,"half":0.5,"endless":null,"list":["a",[]],"none":{}}"#
        #expect(String(decoding: value.encoded, as: UTF8.self) == expected)
    }

    @Test func `Every character of a string comes back from another parser`() throws {
        let controls = String(String.UnicodeScalarView((0..<0x80).compactMap { UnicodeScalar(UInt8($0)) }))
        for text in [controls, "\"\\/", "é😀\u{2028}\u{FFFD}", ""] {
            let bytes = JSONValue.array([.string(text)]).encoded
            #expect(try JSONDecoder().decode([String].self, from: Data(bytes)) == [text])
        }
    }

    @Test func `A value that is read keeps its types and sorts its members`() throws {
        let text = #"{"b":[1,1.5,"x",null,true],"a":{"c":{}}}"#
        let value = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        #expect(
            value
                == .object([
                    .init("a", .object([.init("c", .object([]))])),
                    .init("b", .array([.integer(1), .double(1.5), .string("x"), .null, .boolean(true)])),
                ])
        )
        #expect(value["a"]?["c"] == .object([]))
        #expect(value["z"] == nil)
    }
}
