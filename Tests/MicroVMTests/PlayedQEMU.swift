import Domain
import Glibc
import Testing
import Wire

@testable import MicroVM

/// A worker whose QEMU is a script: it speaks the monitor's protocol, and its guest does as told.
struct PlayedQEMU: Sendable {
    let hypervisor: QEMUHypervisor
    let pool: PoolConfiguration
    let folder = TemporaryFolder()

    /// The bytes of a frame from the guest, as the shell's `printf` takes them.
    enum Frame {
        static let ready = #"\004\000\000\000\012\002\010\\#(WireVersion.guest)"#
        static let warmed = #"\002\000\000\000\022\000"#
        static let prepared = #"\002\000\000\000\032\000"#
        static let trouble = #"\006\000\000\000\052\004\012\002no"#
    }

    /// Makes the worker and its template.
    ///
    /// - Parameters:
    ///   - afterContinue: what the script does, in shell, once a clone goes on.
    ///   - builder: what it does when it is to become a template.
    ///   - startTime: how long a clone may take.
    /// - Throws: when the worker does not start.
    init(
        afterContinue: String,
        builder: String = "printf '\(Frame.ready)\(Frame.warmed)'",
        startTime: Duration = .seconds(10)
    ) async throws {
        for name in ["kernel", "initramfs", "root.squashfs", "manifest"] {
            try TextFile.write("played", to: "\(folder.path)/\(name)")
        }
        let program = folder.path + "/qemu"
        try TextFile.write(Self.script(afterContinue: afterContinue, builder: builder), to: program)
        chmod(program, 0o755)
        var configuration = HypervisorConfiguration(
            imageDirectory: folder.path,
            cacheDirectory: folder.path + "/cache",
            runDirectory: folder.path + "/run"
        )
        configuration.qemuPath = program
        configuration.accelerator = .tcg
        configuration.jail = .off
        configuration.startTime = startTime
        hypervisor = try await QEMUHypervisor(configuration)
        pool = PoolConfiguration(name: try PoolName("played"), memoryMiB: 8)
    }

    private static func script(afterContinue: String, builder: String) -> String {
        """
        #!/bin/sh
        if [ "$1" = --version ]; then echo "QEMU emulator, played"; exit 0; fi
        say() { printf '%s\\n' "$1" >&0; }
        say '{"QMP": {}}'
        case " $* " in *" -kernel "*) \(builder) ;; esac
        while read -r line; do
            id=${line##*'"id":'}; id=${id%%[,\\}]*}
            say '{"return": {}, "id": '"$id"'}'
            case $line in
            *'"migrate-incoming"'*) say '{"event": "MIGRATION", "data": {"status": "completed"}}' ;;
            *'"cont"'*)
                :
                \(afterContinue)
                ;;
            esac
        done
        """
    }
}
