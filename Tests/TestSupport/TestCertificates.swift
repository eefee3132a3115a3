internal import Dispatch
internal import Foundation

/// Certificates for 127.0.0.1 that the openssl command makes, in a folder that goes with its owner.
package final class TestCertificates: Sendable {
    /// Where they are.
    package let folder: String

    /// Makes an authority.
    ///
    /// - Throws: when openssl cannot be run.
    package init() async throws {
        folder = NSTemporaryDirectory() + "cloister-certificates-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await Self.openssl(
            ["req", "-x509", "-subj", "/CN=authority", "-days", "2"] + Self.key + files("authority")
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The authority's certificate.
    package var authority: String { folder + "/authority.pem" }

    /// Makes a certificate for 127.0.0.1, signed by the authority; the same name again is a renewal.
    ///
    /// - Parameter name: the name of both files, and the certificate's common name.
    /// - Returns: the paths of certificate and key.
    /// - Throws: when openssl cannot be run.
    package func issue(_ name: String) async throws -> (certificate: String, key: String) {
        let authority = ["-CA", authority, "-CAkey", folder + "/authority.key"]
        let names = [
            "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-days", "2",
        ]
        try await Self.openssl(["req", "-x509"] + names + authority + Self.key + files(name))
        return ("\(folder)/\(name).pem", "\(folder)/\(name).key")
    }

    private static let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]

    private func files(_ name: String) -> [String] {
        ["-keyout", "\(folder)/\(name).key", "-out", "\(folder)/\(name).pem"]
    }

    private static func openssl(_ arguments: [String]) async throws {
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
                process.arguments = arguments
                process.standardError = FileHandle.nullDevice
                do {
                    try process.run()
                    process.waitUntilExit()
                    continuation.resume(returning: process.terminationStatus)
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
        guard status == 0 else { throw CertificateFault(arguments: arguments) }
    }
}

/// openssl refused to do something.
struct CertificateFault: Error {
    let arguments: [String]
}
