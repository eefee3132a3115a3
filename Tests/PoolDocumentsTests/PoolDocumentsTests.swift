import APIModel
import Domain
import PoolDocuments
import Testing

@Suite("Documents of pools")
struct PoolDocumentsTests {
    private static let secrets = SecretSource(
        file: { ["token.txt": "from a file\n", "empty": ""][$0] },
        variable: { ["TOKEN": "from the environment"][$0] }
    )

    private func read(_ text: String, _ parameters: [String: ParameterValue] = [:]) -> PoolDocuments {
        PoolDocuments([.init(name: "p.yaml", text: text, secrets: Self.secrets)], parameters: parameters)
    }

    @Test("YAML, JSON, lists, several documents and answers of the server are all the same pools")
    func forms() {
        let one = #"{"name":"orders","location":"local","properties":{"containerType":"Shell"}}"#
        let wanted = read(one).pools
        #expect(wanted.map(\.name.text) == ["orders"])
        for text in [
            "name: orders\nlocation: local\nproperties:\n  containerType: Shell\n",
            "---\n---\nname: orders\nlocation: local\nproperties: {containerType: Shell}\n---\n",
            "[\(one)]", #"{"value":[\#(one)]}"#, "\t" + one,
            #"{"$schema":"https://x/deploymentTemplate.json#","resources":[\#(one)]}"#,
            #"{"resources":{"symbol":\#(one)}}"#,
        ] {
            let found = read(text)
            #expect(found.problems == [], "\(text)")
            #expect(found.pools.map(\.name) == wanted.map(\.name), "\(text)")
            #expect(found.pools.first?.body["properties"] == wanted.first?.body["properties"], "\(text)")
        }
        let many = read("name: a-1\nlocation: x\n---\nname: b-1\nlocation: y\n")
        #expect(many.pools.map(\.name.text) == ["a-1", "b-1"])
        #expect(many.pools.map(\.place) == ["p.yaml, document 1", "p.yaml, document 2"])
    }

    @Test("Plain words are texts unless JSON has them")
    func scalars() throws {
        let text = "[no, yes, on, 010, 0x1F, 1_000, 12, 1.5, true, ~, '3', 2026-01-01, =, .inf]"
        guard case .array(let values)? = try DocumentTree.read("a: \(text)").first?["a"] else {
            Issue.record("no list")
            return
        }
        #expect(
            values == [
                .string("no"), .string("yes"), .string("on"), .string("010"), .string("0x1F"),
                .string("1_000"), .integer(12), .double(1.5), .boolean(true), .null, .string("3"),
                .string("2026-01-01"), .string("="), .string(".inf"),
            ]
        )
    }

    @Test(
        "What is wrong is said with its place",
        arguments: [
            (
                "name: orders\ntype: Microsoft.Web/sites",
                "p.yaml: it is of type Microsoft.Web/sites; Cloister has Microsoft.App/sessionPools only."
            ),
            ("location: x", "p.yaml: a session pool has a name."),
            ("name: 1x", "p.yaml: "),
            ("3", "p.yaml: a session pool is an object with name, location and properties."),
            ("", "p.yaml: there is no document in it."),
            ("a: b: c", "p.yaml: line 1: it is neither YAML nor JSON: "),
            ("name: a-1\nname: b-1", "p.yaml: line 1: name is given twice."),
            ("name: a-1\n---\nname: A-1", "p.yaml, document 2: p.yaml, document 1 has a pool "),
            ("id: /x/y", "p.yaml: id is like "),
            (
                "id: /subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools/a-1\nname: b-1",
                "p.yaml: its name is b-1, but its id says a-1."
            ),
            (
                "name: a-1\nproperties: {secrets: [{name: t, valueFrom: {file: gone}}]}",
                "p.yaml: the secret t: the file gone cannot be read."
            ),
            (
                "name: a-1\nproperties: {secrets: [{name: t, valueFrom: {env: GONE}}]}",
                "p.yaml: the secret t: the variable GONE is not set."
            ),
            (
                "name: a-1\nproperties: {secrets: [{name: t, value: x, valueFrom: {env: TOKEN}}]}",
                "p.yaml: the secret t has either value or valueFrom"
            ),
            (
                "name: a-1\nproperties: {secrets: [{name: t, valueFrom: {vault: x}}]}",
                "p.yaml: the secret t: valueFrom has file with a path, or env"
            ),
        ]
    )
    func mistakes(text: String, beginning: String) {
        let found = read(text)
        #expect(found.problems.count == 1, "\(found.problems)")
        #expect(found.problems.first?.hasPrefix(beginning) == true, "\(found.problems)")
    }

    @Test("One broken document does not hide the others' mistakes")
    func allMistakes() {
        let found = read("name: a-1\ntype: x\n---\nname: fine\n---\n- name: 1\n- {}\n")
        #expect(found.problems.count == 3)
        #expect(
            found.problems.map { $0.prefix { $0 != ":" } } == [
                "p.yaml, document 1", "p.yaml, document 3, resource 1", "p.yaml, document 3, resource 2",
            ]
        )
    }

    @Test("Anchors that would grow without end and endless depth are refused")
    func bombs() {
        var bomb = "a0: &a0 [x, y]\n"
        for level in 1...40 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        #expect(read(bomb).problems.first?.contains("more than 20000 values") == true)
        #expect(read("a: " + String(repeating: "[", count: 100_000)).problems.count == 1)
        #expect(read(String(repeating: "[", count: 100_000)).problems.count == 1)
    }

    @Test("Secrets come from files and variables")
    func secrets() throws {
        let text = """
            name: a-1
            properties:
              secrets:
                - {name: one, valueFrom: {file: token.txt}}
                - {name: two, valueFrom: {env: TOKEN}}
                - {name: three, value: here}
                - {name: four}
            """
        let found = read(text)
        #expect(found.problems == [])
        guard case .array(let secrets)? = found.pools.first?.body["properties"]?["secrets"] else {
            Issue.record("no secrets")
            return
        }
        #expect(secrets.map { $0["value"]?.text } == ["from a file", "from the environment", "here", nil])
        #expect(!secrets.contains { $0["valueFrom"] != nil })
    }

    @Test("A value that is given is a literal, and what is wrong with it is said without it")
    func givenValues() {
        let text = """
            {"parameters": {"tag": {"type": "securestring"}, "most": {"type": "int", "defaultValue": 7}},
             "resources": [{"type": "Microsoft.App/sessionPools", "name": "orders", "location": "x",
               "tags": {"a": "[parameters('tag')]"}}]}
            """
        for value in ["[parameters('most')]", "[concat('a')]", "[[x]", "[", "plain"] {
            let file = try? PoolDocuments.parameters(#"{"parameters": {"tag": {"value": "\#(value)"}}}"#)
            for given in [["tag": ParameterValue.text(value)], file ?? [:]] {
                let found = read(text, given)
                #expect(found.problems == [], "\(value)")
                #expect(found.pools.first?.body["tags"]?["a"] == .string(value), "\(value)")
            }
        }
        let problems = read(text, ["tag": .text("a"), "most": .text("s3cret")]).problems
        #expect(problems.contains { $0.contains("most") })
        #expect(!problems.contains { $0.contains("s3cret") })
    }

    @Test("A template's parameters and variables stand for their values")
    func template() throws {
        let text = #"""
            {"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
             "parameters": {"name": {"type": "string"}, "most": {"type": "int", "defaultValue": 7},
                            "kind": {"type": "string", "defaultValue": "Shell", "allowedValues": ["Shell", "NodeLTS"]}},
             "variables": {"place": "[parameters('kind')]", "scale": {"maxConcurrentSessions": "[parameters('most')]"}},
             "resources": [
               {"type": "Microsoft.App/sessionPools", "apiVersion": "2025-07-01", "name": "[parameters('name')]",
                "location": "[[literal]", "dependsOn": ["[resourceId('x')]"],
                "properties": {"containerType": "[variables('place')]", "scaleConfiguration": "[variables('scale')]"}},
               {"type": "Microsoft.App/sessionPools", "condition": false, "name": "unwanted"}]}
            """#
        let found = read(text, ["Name": .text("orders"), "most": .text("9")])
        #expect(found.problems == [])
        #expect(found.pools.map(\.name.text) == ["orders"])
        let body = try #require(found.pools.first?.body)
        #expect(body["location"] == .string("[literal]"))
        #expect(body["properties"]?["containerType"] == .string("Shell"))
        #expect(body["properties"]?["scaleConfiguration"]?["maxConcurrentSessions"] == .integer(9))
        #expect(body["apiVersion"] == nil && body["dependsOn"] == nil)
        let file = try PoolDocuments.parameters(
            #"{"parameters": {"name": {"value": "from-file"}, "most": {"value": 3}}}"#
        )
        #expect(read(text, file).pools.map(\.name.text) == ["from-file"])
        for (parameters, part) in [
            ([:], "the parameter name has no value; give it one with --parameters name=…"),
            (
                ["name": ParameterValue.text("a-1"), "most": .text("many")],
                "is of type int, and what was given is not"
            ),
            (["name": .text("a-1"), "kind": .text("Ruby")], #"is one of: "Shell", "NodeLTS""#),
            (["name": .text("a-1"), "nmae": .text("x")], "no template has a parameter nmae"),
        ] {
            #expect(read(text, parameters).problems.contains { $0.contains(part) }, "\(part)")
        }
        for (expression, part) in [
            ("[concat('a', 'b')]", "the expression [concat('a', 'b')] is not supported"),
            ("[parameters('gone')]", "there is no parameter gone"),
            ("[variables('loop')]", "leads to itself"),
            ("[resourceGroup().location]", "is not supported"),
        ] {
            let text =
                #"{"variables": {"loop": "[variables('loop')]"}, "resources": [{"name": "a-1", "location": "\#(expression)"}]}"#
            #expect(read(text).problems.first?.contains(part) == true, "\(read(text).problems)")
        }
        #expect(read(#"{"resources": [], "functions": []}"#).problems.count == 1)
    }

    @Test("Outside of templates a bracket is a bracket")
    func literal() {
        #expect(
            read("name: a-1\ntags: {x: '[parameters(1)]'}").pools.first?.body["tags"]?["x"]
                == .string("[parameters(1)]")
        )
    }
}
