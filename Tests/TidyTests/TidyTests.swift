import Foundation
import Testing

/// The house's rules (architecture.md, style.md) against everything in the repository.
@Suite("The rules of the house")
struct TidyTests {
    private func expectNone(
        _ violations: [Violation],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for violation in violations {
            Issue.record(Comment(rawValue: violation.description), sourceLocation: sourceLocation)
        }
    }

    private func checkAll(
        _ rule: (SwiftSource) -> [Violation],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let sources = try Repository.swiftSources()
        #expect(
            sources.count > 20,
            "The walk over the sources found next to nothing.",
            sourceLocation: sourceLocation
        )
        expectNone(sources.flatMap(rule), sourceLocation: sourceLocation)
    }

    @Test("Targets import only what the table of the architecture allows")
    func imports() throws { try checkAll(ImportRule.check) }

    @Test("No file of the product has a @testable import")
    func testableImports() throws { try checkAll(ImportRule.checkTestable) }

    @Test("Files have at most 400 lines")
    func fileLength() throws { try checkAll(SizeRules.checkFile) }

    @Test("Functions have at most 70 lines")
    func functionLength() throws { try checkAll(SizeRules.checkFunctions) }

    @Test("No file and no type has a name that says nothing")
    func names() throws { try checkAll(NameRule.check) }

    @Test("What the compiler cannot check stands only where C is touched, with a SAFETY comment")
    func safety() throws { try checkAll(SafetyRules.check) }

    @Test("The product does not call try!, fatalError or print")
    func calls() throws { try checkAll(SafetyRules.checkCalls) }

    @Test("Everything that another target sees is documented")
    func documentation() throws {
        let inherited = try Repository.swiftSources().map(DocumentationRule.requirements)
        let all = inherited.reduce(into: Set()) { $0.formUnion($1) }
        try checkAll { DocumentationRule.check($0, inherited: all) }
    }

    @Test("No folder of the sources and tests is empty")
    func emptyFolders() throws {
        let files = try Repository.files(below: ["Sources", "Tests"])
        let folders = try Repository.folders(below: ["Sources", "Tests"])
        expectNone(FolderRule.check(folders: folders, files: files))
    }

    @Test("Every folder of the sources is a target in the manifest")
    func targets() throws {
        let folders = try Repository.folders(below: ["Sources"])
        expectNone(
            FolderRule.checkTargets(folders: folders, manifest: try Repository.text(of: "Package.swift"))
        )
    }
}
