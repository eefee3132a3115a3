import Foundation
import Testing

@Suite("What tools say of the repository")
struct ToolTests {
    @Test("swift-format has nothing to complain of")
    func lint() throws {
        let result = try Tool.run([
            "swift", "format", "lint", "--strict", "-r", "Sources", "Tests", "Package.swift",
        ])
        #expect(result.status == 0, "file:line: format:\n\(result.output)")
    }

    @Test(
        "The C code of the messages is what protoc-c makes of Protos/",
        .enabled(
            if: Tool.exists("protoc-c"),
            "protoc-c is not installed (apt-get install protobuf-c-compiler)"
        )
    )
    func generatedCode() throws {
        let made = FileManager.default.temporaryDirectory.appending(path: "tidy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: made) }
        let protos = try Repository.files(below: ["Protos"]).filter { $0.hasSuffix(".proto") }
        #expect(!protos.isEmpty)
        let result = try Tool.run(["protoc-c", "--proto_path=Protos", "--c_out=\(made.path)"] + protos)
        try #require(result.status == 0, "\(result.output)")
        for proto in protos {
            let stem = String(proto.dropFirst("Protos/".count).dropLast(".proto".count))
            for (ending, folder) in [(".pb-c.c", "Sources/CWire/"), (".pb-c.h", "Sources/CWire/include/")] {
                let fresh = try String(contentsOf: made.appending(path: stem + ending), encoding: .utf8)
                let committed = try? Repository.text(of: folder + stem + ending)
                #expect(
                    committed == fresh,
                    "\(folder + stem + ending):1: generated code: not current; run deploy/generate-wire"
                )
            }
        }
        let committed = try Repository.files(below: ["Sources/CWire"]).filter { $0.hasSuffix(".pb-c.c") }
        #expect(committed.count == protos.count, "Sources/CWire holds code of a message file that is gone.")
    }

    @Test("Shell scripts are well-formed")
    func shellScripts() throws {
        for script in try Repository.shellScripts() {
            let result = try Tool.run(["bash", "-n", script])
            #expect(result.status == 0, "\(script): shell: \(result.output)")
        }
    }
}
