internal import Dispatch
internal import Presentation

/// Writes messages to standard output, one a line and never two at once, by a thread that may wait for the reader.
struct MessageOutput: Sendable {
    /// How often a reader is looked for; nothing but a message tells at once that it has gone.
    private static let interval: Duration = .milliseconds(500)

    private let queue = DispatchQueue(label: "standard output")

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
        while !Console.isReaderGone() {
            do { try await Task.sleep(for: Self.interval) } catch { return }
        }
    }
}
