internal import CLinux
internal import Glibc
internal import Wire

/// Makes a clone unlike its twins: entropy, time and names of the system.
///
/// All clones of a template wake up with the same random state and the same clock
/// (shared/design/microvm.md, "Clones are identical twins").
enum Reseeding {
    /// The least entropy that is accepted, in bytes.
    private static let entropyBytes = 64

    /// Applies what the worker sent.
    ///
    /// - Parameter preparation: fresh entropy, the host's time, new names.
    /// - Throws: an error when a step fails; the clone must not serve then.
    static func apply(_ preparation: Preparation) throws(GuestError) {
        guard preparation.entropy.count >= entropyBytes, preparation.machineID.count == 16 else {
            throw GuestError("The worker sent too little entropy.")
        }
        let added = preparation.entropy.withUnsafeBufferPointer {
            cloister_add_entropy($0.baseAddress, $0.count)
        }
        guard added == 0 else { throw GuestError("add entropy", errno: -added) }
        var time = timespec(
            tv_sec: Int(preparation.unixTimeNanoseconds / 1_000_000_000),
            tv_nsec: Int(preparation.unixTimeNanoseconds % 1_000_000_000)
        )
        guard clock_settime(CLOCK_REALTIME, &time) == 0 else {
            throw GuestError("set the clock", errno: errno)
        }
        let name = preparation.hostname
        guard sethostname(name, name.utf8.count) == 0 else {
            throw GuestError("set the host name", errno: errno)
        }
        try write(hexadecimal(preparation.machineID) + "\n", to: "/etc/machine-id")
        try write(name + "\n", to: "/etc/hostname")
        try write("127.0.0.1 localhost \(name)\n::1 localhost \(name)\n", to: "/etc/hosts")
    }

    /// Draws fresh randomness from the kernel for a runtime's own generators.
    ///
    /// - Returns: 64 bytes.
    static func freshRandomness() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<entropyBytes).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private static func write(_ text: String, to path: String) throws(GuestError) {
        let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw GuestError("open \(path)", errno: errno) }
        let file = try Descriptor(taking: number)
        let bytes = Array(text.utf8)
        guard file.write(bytes[...]) == bytes.count else { throw GuestError("write \(path)", errno: errno) }
    }
}
