internal import HummingbirdCore
internal import Logging
internal import NIOCore

/// Serves each connection on the thread that reads it.
///
/// A request that changes threads wakes another processor each time, which on a virtual machine takes longer than
/// most of what is done here. What computes for long does not belong on these threads.
struct ServedByItsLoop<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: Base.Value, logger: Logger) async {
        await withTaskExecutorPreference(ConnectionState.of(value.channel).executor) {
            await base.handle(value: value, logger: logger)
        }
    }
}
