internal import CLinux
internal import Glibc

/// The first process of a guest: sets the system up, then serves the worker until the machine ends.
package enum GuestAgent {
    /// Runs as PID 1.
    ///
    /// Whatever goes wrong is shown on the console and ends the machine, so that
    /// the worker notices at once.
    package static func main() -> Never {
        do throws(GuestError) {
            try Boot.run()
            let agent = try Agent()
            try agent.serve()
        } catch {
            report("cloister-guest: \(error)\n")
        }
        let result = cloister_power_off()
        report("cloister-guest: power off failed (\(result))\n")
        exit(1)
    }

    private static func report(_ line: String) {
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }
}
