// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]
/// For targets without any unsafe code.
let pure: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
    name: "cloister",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CLZ4"),
        .systemLibrary(name: "CNNG"),
        .target(name: "CWire", linkerSettings: [.linkedLibrary("protobuf-c")]),
        .target(name: "CLinux"),
        .target(name: "CGuestBoot"),
        .target(name: "Domain", swiftSettings: pure),
        .target(name: "Wire", dependencies: ["CLZ4", "CWire", "Domain"], swiftSettings: strict),
        .target(
            name: "Transport",
            dependencies: [
                "CNNG",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Certificates",
            dependencies: [
                "Domain",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
            ],
            swiftSettings: strict
        ),
        .target(name: "HashRing", dependencies: ["Domain"], swiftSettings: pure),
        .target(name: "ClusterState", dependencies: ["Domain", "HashRing"], swiftSettings: pure),
        .target(name: "Lifecycle", dependencies: ["Domain"], swiftSettings: pure),
        .target(
            name: "MicroVM",
            dependencies: [
                "CLinux", "Domain", "Wire",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Telemetry",
            dependencies: ["Domain", .product(name: "Logging", package: "swift-log")],
            swiftSettings: strict
        ),
        .target(
            name: "Worker",
            dependencies: [
                "Domain", "Lifecycle", "MicroVM", "Telemetry", "Transport", "Wire",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Etcd",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Store",
            dependencies: [
                "Domain", "Etcd",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Coordinator",
            dependencies: [
                "ClusterState", "Domain", "Store", "Telemetry", "Transport", "Wire",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(name: "APIModel", dependencies: ["Domain"], swiftSettings: pure),
        .target(
            name: "Identity",
            dependencies: [
                "Domain",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "EventLoops",
            dependencies: [.product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: strict
        ),
        .target(
            name: "Client",
            dependencies: [
                "APIModel", "EventLoops",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "API",
            dependencies: [
                "APIModel", "Coordinator", "Domain", "EventLoops", "Identity", "Telemetry",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("openapi.json")],
            swiftSettings: strict
        ),
        .target(
            name: "Presentation",
            dependencies: ["APIModel", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict
        ),
        .target(
            name: "PoolDocuments",
            dependencies: ["APIModel", "Domain", .product(name: "Yams", package: "Yams")],
            swiftSettings: pure
        ),
        .target(
            name: "ClientCommands",
            dependencies: [
                "APIModel", "Client", "Domain", "Identity", "PoolDocuments", "Presentation",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "Bench",
            dependencies: [
                "APIModel", "Client", "Presentation",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "ServiceSettings",
            dependencies: ["Domain", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "cloister",
            dependencies: [
                "API", "APIModel", "Bench", "Certificates", "Client", "ClientCommands", "Coordinator",
                "Domain",
                "Etcd",
                "Identity", "MicroVM", "Presentation", "ServiceSettings", "Store", "Telemetry", "Transport",
                "Wire", "Worker",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(name: "GuestAgent", dependencies: ["CLinux", "Domain", "Wire"], swiftSettings: strict),
        .executableTarget(
            name: "cloister-guest",
            dependencies: ["CGuestBoot", "GuestAgent"],
            swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-static-stdlib", "-static-executable", "-Xlinker", "-s"])]
        ),

        .executableTarget(
            name: "transport-peer",
            dependencies: ["Transport"],
            path: "Tests/TransportPeer",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "ring-benchmark",
            dependencies: ["Domain", "HashRing"],
            path: "Tests/Benchmarks/RingBenchmark",
            swiftSettings: strict
        ),
        .testTarget(
            name: "MicroVMTests",
            dependencies: [
                "CLinux", "Domain", "MicroVM", "TestSupport", "Wire",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
        .target(name: "EtcdServer", dependencies: ["Etcd"], path: "Tests/EtcdServer", swiftSettings: strict),
        .testTarget(name: "EtcdTests", dependencies: ["Etcd", "EtcdServer"], swiftSettings: strict),
        .testTarget(
            name: "StoreTests",
            dependencies: [
                "ClusterState", "Coordinator", "Domain", "Etcd", "EtcdServer", "Store", "Transport", "Wire",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "ClusterState", "Coordinator", "Domain", "MicroVM", "Transport", "Wire", "Worker",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: strict
        ),
        .testTarget(
            name: "LifecycleTests",
            dependencies: ["Domain", "Lifecycle", "SeededRandomness"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TelemetryTests",
            dependencies: [
                "Domain", "SeededRandomness", "Telemetry", .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WorkerTests",
            dependencies: [
                "Domain", "Lifecycle", "MicroVM", "SeededRandomness", "TestSupport", "Transport", "Wire",
                "Worker",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CoordinatorTests",
            dependencies: [
                "ClusterState", "Coordinator", "Domain", "Etcd", "EtcdServer", "SeededRandomness", "Store",
                "Telemetry", "TestSupport", "Transport", "Wire", "Worker",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "NodeTests",
            dependencies: ["Domain", "MicroVM", "TestSupport", "Transport", "Wire"],
            swiftSettings: strict
        ),
        .testTarget(name: "TidyTests", swiftSettings: strict),
        .testTarget(
            name: "CertificatesTests",
            dependencies: ["Certificates", "Domain"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ClientCommandsTests",
            dependencies: ["APIModel", "Client", "ClientCommands", "Domain"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "BenchTests",
            dependencies: ["APIModel", "Bench", "SeededRandomness"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PoolDocumentsTests",
            dependencies: ["APIModel", "Domain", "PoolDocuments", "SeededRandomness"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ServiceSettingsTests",
            dependencies: ["Domain", "Identity", "MicroVM", "ServiceSettings"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PresentationTests",
            dependencies: [
                "APIModel", "Presentation", "SeededRandomness", .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: strict
        ),
        .target(name: "SeededRandomness", path: "Tests/SeededRandomness", swiftSettings: strict),
        .testTarget(
            name: "WireTests",
            dependencies: ["CWire", "Domain", "SeededRandomness", "Wire"],
            swiftSettings: strict
        ),
        .testTarget(name: "DomainTests", dependencies: ["Domain"], swiftSettings: strict),
        .testTarget(
            name: "HashRingTests",
            dependencies: ["Domain", "HashRing", "SeededRandomness"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ClusterStateTests",
            dependencies: ["ClusterState", "Domain", "HashRing", "Lifecycle", "SeededRandomness"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TransportTests",
            dependencies: ["Transport", "transport-peer"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "APIModelTests",
            dependencies: ["APIModel", "Domain", "SeededRandomness"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "IdentityTests",
            dependencies: [
                "Domain", "Identity", "SeededRandomness", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "APITests",
            dependencies: [
                "API", "APIModel", "Client", "Coordinator", "Domain", "EventLoops", "Identity",
                "SeededRandomness",
                "Telemetry",
                "TestSupport",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ClusterTests",
            dependencies: [
                "APIModel", "Client", "TestSupport", "cloister",
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: strict
        ),
    ]
)
