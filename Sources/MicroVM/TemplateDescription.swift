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
    init(shape: MachineShape, runtime: Runtime, qemu: QEMUInstallation, image: GuestImage) {
        text = [
            "format=1",
            "guest-protocol=\(WireVersion.guest)",
            "runtime=\(runtime)",
            "qemu=\(qemu.path) \(qemu.version) \(qemu.facts)",
            "builder=" + shape.arguments(for: .builder).joined(separator: " "),
            "clone=" + shape.arguments(for: .clone).joined(separator: " "),
            image.fingerprint,
        ].joined(separator: "\n")
    }

    /// The name of the template's folder.
    var name: String {
        let digits = String(StableHash.of(text), radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
