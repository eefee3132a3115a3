import Domain
import Foundation
import Testing

@Suite("The catalogue of failures")
struct ErrorsDocumentTests {
    private static let document = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/errors.md")

    /// The document as the catalogue wants it.
    private static var generated: String {
        let rows = FailureCode.all.map { "| `\($0.name)` | \($0.httpStatus) | \($0.meaning) |" }
        return """
            # Errors

            Every failure that leaves Cloister has one of these codes, in `error.code` and in the header
            `x-ms-error-code`. Code that fails is not among them: it is the outcome of an execution.

            Generated from `FailureCode` (`Sources/Domain/FailureCode.swift`); do not edit. A test compares
            both; `CLOISTER_UPDATE=1 swift test --filter DomainTests` writes it anew.

            | Code | HTTP status | Meaning |
            | --- | --- | --- |
            \(rows.joined(separator: "\n"))

            """
    }

    @Test("docs/errors.md is what the catalogue says")
    func documentIsCurrent() throws {
        let wanted = Self.generated
        if ProcessInfo.processInfo.environment["CLOISTER_UPDATE"] == "1" {
            try FileManager.default.createDirectory(
                at: Self.document.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try wanted.write(to: Self.document, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOf: Self.document, encoding: .utf8)
        #expect(written == wanted, "Run CLOISTER_UPDATE=1 swift test --filter DomainTests and commit it.")
    }

    @Test("Names are unique, have a status that HTTP knows as a failure, and are found again")
    func catalogue() {
        #expect(Set(FailureCode.all.map(\.name)).count == FailureCode.all.count)
        for code in FailureCode.all {
            #expect((400...599).contains(code.httpStatus), "\(code.name)")
            #expect(code.meaning.hasSuffix("."), "\(code.name): a sentence ends with a full stop.")
            #expect(!code.meaning.contains("|"), "\(code.name): would break the table.")
            #expect(FailureCode.named(code.name) == code)
        }
        #expect(FailureCode.named("NoSuchCode") == nil)
    }

    @Test("Every code that is declared stands in the catalogue")
    func catalogueIsComplete() throws {
        let source = Self.document.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/Domain/FailureCode.swift")
        let text = try String(contentsOf: source, encoding: .utf8)
        let declared = text.split(separator: "\n").filter {
            $0.contains("static let") && $0.contains("= Self(")
        }
        #expect(declared.count == FailureCode.all.count)
    }

    @Test("A failure reads as its code and its sentence")
    func description() {
        #expect(
            Failure(.notFound, "There is no such route.").description == "NotFound: There is no such route."
        )
    }
}
