import Domain
import Glibc
import Synchronization
import Testing

@testable import MicroVM

@Suite("The templates on disk")
struct TemplateStoreTests {
    private static let shape = MachineShape(
        accelerator: .tcg,
        memoryMiB: 8,
        virtualCPUs: 1,
        diskMiB: 16,
        timestampKilohertz: 1
    )

    private let folder = TemporaryFolder()
    private var store: TemplateStore { TemplateStore(directory: folder.path + "/templates") }

    private var folders: [String] { Host.names(in: store.directory).filter { !$0.contains(".") } }

    private func description(_ text: String = "one") throws -> TemplateDescription {
        for name in ["kernel", "initramfs", "root.squashfs"]
        where FileFacts(of: folder.path + "/" + name) == nil {
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

    /// Memory with a text here and there; the rest is zero.
    private static func content(_ text: String) throws -> Template.Content {
        let memory = try MemoryFile(named: "test", bytes: shape.memoryBytes)
        for place in [0, 4_097, 3 << 20, (8 << 20) - text.utf8.count] {
            pwrite(memory.descriptor, text, text.utf8.count, place)
        }
        let state = try MemoryFile(named: "test", bytes: 0)
        write(state.descriptor, text, text.utf8.count)
        try memory.seal()
        try state.seal()
        return Template.Content(memory: memory, state: state)
    }

    private static func bytes(of file: MemoryFile) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(file.currentBytes))
        let count = pread(file.descriptor, &bytes, bytes.count, 0)
        return Array(bytes[..<max(0, count)])
    }

    @Test("What was made is loaded the next time, byte for byte, and the copy on disk is sparse")
    func roundTrip() async throws {
        let description = try description()
        let made = try await store.template(description, shape: Self.shape, progress: { _ in }) {
            try Self.content("hello")
        }
        let loaded = try await store.template(description, shape: Self.shape, progress: { _ in }) {
            Issue.record("built a second time")
            return try Self.content("other")
        }
        #expect(Self.bytes(of: loaded.memory) == Self.bytes(of: made.memory))
        #expect(Self.bytes(of: loaded.state) == Array("hello".utf8))
        var status = stat()
        stat("\(store.directory)/\(description.name)/memory", &status)
        #expect(status.st_blocks * 512 < 64 << 10)
    }

    @Test("A sealed memory cannot be changed by anybody who holds it")
    func sealed() throws {
        let memory = try Self.content("hello").memory
        let again = open("/proc/self/fd/\(memory.descriptor)", O_RDWR)
        defer { close(again) }
        #expect(again >= 0)
        #expect(pwrite(again, "x", 1, 0) == -1)
        #expect(ftruncate(again, 0) == -1)
        #expect(mmap(nil, 4_096, PROT_READ | PROT_WRITE, MAP_SHARED, again, 0) == MAP_FAILED)
        let own = mmap(nil, 4_096, PROT_READ | PROT_WRITE, MAP_PRIVATE, again, 0)
        #expect(own != MAP_FAILED)
        munmap(own, 4_096)
    }

    @Test(
        "A damaged template is made anew",
        arguments: ["flip", "shorten", "empty the state", "no seal", "other description", "nonsense seal"]
    )
    func damage(_ kind: String) async throws {
        let description = try description()
        _ = try await store.template(description, shape: Self.shape, progress: { _ in }) {
            try Self.content("hello")
        }
        let path = "\(store.directory)/\(description.name)"
        switch kind {
        case "flip":
            let file = open(path + "/memory", O_WRONLY)
            pwrite(file, "X", 1, 3 << 20)
            close(file)
        case "shorten": truncate(path + "/memory", 1 << 20)
        case "empty the state": truncate(path + "/state", 0)
        case "no seal": unlink(path + "/seal")
        case "other description": try TextFile.write(description.text + "x", to: path + "/description")
        default: try TextFile.write("1 2 3", to: path + "/seal")
        }
        for expected in ["new", "new"] {
            let template = try await store.template(description, shape: Self.shape, progress: { _ in }) {
                try Self.content("new")
            }
            #expect(Self.bytes(of: template.state) == Array(expected.utf8))
        }
    }

    @Test("Another description is another template, and does not touch the first")
    func otherDescription() async throws {
        for text in ["one", "two", "one", "two"] {
            let description = try description(text)
            let template = try await store.template(description, shape: Self.shape, progress: { _ in }) {
                try Self.content(text)
            }
            #expect(Self.bytes(of: template.state) == Array(text.utf8))
        }
        #expect(folders.count == 2)
    }

    @Test("Of two that want the same template at once, one makes it and the other waits")
    func concurrent() async throws {
        let description = try description()
        let record = Record()
        let (store, shape) = (store, Self.shape)
        try await withThrowingTaskGroup(of: [UInt8].self) { tasks in
            for _ in 0..<2 {
                tasks.addTask {
                    let template = try await store.template(
                        description,
                        shape: shape,
                        progress: { line in record.said.withLock { $0.append(line) } },
                        build: {
                            record.builds.withLock { $0 += 1 }
                            // Until the other one has said that it waits.
                            let isSeen = await eventually(within: .seconds(10)) {
                                record.said.withLock { $0.contains { $0.hasPrefix("waits") } }
                            }
                            #expect(isSeen)
                            return try Self.content("once")
                        }
                    )
                    return Self.bytes(of: template.state)
                }
            }
            for try await state in tasks { #expect(state == Array("once".utf8)) }
        }
        #expect(record.builds.withLock { $0 } == 1)
    }

    private final class Record: Sendable {
        let builds = Mutex(0)
        let said = Mutex<[String]>([])
    }

    @Test("A build that fails leaves nothing, and the next one may try")
    func failure() async throws {
        let description = try description()
        await #expect(throws: MicroVMError.self) {
            _ = try await store.template(description, shape: Self.shape, progress: { _ in }) {
                throw MicroVMError(.guestTrouble, "no")
            }
        }
        #expect(folders.isEmpty)
        _ = try await store.template(description, shape: Self.shape, progress: { _ in }) {
            try Self.content("yes")
        }
    }

    @Test("Templates that nobody uses are removed when there are many; one in use is not")
    func spares() async throws {
        let first = try description("0")
        let used = try await store.template(first, shape: Self.shape, progress: { _ in }) {
            try Self.content("0")
        }
        for number in 1...12 {
            let next = try description("\(number)")
            _ = try await store.template(next, shape: Self.shape, progress: { _ in }) {
                try Self.content("\(number)")
            }
        }
        #expect(folders.contains(first.name))
        // The one in use, the one just made, and the spare ones.
        #expect(folders.count == TemplateStore.spareTemplates + 2)
        withExtendedLifetime(used) {}
    }
}
