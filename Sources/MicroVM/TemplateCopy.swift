package import Wire

/// Where templates can be copied from.
package protocol TemplateSource: Sendable {
    /// Asks for a piece of a template.
    ///
    /// - Parameters:
    ///   - name: which piece.
    ///   - deadline: when to give up.
    /// - Returns: the piece, as somebody sent it: to be checked.
    /// - Throws: `templateUnusable` when nobody has it, `deadlineExceeded`, `cancelled`.
    func piece(
        _ name: TemplatePieceName,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) -> [UInt8]
}

/// Copies a template instead of booting a guest; nothing is believed that has not the hash it should have.
struct TemplateCopy: Sendable {
    /// How long it may take; a guest is booted as quickly.
    static let patience = Duration.seconds(30)
    /// How many pieces are on their way at the same time.
    private static let piecesAtOnce = 4

    /// Where it comes from.
    let source: any TemplateSource
    /// What is needed: a template of another description is of no use.
    let description: TemplateDescription
    /// The machine.
    let shape: MachineShape

    /// Makes memory and state of a template if somebody else has it.
    ///
    /// - Parameter progress: told of each step, and why there is no copy.
    /// - Returns: sealed files; nil when a guest has to be booted.
    /// - Throws: `cancelled`.
    func madeIfPossible(
        progress: @escaping @Sendable (String) -> Void
    ) async throws(MicroVMError) -> Template.Content? {
        do throws(MicroVMError) {
            return try await make(progress: progress)
        } catch {
            if error.code == .cancelled { throw error }
            progress("no copy of the template: \(error.message)")
            return nil
        }
    }

    /// Makes memory and state of a template that somebody else has.
    ///
    /// - Parameter progress: told of each step.
    /// - Returns: sealed files.
    /// - Throws: `templateUnusable` when nobody has it or a hash is not right, `deadlineExceeded`, `cancelled`.
    func make(progress: @escaping @Sendable (String) -> Void) async throws(MicroVMError) -> Template.Content {
        let start = ContinuousClock.now
        let deadline = start + Self.patience
        let manifest = try await manifest(by: deadline)
        progress("copies the template from another worker: \(manifest.pieces.count) pieces")
        let content = Template.Content(
            memory: try MemoryFile(named: "cloister-memory", bytes: manifest.memoryBytes),
            state: try MemoryFile(named: "cloister-state", bytes: manifest.stateBytes)
        )
        try await fill(content, manifest, by: deadline)
        try content.memory.seal()
        try content.state.seal()
        progress("copied the template in \((ContinuousClock.now - start).milliseconds) ms")
        return content
    }

    private func manifest(by deadline: ContinuousClock.Instant) async throws(MicroVMError) -> TemplateManifest
    {
        let bytes = try await piece(0, by: deadline)
        guard let text = String(validating: bytes, as: UTF8.self),
            let manifest = TemplateManifest(text: text),
            manifest.description == description.text, manifest.memoryBytes == shape.memoryBytes,
            manifest.stateBytes <= TemplateManifest.stateBytesMax
        else { throw MicroVMError(.templateUnusable, "What another worker has is another template.") }
        return manifest
    }

    private func fill(
        _ content: Template.Content,
        _ manifest: TemplateManifest,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) {
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in manifest.pieces.indices {
                    if number >= Self.piecesAtOnce { try await group.next() }
                    group.addTask { try await take(number, of: manifest, into: content, by: deadline) }
                }
                try await group.waitForAll()
            }
        } catch {
            throw error as? MicroVMError ?? MicroVMError(.cancelled, "The copying was cancelled.")
        }
    }

    private func take(
        _ number: Int,
        of manifest: TemplateManifest,
        into content: Template.Content,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) {
        let piece = manifest.pieces[number]
        let bytes = try await self.piece(UInt32(number + 1), by: deadline)
        let descriptor = piece.file == .memory ? content.memory.descriptor : content.state.descriptor
        try await BlockingThread.run { () throws(MicroVMError) in
            guard bytes.count == piece.bytes, TemplatePieces.digest(of: bytes) == piece.digest else {
                throw MicroVMError(
                    .templateUnusable,
                    "A piece of the template has not the hash it should have."
                )
            }
            try TemplatePieces.write(bytes, to: descriptor, at: piece.offset)
        }.get()
        withExtendedLifetime(content) {}
    }

    private func piece(_ number: UInt32, by deadline: ContinuousClock.Instant) async throws(MicroVMError)
        -> [UInt8]
    {
        guard let name = TemplatePieceName(description.name, number) else {
            throw MicroVMError(.templateUnusable, "The template's name is none.")
        }
        return try await source.piece(name, by: deadline)
    }
}
