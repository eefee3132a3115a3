/// What runs the guest's instructions.
package struct Accelerator: Hashable, Sendable, CustomStringConvertible {
    /// The name, as QEMU knows it.
    package let name: String

    private init(_ name: String) { self.name = name }

    /// The processor itself, through /dev/kvm.
    package static let kvm = Self("kvm")
    /// QEMU's translator: needs nothing of the host, and is slower.
    package static let tcg = Self("tcg")

    /// Finds an accelerator by its name.
    ///
    /// - Parameter name: a name as found in a file or a configuration.
    /// - Returns: the accelerator, or nil when there is none of this name.
    package static func named(_ name: String) -> Self? { [.kvm, .tcg].first { $0.name == name } }

    package var description: String { name }

    /// The processor that the guest sees.
    ///
    /// Without its fast string instructions under TCG, which carries them out byte by byte: guests
    /// then copy and clear pages with plain instructions of eight bytes.
    var processorModel: String { self == .kvm ? "host" : "max,-erms,-fsrm" }
}

/// An accelerator and why it was chosen.
package struct AcceleratorChoice: Hashable, Sendable, CustomStringConvertible {
    /// What is used.
    package let accelerator: Accelerator
    /// Why, in one sentence for the log and the node's report.
    package let reason: String

    /// Joins a choice and its reason.
    ///
    /// - Parameters:
    ///   - accelerator: what is used.
    ///   - reason: why, in one sentence.
    package init(_ accelerator: Accelerator, because reason: String) {
        self.accelerator = accelerator
        self.reason = reason
    }

    package var description: String { "\(accelerator) (\(reason))" }
}

/// What the operator asked for.
package struct AcceleratorPreference: Hashable, Sendable, CustomStringConvertible {
    /// The stable name, as it stands in the configuration.
    package let name: String

    private init(_ name: String) { self.name = name }

    /// KVM if a probe guest runs under it, else TCG.
    package static let automatic = Self("auto")
    /// KVM, or no start at all.
    package static let kvm = Self("kvm")
    /// TCG.
    package static let tcg = Self("tcg")

    /// Finds a preference by its name.
    ///
    /// - Parameter name: a name as found in a configuration.
    /// - Returns: the preference, or nil when there is none of this name.
    package static func named(_ name: String) -> Self? {
        [.automatic, .kvm, .tcg].first { $0.name == name }
    }

    package var description: String { name }
}
