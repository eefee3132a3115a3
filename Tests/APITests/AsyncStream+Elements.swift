extension AsyncStream where Element: Sendable {
    /// Makes a stream of elements that are there already.
    init(_ elements: [Element]) {
        self.init { continuation in
            for element in elements { continuation.yield(element) }
            continuation.finish()
        }
    }

    /// Waits for the next element; nil when the stream has ended.
    @discardableResult
    func nextElement() async -> Element? {
        for await element in self { return element }
        return nil
    }
}
