/// Who may import whom: the table of the house's architecture.
enum ImportRule {
    /// What a target may import.
    struct Entry {
        /// Targets of ours.
        let ours: Set<String>
        /// Modules of others and of the system.
        let others: Set<String>
    }

    private static let system: Set<String> = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Synchronization",
    ]

    /// The table, from the bottom to the top.
    static let table: [String: Entry] = [
        "CNNG": Entry(ours: [], others: []),
        "CLZ4": Entry(ours: [], others: []),
        "CWire": Entry(ours: [], others: []),
        "CLinux": Entry(ours: [], others: []),
        "CGuestBoot": Entry(ours: [], others: []),
        "Domain": Entry(ours: [], others: []),
        "HashRing": Entry(ours: ["Domain"], others: []),
        "Lifecycle": Entry(ours: ["Domain"], others: []),
        "Wire": Entry(ours: ["Domain", "CWire", "CLZ4"], others: []),
        "Transport": Entry(
            ours: ["CNNG"],
            others: ["Dispatch", "Glibc", "NIOCore", "NIOPosix", "NIOSSL", "NIOTLS", "Synchronization"]
        ),
        "Certificates": Entry(ours: ["Domain"], others: system.union(["Crypto", "Subprocess"])),
        "APIModel": Entry(ours: ["Domain"], others: ["FoundationEssentials"]),
        "Telemetry": Entry(ours: ["Domain"], others: system.union(["Logging"])),
        "ClusterState": Entry(ours: ["Domain", "HashRing"], others: []),
        "MicroVM": Entry(
            ours: ["Domain", "Wire", "CLinux"],
            others: system.union(["Crypto", "NIOCore", "NIOPosix", "Subprocess", "SystemPackage"])
        ),
        "Etcd": Entry(
            ours: [],
            others: ["AsyncHTTPClient", "FoundationEssentials", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL"]
        ),
        "Store": Entry(ours: ["Domain", "Etcd"], others: system.union(["GRDB", "Logging"])),
        "Identity": Entry(
            ours: ["Domain"],
            others: system.union([
                "AsyncHTTPClient", "Crypto", "CryptoExtras", "Logging", "NIOCore", "NIOHTTP1", "NIOSSL",
            ])
        ),
        "GuestAgent": Entry(ours: ["Domain", "Wire", "CLinux"], others: ["Glibc", "Synchronization"]),
        "Worker": Entry(
            ours: ["Domain", "Lifecycle", "Wire", "Transport", "MicroVM", "Telemetry"],
            others: system.union(["Logging", "ServiceLifecycle"])
        ),
        "Coordinator": Entry(
            ours: ["Domain", "ClusterState", "Wire", "Transport", "Store", "Telemetry"],
            others: system.union(["Logging", "ServiceLifecycle"])
        ),
        "EventLoops": Entry(ours: [], others: ["NIOCore"]),
        "Client": Entry(
            ours: ["APIModel", "EventLoops"],
            others: [
                "AsyncHTTPClient", "FoundationEssentials", "NIOCore", "NIOHTTP1", "NIOPosix", "NIOSSL",
                "Synchronization",
            ]
        ),
        "API": Entry(
            ours: ["Domain", "APIModel", "EventLoops", "Identity", "Coordinator", "Telemetry"],
            others: system.union([
                "HTTPTypes", "Hummingbird", "HummingbirdCore", "HummingbirdTLS", "Logging", "NIOCore",
                "NIOHTTPTypes", "NIOPosix", "NIOSSL",
                "ServiceLifecycle",
            ])
        ),
        "Presentation": Entry(ours: ["APIModel"], others: ["Glibc", "Yams"]),
        "PoolDocuments": Entry(ours: ["APIModel", "Domain"], others: ["FoundationEssentials", "Yams"]),
        "ClientCommands": Entry(
            ours: ["APIModel", "Client", "Domain", "Identity", "PoolDocuments", "Presentation"],
            others: system.union([
                "ArgumentParser", "AsyncHTTPClient", "NIOCore", "UnixSignals", "Yams",
            ])
        ),
        "Bench": Entry(
            ours: ["APIModel", "Client", "Presentation"],
            others: ["FoundationEssentials", "Glibc", "Histogram", "Subprocess", "SystemPackage", "Yams"]
        ),
        "ServiceSettings": Entry(ours: ["Domain"], others: ["Yams"]),
        "cloister": Entry(
            ours: [
                "API", "APIModel", "Bench", "Certificates", "Client", "ClientCommands", "Coordinator",
                "Domain",
                "Identity",
                "MicroVM",
                "Etcd", "Presentation", "ServiceSettings", "Store", "Telemetry", "Transport", "Wire",
                "Worker",
            ],
            others: system.union([
                "ArgumentParser", "AsyncHTTPClient", "Logging", "NIOCore", "NIOHTTP1", "NIOSSL",
                "ServiceLifecycle",
                "Subprocess", "UnixSignals",
            ])
        ),
        "cloister-guest": Entry(ours: ["CGuestBoot", "GuestAgent"], others: []),
        "TestSupport": Entry(
            ours: [
                "ClusterState", "Coordinator", "Domain", "MicroVM", "Transport", "Wire", "Worker",
            ],
            others: system.union(["Logging"])
        ),
    ]

    private static let kinds: Set<String> = [
        "actor", "class", "enum", "func", "let", "protocol", "struct", "typealias", "var",
    ]

    /// The modules that a file imports.
    static func imports(of source: SwiftSource) -> [(module: String, line: Int)] {
        source.tokens.indices.compactMap { index in
            guard source.text(index) == "import", beginsStatement(source, index) else { return nil }
            let isOfKind = kinds.contains(source.text(index + 1)) && source.text(index + 2) != "."
            return (source.text(index + (isOfKind ? 2 : 1)), source.tokens[index].line)
        }
    }

    /// Checks a file against the table.
    static func check(_ source: SwiftSource) -> [Violation] {
        guard let target = source.target else { return [] }
        guard let entry = table[target] else {
            return [
                Violation(
                    source,
                    1,
                    rule: "imports",
                    "the target \(target) is not in the table; add it to architecture.md and ImportRule.table"
                )
            ]
        }
        return imports(of: source).compactMap { module, line in
            guard !entry.ours.contains(module), !entry.others.contains(module) else { return nil }
            return Violation(source, line, rule: "imports", "\(target) must not import \(module)")
        }
    }

    /// Checks that no file of the product sees into another module.
    static func checkTestable(_ source: SwiftSource) -> [Violation] {
        guard source.target != nil else { return [] }
        return source.tokens.indices.compactMap { index in
            guard source.text(index) == "@", source.text(index + 1) == "testable" else { return nil }
            return Violation(source, source.tokens[index].line, rule: "testable", "@testable is for tests")
        }
    }

    /// Whether nothing but attributes and access levels stands before a word on its line.
    private static func beginsStatement(_ source: SwiftSource, _ index: Int) -> Bool {
        let line = source.tokens[index].line
        let before = source.tokens[..<index].reversed().prefix { $0.line == line }.map(\.text)
        let allowed: Set<String> = [
            "@", "_exported", "_implementationOnly", "fileprivate", "internal", "package", "preconcurrency",
            "private", "public", "testable",
        ]
        return before.allSatisfy(allowed.contains)
    }
}
