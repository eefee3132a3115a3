/// A queue that is bounded in number and in age; what leaves it is handed back to be forgotten.
package struct AgedQueue<Element: Sendable>: Sendable {
    private let countMax: Int
    private let age: Duration
    private var items: [(element: Element, since: Duration)?] = []
    /// How many places at the front are empty; they are given back in bulk.
    private var head = 0

    /// Makes an empty queue.
    ///
    /// - Parameters:
    ///   - countMax: how many elements it has at most, at least one.
    ///   - age: how long an element stays.
    package init(countMax: Int, age: Duration) {
        precondition(countMax > 0, "A queue without a place remembers nothing.")
        self.countMax = countMax
        self.age = age
    }

    /// How many elements there are.
    package var count: Int { items.count - head }

    /// Adds an element.
    ///
    /// - Parameters:
    ///   - element: the element.
    ///   - now: the present time.
    /// - Returns: the one that has to leave for it, if any.
    package mutating func append(_ element: Element, at now: Duration) -> Element? {
        let displaced = count == countMax ? removeFirst() : nil
        items.append((element, now))
        return displaced
    }

    /// Takes out the next element that is too old; call it until it returns nil.
    ///
    /// - Parameter now: the present time.
    /// - Returns: the element; nil when none is too old.
    package mutating func removeExpired(at now: Duration) -> Element? {
        guard head < items.count, let first = items[head], now - first.since >= age else { return nil }
        return removeFirst()
    }

    private mutating func removeFirst() -> Element? {
        let element = items[head]?.element
        items[head] = nil
        head += 1
        if head * 2 > items.count {
            items.removeFirst(head)
            head = 0
        }
        return element
    }
}
