package import Domain

/// A place between the records of ended sessions, which lie in the order of their times.
package struct EndedSessionCursor: Hashable, Comparable, Sendable {
    /// The time of the record after it, in milliseconds since 1970.
    package let epochMilliseconds: UInt64
    /// Tells records of the same time apart.
    package let number: Int64

    /// Makes a cursor; an API gives both numbers out with a page and gets them back.
    ///
    /// - Parameters:
    ///   - epochMilliseconds: the time of the record after it, in milliseconds since 1970.
    ///   - number: tells records of the same time apart; 0 stands before all of that time.
    package init(epochMilliseconds: UInt64, number: Int64 = 0) {
        self.epochMilliseconds = epochMilliseconds
        self.number = number
    }

    package static func < (earlier: Self, later: Self) -> Bool {
        (earlier.epochMilliseconds, earlier.number) < (later.epochMilliseconds, later.number)
    }
}

/// A page of the records of ended sessions.
package struct EndedSessionPage: Hashable, Sendable {
    /// The records, newest first.
    package let records: [EndedSessionRecord]
    /// Where the next page begins; nil when there is none.
    package let next: EndedSessionCursor?

    /// Makes a page.
    ///
    /// - Parameters:
    ///   - records: the records, newest first.
    ///   - next: where the next page begins; nil when there is none.
    package init(records: [EndedSessionRecord], next: EndedSessionCursor?) {
        self.records = records
        self.next = next
    }
}
