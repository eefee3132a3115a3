import Glibc
import Synchronization

/// Runs what a message wakes on the thread on which the library calls back, before the callback returns.
///
/// To wake another thread takes 30 to 50 µs on a virtual machine (docs/decisions/0020-fewer-threads-woken.md), which
/// is more than most messages need. What is woken elsewhere runs on Swift's own threads.
final class CallbackExecutor: TaskExecutor {
    /// A thread that is in a callback, and what it is still to run there.
    private struct Callback {
        let thread: pthread_t
        var jobs: [UnownedJob] = []
    }

    private let callbacks = Mutex<[Callback]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isHere = callbacks.withLock { callbacks in
            guard let place = callbacks.firstIndex(where: { $0.thread == pthread_self() }) else {
                return false
            }
            callbacks[place].jobs.append(job)
            return true
        }
        if !isHere { globalConcurrentExecutor.enqueue(job) }
    }

    /// Runs what `wake` wakes on the calling thread.
    ///
    /// - Parameter wake: resumes a task that prefers this executor.
    func callback(_ wake: () -> Void) {
        let thread = pthread_self()
        callbacks.withLock { $0.append(Callback(thread: thread)) }
        wake()
        while let job = nextJob(of: thread) { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    /// Takes out what the thread is to run next; when there is nothing more, its callback is over.
    private func nextJob(of thread: pthread_t) -> UnownedJob? {
        callbacks.withLock { callbacks in
            guard let place = callbacks.firstIndex(where: { $0.thread == thread }) else { return nil }
            guard !callbacks[place].jobs.isEmpty else {
                callbacks.remove(at: place)
                return nil
            }
            return callbacks[place].jobs.removeFirst()
        }
    }
}
