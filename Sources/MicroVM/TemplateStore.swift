internal import Domain
internal import Glibc

/// The templates on disk, shared by the workers of one machine.
///
/// A template is the folder `<hash>` with `memory`, `state`, `description`, `manifest` (for copies) and
/// `seal` (sizes and checksums). `<hash>.lock` is held by whoever makes or loads it; `<hash>.use` is shared by those
/// who use it, so that it is there for their next start.
struct TemplateStore: Sendable {
    /// How long a worker waits for another one that makes the same template.
    static let patience = Duration.seconds(300)
    /// How many templates are kept when nobody uses them.
    static let spareTemplates = 8

    private static let useSuffix = ".use"

    /// Where the folders are; may be on a tmpfs.
    let directory: String

    /// Loads a template, or makes it when there is none that is sound and has this description.
    ///
    /// - Parameters:
    ///   - description: everything on which it depends.
    ///   - shape: the machine.
    ///   - progress: told of each step.
    ///   - build: makes memory and state.
    /// - Returns: the template.
    /// - Throws: `deadlineExceeded` when another worker takes too long, or what `build` threw.
    func template(
        _ description: TemplateDescription,
        shape: MachineShape,
        progress: @escaping @Sendable (String) -> Void,
        build: () async throws -> Template.Content
    ) async throws -> Template {
        try Host.makeFolder(directory)
        let folder = directory + "/" + description.name
        let lock = try await FileLock.exclusive(folder + ".lock", by: .now + Self.patience) {
            progress("waits for another worker that makes the same template")
        }
        defer { withExtendedLifetime(lock) {} }
        let use = try FileLock.shared(folder + Self.useSuffix)
        let content: Template.Content
        switch await found(folder, description, shape) {
        case .success(let sound):
            progress("loaded the template \(description.name)")
            content = sound
        case .failure(let reason):
            progress("makes the template \(description.name): \(reason.message)")
            content = try await build()
            if let trouble = await save(content, as: folder, description) {
                // A full disk costs the next start its head start, no more.
                progress("could not keep the template: \(trouble.message)")
            }
        }
        removeSpareTemplates()
        return Template(name: description.name, shape: shape, content: content, use: use)
    }

    private func found(
        _ folder: String,
        _ description: TemplateDescription,
        _ shape: MachineShape
    ) async -> Result<Template.Content, MicroVMError> {
        await BlockingThread.run { () throws(MicroVMError) in
            guard let found = TextFile.read(folder + "/description") else {
                throw MicroVMError(.templateUnusable, "There is none yet.")
            }
            guard found == description.text else {
                throw MicroVMError(.templateUnusable, "The one on disk has another description.")
            }
            guard let seal = TextFile.read(folder + "/seal").flatMap(Seal.init(text:)),
                seal.memoryBytes == shape.memoryBytes
            else { throw MicroVMError(.templateUnusable, "The one on disk is incomplete.") }
            let content = Template.Content(
                memory: try MemoryFile.load(
                    from: folder + "/memory",
                    bytes: seal.memoryBytes,
                    checksum: seal.memoryChecksum,
                    named: "cloister-memory"
                ),
                state: try MemoryFile.load(
                    from: folder + "/state",
                    bytes: seal.stateBytes,
                    checksum: seal.stateChecksum,
                    named: "cloister-state"
                )
            )
            // Without it nobody gets a copy, and that is all.
            if !Self.isDescribed(folder) { try? Self.describe(content, in: folder, description) }
            return content
        }
    }

    /// Keeps a template for the next start; returns why that did not work, if it did not.
    private func save(
        _ content: Template.Content,
        as folder: String,
        _ description: TemplateDescription
    ) async -> MicroVMError? {
        let draft = "\(folder).draft"
        let result = await BlockingThread.run { () throws(MicroVMError) in
            // Whoever left these behind had the lock that we hold now.
            Self.remove(draft)
            Self.remove(folder)
            try Host.makeFolder(draft, mode: 0o700)
            try Self.write(content, description, to: draft)
            guard rename(draft, folder) == 0 else { throw MicroVMError(systemCall: "rename \(draft)") }
        }
        guard case .failure(let error) = result else { return nil }
        Self.remove(draft)
        return error
    }

    private static func write(
        _ content: Template.Content,
        _ description: TemplateDescription,
        to folder: String
    ) throws(MicroVMError) {
        let seal = Seal(
            memoryBytes: content.memory.currentBytes,
            memoryChecksum: try content.memory.save(to: folder + "/memory"),
            stateBytes: content.state.currentBytes,
            stateChecksum: try content.state.save(to: folder + "/state")
        )
        try TextFile.write(description.text, to: folder + "/description")
        try describe(content, in: folder, description)
        try TextFile.write(seal.text, to: folder + "/seal")
    }

    /// Removes what nobody uses, the longest unused first, until a few are left.
    ///
    /// The small lock files stay: without them two workers could hold two locks of one name.
    private func removeSpareTemplates() {
        let spare = Host.names(in: directory)
            .filter { $0.hasSuffix(Self.useSuffix) }
            .map { String($0.dropLast(Self.useSuffix.count)) }
            .compactMap { name in
                guard FileFacts(of: "\(directory)/\(name)") != nil,
                    let use = FileFacts(of: "\(directory)/\(name)\(Self.useSuffix)"),
                    let lock = FileLock.exclusiveNow("\(directory)/\(name)\(Self.useSuffix)")
                else { return nil }
                return (name: name, lastUse: use.modified, lock: lock)
            }
            .sorted { (first: (name: String, lastUse: Int64, lock: FileLock), second) in
                first.lastUse > second.lastUse
            }
            .dropFirst(Self.spareTemplates)
        for template in spare {
            withExtendedLifetime(template.lock) { Self.remove("\(directory)/\(template.name)") }
        }
    }

    private static func remove(_ folder: String) {
        for name in Host.names(in: folder) { unlink(folder + "/" + name) }
        rmdir(folder)
    }
}

/// Sizes and checksums of a template's files.
private struct Seal: Sendable {
    var memoryBytes: UInt64
    var memoryChecksum: UInt64
    var stateBytes: UInt64
    var stateChecksum: UInt64

    var text: String { "\(memoryBytes) \(memoryChecksum)\n\(stateBytes) \(stateChecksum)\n" }
}

extension Seal {
    init?(text: String) {
        let numbers = text.split { $0 == " " || $0 == "\n" }.compactMap { UInt64($0) }
        guard numbers.count == 4 else { return nil }
        self.init(
            memoryBytes: numbers[0],
            memoryChecksum: numbers[1],
            stateBytes: numbers[2],
            stateChecksum: numbers[3]
        )
    }
}
