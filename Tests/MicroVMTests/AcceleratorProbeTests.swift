import Glibc
import NIOPosix
import Testing

@testable import MicroVM

@Suite("The choice of the accelerator")
struct AcceleratorProbeTests {
    private static func probe(device: String, folder: TemporaryFolder) throws -> AcceleratorProbe {
        for name in ["kernel", "initramfs", "root.squashfs", "manifest"] {
            try TextFile.write("x", to: "\(folder.path)/\(name)")
        }
        let facts = try #require(FileFacts(of: "/bin/false"))
        let starter = MachineStarter(
            qemu: QEMUInstallation(path: "/bin/false", version: "1", facts: facts),
            image: try GuestImage(directory: folder.path),
            confinement: Confinement(user: nil, isJailed: false),
            group: MultiThreadedEventLoopGroup.singleton
        )
        var probe = AcceleratorProbe(starter: starter, cacheDirectory: folder.path, bootIdentifier: "boot")
        probe.device = device
        return probe
    }

    @Test("Without the device it is TCG, and so it is when the probe guest does not come up")
    func fallsBack() async throws {
        for (device, reason) in [("/nonexistent", "there is no"), ("/dev/null", "did not come up")] {
            let folder = TemporaryFolder()
            let probe = try Self.probe(device: device, folder: folder)
            let choice = try await probe.choose(.automatic)
            #expect(choice.accelerator == .tcg)
            #expect(choice.reason.contains(reason))
            let error = await #expect(throws: MicroVMError.self) { try await probe.choose(.kvm) }
            #expect(error?.code == .invalidConfiguration)
            #expect(try await probe.choose(.tcg).reason == "the configuration says so")
        }
    }

    @Test(
        "On this host, as root, the probe comes to a choice within its bound, and says why",
        .enabled(if: RealMachine.isAvailable, RealMachine.advice)
    )
    func thisHost() async throws {
        let folder = TemporaryFolder()
        let configuration = RealMachine.configuration()
        let starter = MachineStarter(
            qemu: try await QEMUInstallation(path: configuration.qemuPath),
            image: try GuestImage(directory: configuration.imageDirectory),
            confinement: Confinement(user: nil, isJailed: false),
            group: MultiThreadedEventLoopGroup.singleton
        )
        let probe = AcceleratorProbe(
            starter: starter,
            cacheDirectory: folder.path,
            bootIdentifier: "boot"
        )
        let start = ContinuousClock.now
        let choice = try await probe.choose(.automatic)
        print("accelerator: \(choice) after \((ContinuousClock.now - start).milliseconds) ms")
        #expect(ContinuousClock.now - start < AcceleratorProbe.bootTime + .seconds(3))
        #expect(!choice.reason.isEmpty)
    }

    @Test("The answer is kept for this boot of the host, and only for it")
    func remembers() async throws {
        let folder = TemporaryFolder()
        var probe = try Self.probe(device: "/nonexistent", folder: folder)
        _ = try await probe.choose(.automatic)
        let lines = try #require(TextFile.read(folder.path + "/accelerator")).split(separator: "\n")
        try TextFile.write("\(lines[0])\nkvm\nremembered\n", to: folder.path + "/accelerator")
        #expect(try await probe.choose(.automatic) == AcceleratorChoice(.kvm, because: "remembered"))
        probe = AcceleratorProbe(
            starter: probe.starter,
            cacheDirectory: folder.path,
            bootIdentifier: "another boot",
            device: "/nonexistent"
        )
        #expect(try await probe.choose(.automatic).accelerator == .tcg)
    }

    @Test("The clock's frequency is measured to a part in ten thousand, and kept")
    func frequency() async throws {
        let folder = TemporaryFolder()
        let first = try await TimestampFrequency.kilohertz(cacheDirectory: folder.path, bootIdentifier: "a")
        let again = try await TimestampFrequency.kilohertz(cacheDirectory: folder.path, bootIdentifier: "a")
        #expect(first == again)
        let fresh = try await TimestampFrequency.measureKilohertz()
        #expect(abs(Double(fresh) - Double(first)) <= Double(first) / 10_000)
    }
}
