/// A machine that was booted, warmed up and stopped, for clones to continue from.
///
/// Its memory and state are in sealed files in memory: what is on disk is only for the next start.
final class Template: Sendable {
    /// The name of its folder in the cache.
    let name: String
    /// The machine.
    let shape: MachineShape
    /// The guest's memory.
    let memory: MemoryFile
    /// The state of the devices.
    let state: MemoryFile
    /// Keeps others from removing the folder.
    private let use: FileLock

    /// Puts a template together.
    ///
    /// - Parameters:
    ///   - name: the name of its folder in the cache.
    ///   - shape: the machine.
    ///   - content: its memory and state.
    ///   - use: the lock that keeps others from removing the folder.
    init(name: String, shape: MachineShape, content: Content, use: FileLock) {
        self.name = name
        self.shape = shape
        memory = content.memory
        state = content.state
        self.use = use
    }

    /// Memory and state of a stopped machine.
    struct Content: Sendable {
        /// The guest's memory.
        let memory: MemoryFile
        /// The state of the devices.
        let state: MemoryFile
    }
}
