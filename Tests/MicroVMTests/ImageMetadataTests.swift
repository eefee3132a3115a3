import Domain
import Testing

@testable import MicroVM

@Suite("What a guest image tells of itself")
struct ImageMetadataTests {
    private static let whole = #"""
        {"runtimes":{"python":[{"name":"CPython","version":"3.11.2"}],"shell":[{"name":"bash","version":"5.2"}]},
         "packages":{"python":[{"name":"numpy","version":"1.24"},{"name":"pandas","version":"1.5"}],"shell":[]},
         "kernels":{"python":{"name":"python3","version":"8.5","projectUrl":"https://ipython.org","description":"IPython"}},
         "createdAt":"2026-11-21T10:00:00Z"}
        """#

    @Test("Runtimes, packages, kernels and the time are read; a shell has no kernel")
    func reading() throws {
        let metadata = try ImageMetadata(json: Self.whole)
        let python = try metadata.image(of: .python)
        #expect(python.runtimes == [.init(name: "CPython", version: "3.11.2")])
        #expect(python.packages.map(\.name) == ["numpy", "pandas"])
        #expect(python.kernel?.projectURL == "https://ipython.org")
        #expect(python.createdMilliseconds == 1_795_255_200_000)
        let shell = try metadata.image(of: .shell)
        #expect(shell.kernel == nil)
        #expect(shell.packages.isEmpty)
        #expect(throws: MicroVMError.self) { try metadata.image(of: .node) }
    }

    @Test(
        "What is broken is refused",
        arguments: ["", "[]", "{}", #"{"runtimes":{"python":3},"packages":{},"kernels":{},"createdAt":"x"}"#]
    )
    func broken(json: String) {
        let error = #expect(throws: MicroVMError.self) { _ = try ImageMetadata(json: json) }
        #expect(error?.code == .imageUnusable)
    }

    @Test("A folder without the file is told as such")
    func missing() async throws {
        let folder = TemporaryFolder()
        let error = await #expect(throws: MicroVMError.self) {
            _ = try await ImageMetadata.read(in: folder.path).get()
        }
        #expect(error?.code == .imageUnusable)
        try TextFile.write(Self.whole, to: folder.path + "/metadata.json")
        _ = try await ImageMetadata.read(in: folder.path).get().image(of: .python)
    }
}
