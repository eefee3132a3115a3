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
        .target(name: "Domain", swiftSettings: pure)
    ]
)
