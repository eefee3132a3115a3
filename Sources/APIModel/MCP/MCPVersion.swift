/// A version of the Model Context Protocol.
package struct MCPVersion: Hashable, Sendable, CustomStringConvertible {
    /// The version as messages have it.
    package let name: String
    /// Whether each request says everything itself, and there is no handshake and no session.
    package let isStateless: Bool
    /// Whether one body may have several messages.
    package let hasBatches: Bool

    private init(_ name: String, isStateless: Bool = false, hasBatches: Bool = false) {
        self.name = name
        self.isStateless = isStateless
        self.hasBatches = hasBatches
    }

    /// All versions there are, oldest first.
    package static let all: [Self] = [
        Self("2024-11-05", hasBatches: true), withoutHeader, Self("2025-06-18"), latestWithHandshake,
        stateless,
    ]

    /// What a client speaks that names no version in the header.
    package static let withoutHeader = Self("2025-03-26", hasBatches: true)
    /// What is offered to clients that ask for a version that we do not have.
    package static let latestWithHandshake = Self("2025-11-25")
    /// The first version without a handshake.
    package static let stateless = Self("2026-07-28", isStateless: true)

    /// Finds a version by its name.
    ///
    /// - Parameter name: the name.
    /// - Returns: the version; nil when it is not one of ours.
    package static func named(_ name: String) -> Self? { all.first { $0.name == name } }

    /// The version that a handshake ends with.
    ///
    /// - Parameter wanted: what the client would like; Azure's own examples say nothing.
    /// - Returns: that, or the newest that has a handshake.
    static func negotiated(_ wanted: String?) -> Self {
        wanted.flatMap { named($0) }.flatMap { $0.isStateless ? nil : $0 } ?? latestWithHandshake
    }

    /// What a client is told that speaks another version.
    ///
    /// - Parameter name: the version that it speaks.
    /// - Returns: the error.
    package static func unsupported(_ name: String) -> RPCError {
        RPCError(
            .unsupportedVersion,
            "Unsupported protocol version",
            data: .object([
                .init("supported", .array(all.reversed().map { .string($0.name) })),
                .init("requested", .string(String(name.prefix(64)))),
            ])
        )
    }

    package var description: String { name }
}
