import Testing

/// Each rule on small pieces of code: a rule that cannot fail keeps nothing tidy.
@Suite("The checkers themselves")
struct CheckerTests {
    private func source(_ text: String, path: String = "Sources/Domain/Sample.swift") -> SwiftSource {
        SwiftSource(path: path, text: text)
    }

    private func lines(_ violations: [Violation]) -> [Int] { violations.map(\.line) }

    private func documentation(_ text: String, inherited: Set<String> = []) -> [Int] {
        lines(DocumentationRule.check(source(text), inherited: inherited))
    }

    @Test("Strings, with what is inside of them, and comments are no code")
    func lexing() {
        let sample = source(
            """
            let a = "try! \\(f("}") + "{") //" // try! here
            /* try! /* nested */ { */ let b = #"raw " \\( "# // done
            let c = \"""
                fatalError( "quoted" \\(d { 1 })
                \"""
            let e = 1
            """
        )
        let words = sample.tokens.map(\.text)
        #expect(words == ["let", "a", "=", "let", "b", "=", "let", "c", "=", "let", "e", "=", "1"])
        #expect(sample.tokens.last?.line == 6)
        #expect(sample.comments[1] == "// try! here")
        #expect(sample.comments[2] == "// done")
        #expect(sample.lineCount == 6)
        #expect(source("a\n\nb\n").lineCount == 3)
    }

    @Test("An import that the table does not allow is found, whatever stands before it")
    func forbiddenImports() {
        let text = """
            import Domain
            @preconcurrency package import Foundation
            internal import struct Worker.Sandbox
            // import Store
            let text = "import API"
            """
        let allowed = source(text, path: "Sources/HashRing/Sample.swift")
        #expect(ImportRule.imports(of: allowed).map(\.module) == ["Domain", "Foundation", "Worker"])
        #expect(lines(ImportRule.check(allowed)) == [2, 3])
        #expect(ImportRule.check(source(text, path: "Tests/HashRingTests/Sample.swift")).isEmpty)
    }

    @Test("The forbidden neighbours are forbidden")
    func neighbours() {
        let pairs = [
            ("Coordinator", "Worker"), ("Worker", "Coordinator"), ("Coordinator", "MicroVM"),
            ("Worker", "HashRing"),
            ("Worker", "Store"), ("Worker", "API"), ("Transport", "Wire"), ("GuestAgent", "Foundation"),
            ("Domain", "FoundationEssentials"), ("Lifecycle", "Dispatch"), ("API", "MicroVM"),
        ]
        for (target, module) in pairs {
            let sample = source("import \(module)", path: "Sources/\(target)/Sample.swift")
            #expect(lines(ImportRule.check(sample)) == [1], "\(target) -> \(module)")
        }
    }

    @Test("A target that is not in the table fails with a sentence that says what to do")
    func unknownTarget() {
        let violations = ImportRule.check(source("", path: "Sources/Novelty/Sample.swift"))
        #expect(
            violations.map(\.description) == [
                "Sources/Novelty/Sample.swift:1: imports: the target Novelty is not in the table; "
                    + "add it to architecture.md and ImportRule.table"
            ]
        )
    }

    @Test("The table has no circles")
    func noCircles() {
        func reaches(_ start: String, _ goal: String, _ seen: Set<String> = []) -> Bool {
            guard !seen.contains(start), let entry = ImportRule.table[start] else { return false }
            return entry.ours.contains { $0 == goal || reaches($0, goal, seen.union([start])) }
        }
        for target in ImportRule.table.keys { #expect(!reaches(target, target), "\(target) imports itself") }
    }

    @Test("A @testable import is found in the product only")
    func testable() {
        #expect(lines(ImportRule.checkTestable(source("\n@testable import Wire"))) == [2])
        let test = source("@testable import Wire", path: "Tests/WireTests/Sample.swift")
        #expect(ImportRule.checkTestable(test).isEmpty)
    }

    @Test("A file of 400 lines passes, one of 401 does not")
    func fileLength() {
        #expect(SizeRules.checkFile(source(String(repeating: "\n", count: 400))).isEmpty)
        #expect(lines(SizeRules.checkFile(source(String(repeating: "\n", count: 401)))) == [401])
        #expect(lines(SizeRules.checkFile(source(String(repeating: "\n", count: 400) + "x"))) == [401])
    }

    @Test(
        "A function of 70 lines passes, one of 71 does not",
        arguments: [
            "func long() {", "init?(_ a: Int = { 1 }()) throws(Failure) {", "deinit {", "var long: [Int] {",
            "subscript(index: Int) -> Int {", "static func < (a: A, b: B) -> Bool {",
            "func long<T>(t: T) where T: P {",
        ]
    )
    func functionLength(signature: String) {
        func function(_ inner: Int) -> SwiftSource {
            source("struct S {\n\(signature)\n" + String(repeating: "f { 1 }\n", count: inner) + "}\n}\n")
        }
        #expect(SizeRules.checkFunctions(function(68)).isEmpty)
        #expect(lines(SizeRules.checkFunctions(function(69))) == [2])
    }

    @Test("Signatures over several lines count; requirements, calls and constants have no body")
    func functionBodies() {
        let filling = String(repeating: "f()\n", count: 80)
        let long =
            "func long(\n    a: Int,\n    b: Int\n) async throws(E)\n    -> Int\nwhere A: B {\n\(filling)}\n"
        #expect(lines(SizeRules.checkFunctions(source(long))) == [1])
        let none =
            "protocol P {\n    func a()\n    init(b: Int)\n    var c: Int { get }\n}\nlet d = {\n\(filling)}\n"
        #expect(SizeRules.checkFunctions(source(none)).isEmpty)
        #expect(SizeRules.checkFunctions(source("let a = S.init(1)\nstruct T {\n\(filling)}\n")).isEmpty)
    }

    @Test("Names that say nothing are found in files and types, whole words only")
    func names() {
        for path in ["SessionManager", "String+Utils", "helpers", "Common", "shared-state"] {
            #expect(NameRule.check(source("", path: "Sources/Domain/\(path).swift")).count == 1, "\(path)")
        }
        #expect(
            lines(NameRule.check(source("struct A {}\nenum MiscTools {}\nactor PoolManager {}"))) == [2, 3]
        )
        #expect(
            NameRule.check(source("struct CommonerRight {}\nlet isShared = 1\nenum Sharedness {}")).isEmpty
        )
        #expect(NameRule.words(of: "HTTPServer+Topic") == ["HTTPServer", "Topic"])
    }

    @Test(
        "Unsafe constructs need a reason, and a target that touches C",
        arguments: [
            "final class C: @unchecked Sendable {}", "nonisolated(unsafe) var a = 1", "let b = unsafe f()",
            "unsafeBitCast(a, to: B.self)", "Unmanaged.passRetained(a)",
        ]
    )
    func safety(code: String) {
        let inC = "Sources/Transport/Sample.swift"
        #expect(lines(SafetyRules.check(source(code, path: inC))) == [1])
        #expect(SafetyRules.check(source("// SAFETY: one thread.\n" + code, path: inC)).isEmpty)
        let far = "// SAFETY: one thread.\n" + String(repeating: "f()\n", count: 9)
        #expect(lines(SafetyRules.check(source(far + code, path: inC))) == [11])
        let long = "// SAFETY: one thread,\n" + String(repeating: "// and more,\n", count: 12)
        #expect(SafetyRules.check(source(long + code, path: inC)).isEmpty)
        #expect(
            lines(SafetyRules.check(source("// SAFETY: no.\n" + code))) == [2],
            "Domain does not touch C."
        )
        #expect(SafetyRules.check(source("let text = \"@unchecked Sendable\" // unsafe")).isEmpty)
    }

    @Test("Calls that end the process or write past the log are found")
    func calls() {
        let text =
            "let a = try! f()\nfatalError(\"x\")\nprint(1)\ndump(a)\nlog.print(1)\nfunc print() {}\nlet b = try? f()\nlet c = try !f()"
        #expect(lines(SafetyRules.checkCalls(source(text))) == [1, 2, 3, 4])
        #expect(
            lines(SafetyRules.checkCalls(source(text, path: "Sources/cloister/Sample.swift"))) == [1, 2, 4]
        )
        #expect(SafetyRules.checkCalls(source(text, path: "Tests/WireTests/Sample.swift")).isEmpty)
    }

    @Test(
        "A declaration for other targets without documentation is found",
        arguments: [
            "package struct A {}", "package static func a() {}", "package init(a: Int) {}",
            "public let a = 1",
            "package private(set) var a = 1", "package nonisolated(unsafe) var a = 1",
            "package typealias A = B",
            "package final class A {}", "package class func a() {}", "package indirect enum A {}",
        ]
    )
    func undocumented(declaration: String) {
        #expect(documentation("\n" + declaration) == [2])
        #expect(documentation("/// Says it.\n" + declaration).isEmpty)
        #expect(documentation("/// Says it.\n@discardableResult\n@concurrent\n" + declaration).isEmpty)
        #expect(documentation("// Says nothing.\n" + declaration) == [2])
    }

    @Test("Requirements of protocols and cases of enumerations are to be documented as well")
    func undocumentedMembers() {
        #expect(
            documentation("/// P.\npackage protocol P {\n    func a()\n    /// B.\n    var b: Int { get }\n}")
                == [3]
        )
        #expect(documentation("/// E.\npackage enum E {\n    case a\n    /// B.\n    case b\n}") == [3])
        #expect(
            documentation(
                "/// E.\npackage enum E {\n    func f() {\n        switch self {\n        case a: 1\n        }\n    }\n}"
            ).isEmpty
        )
        #expect(documentation("enum E {\n    case a\n}\nprotocol P {\n    func a()\n}").isEmpty)
    }

    @Test("Witnesses, operators, imports, extensions and things named so need no documentation")
    func exempt() {
        let text = """
            package import Domain
            package var description: String { "" }
            package func hash(into hasher: inout Hasher) {}
            package static func == (a: Self, b: Self) -> Bool { true }
            package init(from decoder: any Decoder) throws {}
            let a = .package(url: "")
            package func pool(named name: Int, _ more: [Int]) {}
            """
        #expect(documentation(text) == [7])
        let protocolText =
            "/// P.\npackage protocol P {\n    /// A.\n    func pool(named name: Int, _: [Int])\n}"
        let inherited = DocumentationRule.requirements(of: source(protocolText))
        #expect(inherited == ["func pool(named:_:)"])
        #expect(documentation(text, inherited: inherited).isEmpty)
    }

    @Test("Empty folders and folders that no target builds are found")
    func folders() {
        let empty = FolderRule.check(
            folders: ["Sources/A", "Sources/B", "Sources/B/C"],
            files: ["Sources/B/C/d.swift"]
        )
        #expect(empty.map(\.path) == ["Sources/A"])
        let forgotten = FolderRule.checkTargets(
            folders: ["Sources", "Sources/A", "Sources/B", "Sources/A/C"],
            manifest: ".target(name: \"A\")"
        )
        #expect(forgotten.map(\.path) == ["Sources/B"])
    }

    @Test("A violation names the file, the line and the rule")
    func description() {
        let violation = Violation(source(""), 7, rule: "calls", "try! is not for the product")
        #expect(violation.description == "Sources/Domain/Sample.swift:7: calls: try! is not for the product")
    }
}
