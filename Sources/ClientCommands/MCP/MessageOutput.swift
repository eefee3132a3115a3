internal import Dispatch
internal import Presentation

/// Writes messages to standard output, one a line and never two at once, by a thread that may wait for the reader.
struct MessageOutput: Sendable {
    private let queue = DispatchQueue(label: "standard output")
    private let watch: DescriptorWatch

    /// - Throws: ``DescriptorError``.
    init() throws { watch = try DescriptorWatch(label: "reader of standard output") }

    /// Writes a message and waits until it was taken.
    ///
    /// - Parameter message: JSON, without line ends.
    func write(_ message: [UInt8]) async {
        await withCheckedContinuation { continuation in
            queue.async {
                Console.output(message + [UInt8(ascii: "\n")])
                continuation.resume()
            }
        }
    }

    /// Waits until nobody reads standard output any more, or the task is cancelled.
    func untilReaderIsGone() async {
        // Asked for nothing, poll(2) tells only that the other side has gone.
        await watch.when(0, at: 1) {}
    }
}
