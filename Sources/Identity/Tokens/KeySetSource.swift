internal import AsyncHTTPClient
internal import Domain
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOSSL

/// Where the keys of an issuer come from.
protocol KeySetSource: Sendable {
    /// Asks for the keys; it ends within seconds.
    ///
    /// - Throws: why there are none, for the operator.
    func keySet() async throws -> KeySet

    /// Ends the use of the source.
    func close() async
}

/// Why an issuer's keys could not be had; for the operator, never for a client.
struct KeySetError: Error, CustomStringConvertible {
    let description: String
}

/// Asks an issuer by OpenID Connect Discovery 1.0, section 4.
struct DiscoveredKeySource: KeySetSource {
    /// How long one of the two questions may take.
    private let timeout: TimeAmount
    /// The longest answer that is read, in bytes.
    private static let answerBytesMax = 256 << 10

    private let issuer: IssuerConfiguration
    private let http: HTTPClient

    init(_ issuer: IssuerConfiguration, timeout: TimeAmount = .seconds(5)) {
        self.issuer = issuer
        self.timeout = timeout
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: timeout, read: timeout)
        // Who asks for keys asks again; and a certificate that is not believed is not believed the second time.
        configuration.connectionPool.retryConnectionEstablishment = false
        if let file = issuer.authorityFile {
            var tls = TLSConfiguration.makeClientConfiguration()
            tls.trustRoots = .file(file)
            configuration.tlsConfiguration = tls
        }
        http = HTTPClient(configuration: configuration)
    }

    private struct Discovery: Decodable {
        let issuer: String
        let jwksURI: String

        private enum CodingKeys: String, CodingKey {
            case issuer
            case jwksURI = "jwks_uri"
        }
    }

    func keySet() async throws -> KeySet {
        var base = issuer.url
        while base.hasSuffix("/") { base.removeLast() }
        let document = try await answer(of: base + "/.well-known/openid-configuration")
        guard let discovery = try? JSONDecoder().decode(Discovery.self, from: Data(document)) else {
            throw KeySetError(description: "The discovery document of \(issuer.url) cannot be read.")
        }
        guard discovery.issuer == issuer.url else {
            throw KeySetError(
                description: "The discovery document of \(issuer.url) is that of another issuer, "
                    + "\(discovery.issuer): configure the issuer as it calls itself."
            )
        }
        guard KeyAddress.isSafe(discovery.jwksURI) else {
            throw KeySetError(description: "The keys of \(issuer.url) are not served over https.")
        }
        let json = try await answer(of: discovery.jwksURI)
        guard let keys = KeySet(json: json, algorithms: issuer.algorithms) else {
            throw KeySetError(description: "The answer of \(discovery.jwksURI) is no key set.")
        }
        return keys
    }

    func close() async { try? await http.shutdown() }

    private func answer(of url: String) async throws -> [UInt8] {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "Accept", value: "application/json")
        let response = try await http.execute(request, deadline: .now() + timeout)
        guard response.status == .ok else {
            throw KeySetError(description: "\(url) answers \(response.status.code).")
        }
        return [UInt8](try await response.body.collect(upTo: Self.answerBytesMax).readableBytesView)
    }
}
