/// The QEMU of this host.
package struct QEMUInstallation: Hashable, Sendable {
    /// The program's path.
    package let path: String
    /// Its version, as it says itself.
    package let version: String
    /// The program file's size and time: another build may claim the same version.
    let facts: FileFacts

    /// Asks a QEMU for its version.
    ///
    /// - Parameter path: the program's path.
    /// - Throws: `launchFailed` when there is none.
    package init(path: String) async throws(MicroVMError) {
        guard let facts = FileFacts(of: path) else {
            throw MicroVMError(.launchFailed, "There is no QEMU at \(path).")
        }
        let answer = try await ShortCommand.run([path, "--version"], by: .now + .seconds(10))
        guard answer.exitCode == 0, let line = answer.output.split(separator: "\n").first else {
            throw MicroVMError(.launchFailed, "The QEMU at \(path) does not tell its version.")
        }
        self.path = path
        self.facts = facts
        version = String(line)
    }

    /// Describes a QEMU without looking at it.
    ///
    /// - Parameters:
    ///   - path: the program's path.
    ///   - version: its version.
    ///   - facts: the program file's size and time.
    init(path: String, version: String, facts: FileFacts) {
        self.path = path
        self.version = version
        self.facts = facts
    }

    /// Sees whether this host lets us run QEMU in a jail.
    ///
    /// - Parameter confinement: the confinement to try.
    /// - Returns: nil when it works, else why not.
    func objection(to confinement: Confinement) async -> String? {
        let launcher = confinement.launcher(for: path, fileBytes: 0, needsDevice: false)
        do throws(MicroVMError) {
            let answer = try await ShortCommand.run(launcher + [path, "--version"], by: .now + .seconds(10))
            guard answer.exitCode != 0 else { return nil }
            return answer.output.split(separator: "\n").last.map(String.init) ?? "no reason given"
        } catch {
            return error.message
        }
    }
}
