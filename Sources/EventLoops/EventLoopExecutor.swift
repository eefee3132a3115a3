package import NIOCore

/// Runs tasks on the thread of an event loop: what is read and written over a connection of that loop wakes no other
/// thread (docs/decisions/0020-fewer-threads-woken.md).
package final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    /// Takes a loop.
    ///
    /// - Parameter loop: on whose thread tasks run.
    package init(_ loop: any EventLoop) { self.loop = loop }

    /// Lets a task go on at the loop's next turn.
    ///
    /// - Parameter job: what is to run.
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
