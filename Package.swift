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
    targets: [
        .systemLibrary(name: "CLZ4"),
        .target(name: "CWire", linkerSettings: [.linkedLibrary("protobuf-c")]),
        .target(name: "CLinux"),
        .target(name: "CGuestBoot"),
        .target(name: "Domain", swiftSettings: pure),
        .target(name: "Wire", dependencies: ["CLZ4", "CWire", "Domain"], swiftSettings: strict),
        .target(name: "GuestAgent", dependencies: ["CLinux", "Domain", "Wire"], swiftSettings: strict),
        .executableTarget(
            name: "cloister-guest",
            dependencies: ["CGuestBoot", "GuestAgent"],
            swiftSettings: strict,
            linkerSettings: [.unsafeFlags(["-static-stdlib", "-static-executable"])]
        ),
    ]
)
