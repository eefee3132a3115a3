internal import Glibc
internal import Wire

/// Templates as other workers get them.
extension TemplateStore {
    private static let manifestName = "/manifest"

    /// Reads a piece of a template on disk; it is for who gets it to check it.
    ///
    /// - Parameter name: which piece.
    /// - Returns: the piece.
    /// - Throws: `templateUnusable` when there is no such template or piece, or it cannot be read.
    func piece(_ name: TemplatePieceName) async throws(MicroVMError) -> [UInt8] {
        let folder = directory + "/" + name.template
        return try await BlockingThread.run { () throws(MicroVMError) in
            let missing = MicroVMError(.templateUnusable, "There is no such piece here.")
            guard let text = TextFile.read(folder + Self.manifestName) else { throw missing }
            guard name.number > 0 else { return Array(text.utf8) }
            guard let piece = TemplateManifest(text: text)?.piece(name.number) else { throw missing }
            let file = open(folder + "/" + piece.file.rawValue, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw missing }
            defer { close(file) }
            return try TemplatePieces.read(file, at: piece.offset, count: piece.bytes)
        }.get()
    }

    /// Writes the manifest of a template beside it, for those who want a copy.
    ///
    /// - Parameters:
    ///   - content: memory and state, which were checked or just made.
    ///   - folder: where the template is.
    ///   - description: everything on which it depends.
    /// - Throws: `systemCall` when the disk refuses.
    static func describe(
        _ content: Template.Content,
        in folder: String,
        _ description: TemplateDescription
    ) throws(MicroVMError) {
        let manifest = TemplateManifest(
            description: description.text,
            memoryBytes: content.memory.currentBytes,
            stateBytes: content.state.currentBytes,
            pieces: try TemplatePieces.list(of: content.memory, as: .memory)
                + TemplatePieces.list(of: content.state, as: .state)
        )
        try TextFile.write(manifest.text, to: folder + manifestName)
    }

    /// Whether a template on disk has its manifest; one that an earlier version made has none.
    ///
    /// - Parameter folder: where the template is.
    /// - Returns: whether it has.
    static func isDescribed(_ folder: String) -> Bool { FileFacts(of: folder + manifestName) != nil }
}
