import Glibc
import Synchronization

@testable import MicroVM

/// A folder that goes with its owner, and with the process at the latest.
final class TemporaryFolder: Sendable {
    let path: String

    /// The one in which single files of the whole run are put.
    private static let shared = TemporaryFolder()
    /// Those that are there: what lives as long as the process does not let go of its folder.
    private static let paths = Mutex<Set<String>>([])
    private static let removal: Void = {
        atexit { for path in TemporaryFolder.paths.withLock(\.self) { TemporaryFolder.remove(path) } }
    }()

    init() {
        var template = Array("/tmp/cloister-test-XXXXXX".utf8CString)
        // QEMU runs as another user: everybody may look in.
        path = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
        chmod(path, 0o755)
        _ = Self.removal
        Self.paths.withLock { _ = $0.insert(path) }
    }

    deinit {
        Self.paths.withLock { _ = $0.remove(path) }
        Self.remove(path)
    }

    /// Makes a file that all may read.
    static func file(_ name: String, holding text: String) throws -> String {
        let path = shared.path + "/" + name
        try TextFile.write(text, to: path)
        return path
    }

    private static func remove(_ path: String) {
        for name in Host.names(in: path) {
            let child = path + "/" + name
            if unlink(child) != 0 { remove(child) }
        }
        rmdir(path)
    }
}

/// Waits for a condition that no event announces, in a test only.
func eventually(within limit: Duration, _ condition: () throws -> Bool) async rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try condition() { return true }
        try? await Task.sleep(for: .milliseconds(5))
    }
    return try condition()
}

/// Whether a process is there, dead ones that nobody has waited for not counted.
func isAlive(_ process: Int32) -> Bool {
    guard let line = TextFile.read("/proc/\(process)/stat"), let bracket = line.lastIndex(of: ")") else {
        return false
    }
    return !line[bracket...].hasPrefix(") Z")
}

/// Whether a process is there and is no zombie.
func isRunning(_ process: Int32) -> Bool {
    guard let text = TextFile.read("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else {
        return false
    }
    return !text[end...].hasPrefix(") Z")
}
