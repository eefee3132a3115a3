internal import Crypto
package import Domain
internal import FoundationEssentials

/// Where the ring of MCP keys keeps what it has to remember over restarts.
package protocol MCPKeyArchive: Sendable {
    /// Keeps how often a pool's key was rotated.
    ///
    /// - Parameters:
    ///   - count: how often.
    ///   - pool: the pool.
    /// - Throws: `notReady` when it was not kept.
    func keepMCPKeyRotations(_ count: Int, of pool: PoolName) async throws(Failure)

    /// Reads how often keys were rotated.
    ///
    /// - Returns: the numbers of all pools whose key ever was.
    /// - Throws: `notReady` when they cannot be read.
    func mcpKeyRotations() async throws(Failure) -> [PoolName: Int]
}

/// The keys with which agents reach the MCP servers of pools, one for each pool.
///
/// A key is computed from the cluster's secret, the pool and how often its key was rotated: every coordinator
/// knows it, an operator can ask for it again, and no store has it.
package actor MCPKeyRing {
    /// How a key begins, so that a scanner for leaked secrets can know it.
    package static let prefix = "clm_"
    private static let purpose = "cloister MCP key, version 1"

    private let secret: SymmetricKey
    private let archive: any MCPKeyArchive
    private var rotations: [PoolName: Int]

    /// Reads what is remembered.
    ///
    /// - Parameters:
    ///   - secret: the secret that all coordinators have.
    ///   - archive: what outlives the process.
    /// - Throws: `notReady` when the archive cannot be read.
    package init(secret: [UInt8], archive: any MCPKeyArchive) async throws(Failure) {
        self.secret = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret),
            info: Data(Self.purpose.utf8),
            outputByteCount: 32
        )
        self.archive = archive
        rotations = try await archive.mcpKeyRotations()
    }

    /// Reads again how often keys were rotated, which another coordinator may have done.
    ///
    /// - Throws: `notReady` when the archive cannot be read; the keys stay as they were.
    package func reload() async throws(Failure) {
        rotations.merge(try await archive.mcpKeyRotations()) { max($0, $1) }
    }

    /// The key of a pool.
    ///
    /// - Parameters:
    ///   - pool: the pool.
    ///   - birth: when it was made, in milliseconds since 1970: one that is made anew gets another key.
    /// - Returns: the key; keep it out of logs.
    package func key(of pool: PoolName, madeAt birth: UInt64) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: subject(pool, birth), using: secret)
        return Self.prefix + Base64URL.encoded(Array(code))
    }

    /// Takes a pool's key from whoever has it, at once, and makes another.
    ///
    /// - Parameters:
    ///   - pool: the pool.
    ///   - birth: when it was made.
    /// - Returns: the new key.
    /// - Throws: `notReady` when that could not be kept; the old key goes on then.
    package func rotatedKey(of pool: PoolName, madeAt birth: UInt64) async throws(Failure) -> String {
        let count = rotations[pool, default: 0] + 1
        try await archive.keepMCPKeyRotations(count, of: pool)
        // Another rotation may have been quicker; the greater number is the newer.
        rotations[pool] = max(count, rotations[pool, default: 0])
        return key(of: pool, madeAt: birth)
    }

    /// Whether a text is the key of a pool, found out in a time that does not depend on where it differs.
    ///
    /// - Parameters:
    ///   - text: what a client sent.
    ///   - pool: the pool.
    ///   - birth: when it was made.
    /// - Returns: whether it is.
    package func isKey(_ text: String, of pool: PoolName, madeAt birth: UInt64) -> Bool {
        guard text.hasPrefix(Self.prefix),
            let code = Base64URL.decoded(text.utf8.dropFirst(Self.prefix.utf8.count))
        else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(
            code,
            authenticating: subject(pool, birth),
            using: secret
        )
    }

    private func subject(_ pool: PoolName, _ birth: UInt64) -> Data {
        Data("\(pool)\n\(birth)\n\(rotations[pool, default: 0])".utf8)
    }
}
