import Domain
import Glibc
import Synchronization
import Testing
import Wire

@testable import MicroVM

@Suite("Copies of templates", .timeLimit(.minutes(1)))
struct TemplateCopyTests {
    private static let shape = MachineShape(
        accelerator: .tcg,
        memoryMiB: 8,
        virtualCPUs: 1,
        diskMiB: 16,
        timestampKilohertz: 1
    )

    private let folder = TemporaryFolder()

    /// Another worker, which sends what is asked or something else.
    private final class PlayedSource: TemplateSource {
        private let store: TemplateStore
        private let change: @Sendable (UInt32, [UInt8]) throws(MicroVMError) -> [UInt8]
        let asked = Mutex<[UInt32]>([])

        init(
            _ store: TemplateStore,
            _ change: @escaping @Sendable (UInt32, [UInt8]) throws(MicroVMError) -> [UInt8] = { $1 }
        ) {
            self.store = store
            self.change = change
        }

        func piece(
            _ name: TemplatePieceName,
            by deadline: ContinuousClock.Instant
        ) async throws(MicroVMError) -> [UInt8] {
            asked.withLock { $0.append(name.number) }
            return try change(name.number, try await store.piece(name))
        }
    }

    private func description(_ text: String = "one") throws -> TemplateDescription {
        for name in ["kernel", "initramfs", "root.squashfs"] {
            try TextFile.write("x", to: folder.path + "/" + name)
        }
        try TextFile.write(text, to: folder.path + "/manifest")
        let facts = try #require(FileFacts(of: "/bin/true"))
        return TemplateDescription(
            shape: Self.shape,
            runtime: .python,
            qemu: QEMUInstallation(path: "/bin/true", version: "7", facts: facts),
            image: try GuestImage(directory: folder.path)
        )
    }

    private var store: TemplateStore { TemplateStore(directory: folder.path + "/templates") }

    /// A store that has a template: text in four places of three pieces, and a state of one.
    private func filled(_ description: TemplateDescription) async throws -> TemplateStore {
        _ = try await store.template(description, shape: Self.shape, progress: { _ in }) {
            let memory = try MemoryFile(named: "test", bytes: Self.shape.memoryBytes)
            for place in [0, 4_097, 3 << 20, (8 << 20) - 5] { pwrite(memory.descriptor, "hello", 5, place) }
            let state = try MemoryFile(named: "test", bytes: 0)
            write(state.descriptor, "state", 5)
            try memory.seal()
            try state.seal()
            return Template.Content(memory: memory, state: state)
        }
        return store
    }

    private func copy(_ source: PlayedSource, _ description: TemplateDescription) -> TemplateCopy {
        TemplateCopy(source: source, description: description, shape: Self.shape)
    }

    @Test("A copy is the template byte for byte; what is zero is not asked for and takes no room")
    func whole() async throws {
        let description = try description()
        let source = PlayedSource(try await filled(description))
        let content = try #require(try await copy(source, description).madeIfPossible { _ in })
        #expect(source.asked.withLock { $0.sorted() } == [0, 1, 2, 3, 4])
        var expected = [UInt8](repeating: 0, count: Int(Self.shape.memoryBytes))
        for place in [0, 4_097, 3 << 20, (8 << 20) - 5] {
            expected.replaceSubrange(place..<(place + 5), with: "hello".utf8)
        }
        #expect(try TemplatePieces.read(content.memory.descriptor, at: 0, count: expected.count) == expected)
        #expect(try TemplatePieces.read(content.state.descriptor, at: 0, count: 5) == Array("state".utf8))
        var status = stat()
        fstat(content.memory.descriptor, &status)
        #expect(status.st_blocks * 512 == 4 * 4_096)
        #expect(pwrite(content.memory.descriptor, "x", 1, 0) < 0, "it is sealed")
    }

    @Test("A byte that was changed on the disk of the other worker is found, and there is no copy")
    func damaged() async throws {
        let description = try description()
        let store = try await filled(description)
        for name in ["memory", "state"] {
            let path = "\(store.directory)/\(description.name)/\(name)"
            let file = open(path, O_RDWR)
            defer { close(file) }
            pwrite(file, "H", 1, 0)
            let said = Mutex<[String]>([])
            let content = try await copy(PlayedSource(store), description).madeIfPossible { line in
                said.withLock { $0.append(line) }
            }
            #expect(content == nil)
            #expect(said.withLock { $0.contains { $0.contains("hash") } })
            pwrite(file, name == "memory" ? "h" : "s", 1, 0)
        }
        #expect(try await copy(PlayedSource(store), description).madeIfPossible { _ in } != nil, "repaired")
    }

    @Test(
        "Pieces that are too short, too long, of another place or missing make no copy",
        arguments: ["short", "long", "swapped", "missing"]
    )
    func hostile(kind: String) async throws {
        let description = try description()
        let store = try await filled(description)
        let source = PlayedSource(store) { number, content throws(MicroVMError) in
            guard number == 2 else { return content }
            switch kind {
            case "short": return Array(content.dropLast())
            case "long": return content + [0]
            case "swapped": return Array(content.reversed())
            default: throw MicroVMError(.templateUnusable, "It is gone.")
            }
        }
        #expect(try await copy(source, description).madeIfPossible { _ in } == nil)
    }

    @Test("A template of another description is no copy, whatever its name, and nor is one of another size")
    func otherDescription() async throws {
        let wanted = try description()
        let store = try await filled(wanted)
        let source = PlayedSource(store) { number, content in
            number == 0 ? content.dropLast() + [0x7A] : content
        }
        #expect(try await copy(source, wanted).madeIfPossible { _ in } == nil)
        let greater = PlayedSource(store) { number, content in
            let text = String(decoding: content, as: UTF8.self)
            return number == 0
                ? Array(text.replacing("memory 8388608", with: "memory 9388608").utf8) : content
        }
        #expect(try await copy(greater, wanted).madeIfPossible { _ in } == nil)
        #expect(greater.asked.withLock { $0 } == [0])
        let nobody = PlayedSource(TemplateStore(directory: folder.path + "/empty"))
        #expect(try await copy(nobody, wanted).madeIfPossible { _ in } == nil)
    }

    @Test("One whose copying is cancelled boots no guest instead")
    func cancelled() async throws {
        let description = try description()
        let source = PlayedSource(store) { _, _ throws(MicroVMError) in throw MicroVMError(.cancelled, "over")
        }
        _ = try await filled(description)
        let error = await #expect(throws: MicroVMError.self) {
            try await copy(source, description).madeIfPossible { _ in }
        }
        #expect(error?.code == .cancelled)
    }

    @Test(
        "A manifest that is not in order is none",
        arguments: [
            "memory 0 5 D\nmemory 4 5 D", "memory 5 5 D\nmemory 0 5 D", "memory 0 0 D", "memory 0 1048577 D",
            "memory 96 5 D", "memory 100 1 D", "state 0 5 D\nmemory 0 5 D", "disk 0 5 D", "memory 0 5 d0",
            "memory -1 5 D", "memory 18446744073709551615 5 D", "memory 0 5", "",
        ]
    )
    func manifests(lines: String) {
        let digest = String(repeating: "0", count: 64)
        func manifest(_ lines: String) -> TemplateManifest? {
            let count = lines.split(separator: "\n", omittingEmptySubsequences: false).count
            let pieces = lines.replacing("D", with: digest)
            return TemplateManifest(
                text: "cloister-template 1\nmemory 100\nstate 50\npieces \(count)\n\(pieces)\nabout\nit"
            )
        }
        #expect(manifest(lines) == nil)
        let sound = manifest("memory 0 5 D\nmemory 5 95 D\nstate 10 40 D")
        #expect(sound?.description == "about\nit")
        #expect(sound.flatMap { TemplateManifest(text: $0.text) } == sound)
        #expect(sound?.piece(3)?.file == .state && sound?.piece(0) == nil && sound?.piece(4) == nil)
    }

    @Test("No name leads out of the folder of templates")
    func names() {
        for name in [
            "../../etc/passwd0", "0123456789ABCDEF", "0123456789abcde", "0123456789abcdef0", "",
            "...............",
        ] {
            #expect(TemplatePieceName(name, 0) == nil)
        }
    }
}
