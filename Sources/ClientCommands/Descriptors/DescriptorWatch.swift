internal import Dispatch
internal import Glibc

/// Waits for what happens to an open file, on a thread of its own that may wait for ever.
final class DescriptorWatch: Sendable {
    private let queue: DispatchQueue
    /// What cancels the waiting: once something stands in the pipe, nobody waits any more.
    private let wake: (reading: Int32, writing: Int32)

    /// Prepares to wait.
    ///
    /// - Parameter label: the name of the thread, for who looks at the process.
    /// - Throws: ``DescriptorError`` when the process can open nothing any more.
    init(label: String) throws {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw DescriptorError(number: errno) }
        queue = DispatchQueue(label: label)
        wake = (ends[0], ends[1])
    }

    deinit {
        close(wake.reading)
        close(wake.writing)
    }

    /// Waits until something happens, and does what it was waited for.
    ///
    /// - Parameters:
    ///   - events: for what, as for poll(2); that the other side has gone is always told.
    ///   - descriptor: the open file.
    ///   - body: what to do then, on the same thread.
    /// - Returns: what `body` returned; nil when the task was cancelled before.
    func when<Value: Sendable>(
        _ events: Int32,
        at descriptor: Int32,
        _ body: @escaping @Sendable () -> Value
    ) async -> Value? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async {
                    continuation.resume(returning: self.isWoken(by: events, at: descriptor) ? nil : body())
                }
            }
        } onCancel: {
            _ = write(wake.writing, "x", 1)
        }
    }

    private func isWoken(by events: Int32, at descriptor: Int32) -> Bool {
        var watched = [
            pollfd(fd: descriptor, events: Int16(events), revents: 0),
            pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&watched, 2, -1) < 0 { guard errno == EINTR else { return true } }
        return watched[1].revents != 0
    }
}

/// There is no descriptor to be had.
struct DescriptorError: Error, CustomStringConvertible {
    let number: Int32

    var description: String { "The process can open nothing any more: \(String(cString: strerror(number)))." }
}
