/// Leases.
extension EtcdClient {
    private struct Grant: Encodable { let TTL: EtcdMessage.Number }

    private struct Granted: Decodable { let ID: EtcdMessage.Number }

    private struct Name: Encodable { let ID: EtcdMessage.Number }

    /// A renewal is a stream of one answer, and so in an envelope.
    private struct Renewed: Decodable {
        struct Result: Decodable { let TTL: EtcdMessage.Number? }
        let result: Result
    }

    private struct Nothing: Decodable {}

    /// Asks for a lease.
    ///
    /// - Parameter seconds: after how many seconds without a renewal it ends.
    /// - Returns: the lease.
    /// - Throws: why there is none.
    package func grantLease(seconds: Int) async throws(EtcdError) -> EtcdLease {
        let granted: Granted = try await ask(
            "/v3/lease/grant",
            Grant(TTL: EtcdMessage.Number(Int64(seconds))),
            // One that nobody knows of ends by itself.
            changes: false,
            isUrgent: true
        )
        return EtcdLease(id: granted.ID.value)
    }

    /// Renews a lease for its whole length.
    ///
    /// - Parameter lease: the lease.
    /// - Throws: `leaseNotFound` when it has ended, or why it could not be renewed.
    package func renew(_ lease: EtcdLease) async throws(EtcdError) {
        let renewed: Renewed = try await ask(
            "/v3/lease/keepalive",
            Name(ID: EtcdMessage.Number(lease.id)),
            changes: false,
            isUrgent: true
        )
        guard let left = renewed.result.TTL, left.value > 0 else {
            throw EtcdError(.leaseNotFound, "the lease has ended")
        }
    }

    /// Ends a lease, and with it the keys under it; one that has ended already is none.
    ///
    /// - Parameter lease: the lease.
    /// - Throws: why it could not be ended.
    package func revoke(_ lease: EtcdLease) async throws(EtcdError) {
        do throws(EtcdError) {
            let _: Nothing = try await ask(
                "/v3/lease/revoke",
                Name(ID: EtcdMessage.Number(lease.id)),
                changes: false
            )
        } catch  where error.kind == .leaseNotFound {
            return
        }
    }
}
