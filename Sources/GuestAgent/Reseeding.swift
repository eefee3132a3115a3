internal import CLinux
internal import Glibc
internal import Wire

/// Makes a clone unlike its twins: entropy, time and names of the system.
///
/// All clones of a template wake up with the same random state and the same clock
/// (shared/design/microvm.md, "Clones are identical twins"). A client waits for this, and every
/// piece of code that a clone runs has to be translated first: so the files are open already, and
/// writable, when the template is made.
final class Reseeding {
    /// The least entropy that is accepted, in bytes.
    private static let entropyBytes = 64
    /// A name as long as the real one, so that a later write keeps the size of each file.
    private static let placeholder = "session-00000000"

    private let random: Descriptor
    private let machineID: Descriptor
    private let hostname: Descriptor
    private let hosts: Descriptor
    private var nameLength = 0

    /// Opens what will be written.
    ///
    /// - Throws: an error when a file cannot be made.
    init() throws(GuestError) {
        random = try Descriptor(opening: "/dev/random", O_RDWR)
        machineID = try Descriptor(opening: "/etc/machine-id", O_WRONLY | O_CREAT | O_TRUNC)
        hostname = try Descriptor(opening: "/etc/hostname", O_WRONLY | O_CREAT | O_TRUNC)
        hosts = try Descriptor(opening: "/etc/hosts", O_WRONLY | O_CREAT | O_TRUNC)
        try name(machineID: [UInt8](repeating: 0, count: 16), hostname: Self.placeholder)
    }

    /// Applies what the worker sent.
    ///
    /// - Parameter preparation: fresh entropy, the host's time, new names.
    /// - Throws: an error when a step fails; the clone must not serve then.
    func apply(_ preparation: Preparation) throws(GuestError) {
        guard preparation.entropy.count >= Self.entropyBytes, preparation.machineID.count == 16 else {
            throw GuestError("The worker sent too little entropy.")
        }
        let added = preparation.entropy.withUnsafeBufferPointer {
            cloister_add_entropy(random.number, $0.baseAddress, $0.count)
        }
        guard added == 0 else { throw GuestError("add entropy", errno: -added) }
        var time = timespec(
            tv_sec: Int(preparation.unixTimeNanoseconds / 1_000_000_000),
            tv_nsec: Int(preparation.unixTimeNanoseconds % 1_000_000_000)
        )
        guard clock_settime(CLOCK_REALTIME, &time) == 0 else {
            throw GuestError("set the clock", errno: errno)
        }
        try name(machineID: preparation.machineID, hostname: preparation.hostname)
    }

    /// Moves the clock.
    ///
    /// - Parameter seconds: how far, forwards if positive.
    /// - Throws: an error when the kernel refuses.
    static func moveClock(by seconds: Int) throws(GuestError) {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        time.tv_sec += seconds
        guard clock_settime(CLOCK_REALTIME, &time) == 0 else {
            throw GuestError("set the clock", errno: errno)
        }
    }

    private func name(machineID identifier: [UInt8], hostname name: String) throws(GuestError) {
        guard sethostname(name, name.utf8.count) == 0 else {
            throw GuestError("set the host name", errno: errno)
        }
        let name = Array(name.utf8)
        let isShorter = name.count < nameLength
        nameLength = name.count
        let addresses = Array("127.0.0.1 localhost\n::1 localhost\n127.0.1.1 ".utf8)
        try Self.write(Self.hexadecimal(identifier), to: machineID, cutting: false, "/etc/machine-id")
        try Self.write(name, to: hostname, cutting: isShorter, "/etc/hostname")
        try Self.write(addresses + name, to: hosts, cutting: isShorter, "/etc/hosts")
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(2 * bytes.count)
        for byte in bytes {
            for half in [byte >> 4, byte & 15] { text.append(half < 10 ? 48 + half : 87 + half) }
        }
        return text
    }

    /// Replaces a file's content.
    private static func write(
        _ line: [UInt8],
        to file: borrowing Descriptor,
        cutting isLonger: Bool,
        _ path: String
    ) throws(GuestError) {
        let content = line + [10]
        let written = content.withUnsafeBytes { pwrite(file.number, $0.baseAddress, $0.count, 0) }
        guard written == content.count else { throw GuestError("write \(path)", errno: errno) }
        guard isLonger else { return }
        guard ftruncate(file.number, off_t(content.count)) == 0 else {
            throw GuestError("cut \(path)", errno: errno)
        }
    }
}
