internal import Domain
internal import Wire

/// Everything on which a template depends, as text; a template of another text is of no use.
struct TemplateDescription: Hashable, Sendable {
    /// The whole text.
    let text: String

    /// Describes a template.
    ///
    /// - Parameters:
    ///   - shape: the machine.
    ///   - runtime: what was warmed up in it.
    ///   - qemu: the QEMU that makes it and that continues it.
    ///   - image: what it boots from.
    ///   - processor: what the guest sees of the host under KVM.
    init(
        shape: MachineShape,
        runtime: Runtime,
        qemu: QEMUInstallation,
        image: GuestImage,
        processor: String = Host.processorDescription
    ) {
        var lines = [
            "format=1",
            "guest-protocol=\(WireVersion.guest)",
            "runtime=\(runtime)",
            "qemu=\(qemu.path) \(qemu.version) \(qemu.facts)",
            "builder=" + shape.arguments(for: .builder).joined(separator: " "),
            "clone=" + shape.arguments(for: .clone).joined(separator: " "),
            image.fingerprint,
        ]
        // Under KVM the guest has seen the processor itself and what this kernel makes of it; TCG is the same everywhere.
        if shape.accelerator == .kvm { lines.append(processor) }
        text = lines.joined(separator: "\n")
    }

    /// The name of the template's folder.
    var name: String {
        let digits = String(StableHash.of(text), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
