/// What a node sends and receives over nng.
package struct MessageMetrics: Sendable {
    private let messages: MetricCounter
    private let bytes: MetricCounter
    private let errors: MetricCounter

    /// Registers the counters.
    ///
    /// - Parameter registry: the metrics of the process.
    package init(_ registry: MetricRegistry) {
        messages = registry.counter(
            "cloister_messages_total",
            "Messages between nodes, by direction and kind.",
            labels: ["direction", "kind"]
        )
        bytes = registry.counter(
            "cloister_message_bytes_total",
            "Bytes of messages between nodes, as they are sent.",
            labels: ["direction"]
        )
        errors = registry.counter(
            "cloister_message_errors_total",
            "Messages between nodes that did not get through, by direction and reason.",
            labels: ["direction", "reason"]
        )
        // What appears with 1 has no rate.
        errors.add(0, "out", "unanswered")
        errors.add(0, "in", "notUnderstood")
    }

    /// A message was sent.
    ///
    /// - Parameters:
    ///   - kind: which, of a closed set of words.
    ///   - bytes: its size.
    package func sent(_ kind: String, bytes: Int) {
        messages.add(1, "out", kind)
        self.bytes.add(Double(bytes), "out")
    }

    /// A message came.
    ///
    /// - Parameters:
    ///   - kind: which, of a closed set of words.
    ///   - bytes: its size.
    package func received(_ kind: String, bytes: Int) {
        messages.add(1, "in", kind)
        self.bytes.add(Double(bytes), "in")
    }

    /// A message could not be sent, or has no answer.
    ///
    /// - Parameter reason: why, of a closed set of words.
    package func failedToSend(_ reason: String) { errors.add(1, "out", reason) }

    /// A message that came was of no use.
    ///
    /// - Parameter reason: why, of a closed set of words.
    package func failedToReceive(_ reason: String) { errors.add(1, "in", reason) }
}
