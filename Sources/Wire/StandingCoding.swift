internal import CWire
internal import Domain

extension Arena {
    mutating func ping(
        _ lease: Duration,
        _ endedAcknowledged: UInt64,
        _ standing: CoordinatorStanding?,
        _ since: Duration?
    ) -> UnsafeMutablePointer<Cloister__V1__Ping> {
        let ping = message(cloister__v1__ping__init)
        ping.pointee.lease_us = lease.wireMicroseconds
        ping.pointee.ended_acknowledged = endedAcknowledged
        ping.pointee.since_us = since?.wireMicroseconds ?? 0
        if let standing { ping.pointee.standing = self.standing(standing) }
        return ping
    }

    mutating func standing(
        _ standing: CoordinatorStanding
    ) -> UnsafeMutablePointer<Cloister__V1__Standing> {
        let message = message(cloister__v1__standing__init)
        message.pointee.coordinator = standing.coordinator.number
        message.pointee.in_touch_us = standing.inTouch.wireMicroseconds
        message.pointee.roster_revision = standing.rosterRevision
        let roster = standing.roster.prefix(WireLimits.rosterCount).map(\.number)
        message.pointee.n_roster = roster.count
        message.pointee.roster = numbers(roster)
        let addresses = Array(standing.addresses.prefix(WireLimits.rosterCount))
        message.pointee.n_addresses = addresses.count
        message.pointee.addresses = texts(addresses)
        return message
    }
}

extension CoordinatorStanding {
    init(_ message: Cloister__V1__Standing) throws(WireError) {
        guard message.n_roster <= WireLimits.rosterCount, message.n_addresses <= WireLimits.rosterCount else {
            throw WireError(.invalidField, "A roster has \(WireLimits.rosterCount) coordinators at most.")
        }
        let roster = UnsafeBufferPointer(start: message.roster, count: message.n_roster)
        let addresses = try UnsafeBufferPointer(start: message.addresses, count: message.n_addresses)
            .map { text throws(WireError) in
                let address = try String(field: text, "address")
                guard (1...256).contains(address.utf8.count) else {
                    throw WireError(.invalidField, "A coordinator's address is missing or too long.")
                }
                return address
            }
        self.init(
            coordinator: Incarnation(message.coordinator),
            inTouch: Duration(wireMicroseconds: message.in_touch_us),
            rosterRevision: message.roster_revision,
            roster: roster.map { Incarnation($0) },
            addresses: addresses
        )
    }
}
