package import Domain

/// A value of the query parameter `api-version`.
///
/// Every version that Azure ever advertised is taken. The route decides the shape of the answer, not
/// the version; one version matters for the type of a result (``stringifiesResults``).
package struct APIVersion: Hashable, Sendable, CustomStringConvertible {
    /// The version as it stands in the query, in lower case.
    package let name: String

    private init(_ name: String) { self.name = name }

    /// All versions there are, oldest first.
    package static let all: [Self] = [
        first, Self("2023-11-02-preview"), Self("2024-02-02-preview"),
        Self("2024-08-02-preview"), firstFlat, Self("2025-01-01"), Self("2025-02-02-preview"),
        Self("2025-07-01"), latest, Self("2026-01-01"), Self("2026-03-02-preview"), Self("2026-07-01"),
    ]

    /// The oldest version.
    package static let first = Self("2023-08-01-preview")
    /// The first version with `/executions` and flat bodies.
    package static let firstFlat = Self("2024-10-02-preview")
    /// The newest version of the data plane, the one that our own client sends.
    package static let latest = Self("2025-10-02-preview")

    /// The value of the response header `api-supported-versions`.
    package static let supported = all.map(\.name).joined(separator: ", ")

    /// Finds a version by its name.
    ///
    /// - Parameter name: the value of the query parameter; nil when it is missing.
    /// - Returns: the version.
    /// - Throws: `invalidApiVersion` when it is missing or unknown.
    package static func named(_ name: String?) throws(Failure) -> Self {
        guard let name, !name.isEmpty else {
            throw Failure(
                .invalidApiVersion,
                "The query parameter api-version is missing, give for example "
                    + "api-version=\(latest.name)."
            )
        }
        let lowercased = name.lowercased()
        guard let version = all.first(where: { $0.name == lowercased }) else {
            throw Failure(
                .invalidApiVersion,
                "The api-version is not supported. Supported are: \(supported)."
            )
        }
        return version
    }

    /// Whether `executionResult` is always a string.
    ///
    /// Semantic Kernel for .NET, which sends this one version, throws for anything else there; newer
    /// versions carry the native type (dynamic-sessions-api.md, section 10, item 6).
    package var stringifiesResults: Bool { self == Self.firstFlat }

    /// Whether pools have `mcpServerSettings` in it: two previews only (dynamic-sessions-api.md, section 4.4).
    var hasMCPServerSettings: Bool { self == Self.latest || name == "2026-03-02-preview" }

    /// Whether `dynamicPoolConfiguration` has its members directly in it, as until the first stable version.
    var spellsLifecycleFlat: Bool { name <= Self.firstFlat.name }

    package var description: String { name }
}
