import Testing

@testable import MicroVM

@Suite("QEMU's command line")
struct CommandLineTests {
    private static let shape = MachineShape(
        accelerator: .tcg,
        memoryMiB: 512,
        virtualCPUs: 1,
        diskMiB: 192,
        timestampKilohertz: 2_596_122
    )

    @Test("A builder boots the kernel and shares its memory with us")
    func builder() {
        #expect(
            Self.shape.arguments(for: .builder).joined(separator: " ") == """
                -nodefaults -no-user-config -display none -nic none -no-reboot \
                -machine microvm,memory-backend=memory,suppress-vmdesc=on -accel tcg,thread=multi,tb-size=64 \
                -cpu max,-erms,-fsrm -smp 1 -m 512M \
                -object memory-backend-file,id=memory,size=512M,share=on,mem-path=/proc/self/fd/4 \
                -global migration.send-configuration=off -action reboot=shutdown,shutdown=pause \
                -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny \
                -chardev ringbuf,id=console,size=16384 -serial chardev:console \
                -chardev socket,id=monitor,fd=0 -mon chardev=monitor,mode=control \
                -chardev socket,id=guest,fd=1 -device virtio-serial-device,max_ports=2 \
                -device virtserialport,chardev=guest,name=cloister.control \
                -add-fd fd=5,set=1 -blockdev driver=raw,node-name=root,read-only=on,\
                file.driver=file,file.filename=/dev/fdset/1,file.read-only=on,file.locking=off \
                -device virtio-blk-device,drive=root \
                -object rng-builtin,id=randomness -device virtio-rng-device,rng=randomness \
                -kernel /proc/self/fd/6 -initrd /proc/self/fd/7 -append console=ttyS0 quiet panic=-1 reboot=t \
                tsc_early_khz=2596122 tsc=reliable no_timer_check lpj=5192244 cloister.disk_mib=192
                """
        )
    }

    @Test("A clone differs from its builder in memory, kernel and how it begins, and in nothing else")
    func clone() {
        let builder = Self.shape.arguments(for: .builder)
        let clone = Self.shape.arguments(for: .clone)
        let kernel = builder.firstIndex(of: "-kernel") ?? 0
        let memory = clone.firstIndex { $0.hasPrefix("memory-backend-file") } ?? 0
        #expect(clone[memory].contains("share=off"))
        var expected = Array(builder[..<kernel]) + ["-incoming", "defer", "-S"]
        expected[memory] = clone[memory]
        #expect(clone == expected)
    }

    @Test("Under KVM there are no legacy timers, and the clock is not told")
    func kvm() {
        var shape = Self.shape
        shape.accelerator = .kvm
        let words = shape.arguments(for: .builder)
        #expect(words.contains("microvm,memory-backend=memory,suppress-vmdesc=on,pit=off,pic=off,rtc=off"))
        #expect(words.contains("kvm"))
        #expect(words.contains("host"))
        #expect(!shape.kernelParameters.contains("tsc"))
    }

    @Test("The launcher gives up rights, sets limits and makes a jail that holds nothing of ours")
    func launcher() {
        let launcher = Confinement(user: 65_534, deviceGroup: 104, isJailed: true).launcher(
            for: "/usr/bin/qemu-system-x86_64",
            fileBytes: 0,
            needsDevice: true
        )
        #expect(
            launcher.joined(separator: " ") == """
                /usr/bin/setpriv --pdeathsig=KILL --no-new-privs --reuid=65534 --regid=65534 \
                --bounding-set=-all --inh-caps=-all --groups=104 \
                /usr/bin/prlimit --core=0 --nofile=256 --fsize=0 -- \
                /usr/bin/bwrap --die-with-parent --as-pid-1 --unshare-user --unshare-pid --unshare-net \
                --unshare-ipc --unshare-uts --unshare-cgroup-try --cap-drop ALL \
                --ro-bind /usr/lib /usr/lib --ro-bind-try /usr/lib64 /usr/lib64 \
                --ro-bind-try /usr/local/lib /usr/local/lib --ro-bind-try /usr/share/qemu /usr/share/qemu \
                --ro-bind-try /usr/share/seabios /usr/share/seabios \
                --ro-bind-try /usr/local/share/qemu /usr/local/share/qemu \
                --symlink usr/lib /lib --symlink usr/lib64 /lib64 \
                --ro-bind /usr/bin/qemu-system-x86_64 /usr/bin/qemu-system-x86_64 --proc /proc --dev /dev \
                --dev-bind /dev/kvm /dev/kvm --chdir / --
                """
        )
    }

    @Test("A path with spaces and quotes reaches the launcher unharmed")
    func quoting() async throws {
        let launch = Launch(
            program: "/bin/cat",
            arguments: ["/proc/self/fd/3"],
            files: [
                .init(
                    descriptor: 3,
                    path: try TemporaryFolder.file("it's \"a\" $HOME", holding: "yes"),
                    isWritable: false
                )
            ],
            confinement: Confinement(user: nil, isJailed: false),
            needsDevice: false,
            fileBytes: 0
        )
        let answer = try await ShortCommand.run(["/bin/sh"] + launch.shellArguments, by: .now + .seconds(10))
        #expect(answer.output == "yes")
    }
}
