internal import NIOCore

/// A QEMU that was started ahead of any claim and has loaded its template's state: to become a
/// machine it has only to be let go on.
final class Zygote: Sendable {
    /// The template that it continues from.
    let template: Template
    /// The waiting process.
    let process: QEMUProcess
    /// Fulfilled when process and files are gone.
    let gone: EventLoopFuture<Void>
    private let releases: AsyncStream<Void>
    private let released: AsyncStream<Void>.Continuation

    /// Describes a waiting process.
    ///
    /// - Parameters:
    ///   - process: the process; it has loaded the template's state.
    ///   - template: the template.
    ///   - gone: fulfilled when process and files are gone.
    init(_ process: QEMUProcess, of template: Template, gone: EventLoopFuture<Void>) {
        self.process = process
        self.template = template
        self.gone = gone
        let (releases, released) = AsyncStream.makeStream(of: Void.self)
        self.releases = releases
        self.released = released
        process.ended.whenComplete { _ in released.finish() }
    }

    /// Says that the process is not needed any more.
    func release() { released.finish() }

    /// Waits until the process is not needed any more, has ended by itself, or the task is cancelled.
    func waitForRelease() async { for await _ in releases {} }
}
