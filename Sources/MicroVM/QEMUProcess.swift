internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Subprocess
internal import SystemPackage

/// A running QEMU with its monitor and its guest's port.
///
/// It lives inside ``run(_:on:by:_:)``; when that returns there is no process and no descriptor left.
struct QEMUProcess: Sendable {
    /// QEMU itself; in a jail a child of the process that was started.
    let handle: ProcessHandle
    /// The monitor.
    let monitor: QMPClient
    /// The guest's port.
    let guest: GuestChannel
    /// Fulfilled when the process has ended.
    let ended: EventLoopFuture<ProcessEnd>
    /// Fulfilled when a state that was given to QEMU has been loaded.
    let loaded: EventLoopFuture<Void>
    /// Fulfilled when the guest ended by itself: with its last words.
    let fall: EventLoopFuture<String>

    /// Starts a QEMU and runs `body` with it.
    ///
    /// - Parameters:
    ///   - launch: what to start.
    ///   - group: where its connections are served.
    ///   - deadline: when the monitor has to have answered.
    ///   - body: uses the process; when it returns, throws or is cancelled, the process is killed.
    /// - Returns: what `body` returned.
    /// - Throws: `launchFailed`, `deadlineExceeded`, or what `body` threw.
    static func run<Value: Sendable>(
        _ launch: Launch,
        on group: any EventLoopGroup,
        by deadline: ContinuousClock.Instant,
        _ body: (QEMUProcess) async throws -> Value
    ) async throws -> Value {
        let monitorSockets = try DescriptorPair.sockets()
        let guestSockets = try DescriptorPair.sockets()
        let words = try DescriptorPair.lossyPipe()
        let monitor = try await QMPClient.connect(monitorSockets.ours, on: group)
        let guest: GuestChannel
        do {
            guest = try await GuestChannel.connect(guestSockets.ours, on: group)
        } catch {
            await monitor.close()
            throw error
        }
        let standard = StandardDescriptors(
            input: monitorSockets.theirs.take(),
            output: guestSockets.theirs.take(),
            error: words.theirs.take(),
            diagnostics: words.ours.take()
        )
        let orders = Orders(on: group.next())
        monitor.closed.whenComplete { _ in orders.end.succeed(.disconnected) }
        guest.closed.whenComplete { _ in orders.end.succeed(.disconnected) }

        return try await withTaskGroup(of: Void.self) { tasks in
            tasks.addTask { await supervise(launch, standard, orders) }
            let result: Result<Value, any Error>
            var handle: ProcessHandle?
            do {
                let launcher = try await orders.started.futureResult.value(by: deadline, "QEMU's launch")
                try await negotiate(monitor, orders, by: deadline)
                let process = QEMUProcess(
                    handle: try ProcessHandle(launchedBy: launcher, isJailed: launch.confinement.isJailed),
                    monitor: monitor,
                    guest: guest,
                    ended: orders.ended.futureResult,
                    loaded: orders.loaded.futureResult,
                    fall: orders.fall.futureResult
                )
                handle = process.handle
                // A guest that sends garbage has lost its channel, and with it its machine.
                guest.closed.whenComplete { _ in process.handle.kill() }
                tasks.addTask { await process.watch(loaded: orders.loaded, fall: orders.fall) }
                result = .success(try await body(process))
            } catch {
                result = .failure(error)
            }
            // Killing QEMU alone lets its jail reap it and end by itself; killing the jail as well
            // would leave a zombie to the host's first process, which in a container may be us.
            if let handle { handle.kill() } else { orders.end.succeed(.kill) }
            await tasks.waitForAll()
            // A promise that nobody fulfilled is a defect in NIO's eyes.
            let gone = MicroVMError(.machineDied, "QEMU is gone.")
            orders.loaded.fail(gone)
            orders.fall.fail(gone)
            await monitor.close()
            await guest.close()
            // The sockets are gone when this returns, not some time later.
            _ = try? await monitor.closed.and(guest.closed).get()
            return result
        }.get()
    }

    private static func negotiate(
        _ monitor: QMPClient,
        _ orders: Orders,
        by deadline: ContinuousClock.Instant
    ) async throws(MicroVMError) {
        do throws(MicroVMError) {
            try await monitor.negotiate(by: deadline)
        } catch  where error.code == .machineDied {
            // It did not even start: its own words are the best explanation.
            let end = try await orders.ended.futureResult.value(by: .now + .seconds(2), "The end of QEMU")
            throw MicroVMError(.launchFailed, "QEMU \(end)")
        }
    }
}

/// What the task that supervises a process is told, and what it tells.
private struct Orders: Sendable {
    enum End: Sendable {
        /// Kill it now.
        case kill
        /// Its connections are closed: it is dying, or has to be helped.
        case disconnected
    }

    let started: EventLoopPromise<Int32>
    let end: EventLoopPromise<End>
    let ended: EventLoopPromise<ProcessEnd>
    let loaded: EventLoopPromise<Void>
    let fall: EventLoopPromise<String>

    init(on eventLoop: any EventLoop) {
        started = eventLoop.makePromise()
        end = eventLoop.makePromise()
        ended = eventLoop.makePromise()
        loaded = eventLoop.makePromise()
        fall = eventLoop.makePromise()
    }
}

/// What the new process gets as its descriptors 0, 1 and 2, and our end of the last.
private struct StandardDescriptors: Sendable {
    let input: Int32
    let output: Int32
    let error: Int32
    let diagnostics: Int32
}

extension QEMUProcess {
    private static let diagnosticBytesMax = 4 << 10

    /// Runs the process until it ends by itself or is ended.
    private static func supervise(_ launch: Launch, _ standard: StandardDescriptors, _ orders: Orders) async {
        defer { close(standard.diagnostics) }
        var options = PlatformOptions()
        // A session of its own, so that a signal to the group reaches launcher and QEMU, and not us.
        options.createSession = true
        options.teardownSequence = [letEnd]
        do {
            let result = try await Subprocess.run(
                .path("/bin/sh"),
                arguments: Arguments(launch.shellArguments),
                environment: .custom(["PATH": "/usr/bin:/bin"]),
                platformOptions: options,
                input: .fileDescriptor(
                    FileDescriptor(rawValue: standard.input),
                    closeAfterSpawningProcess: true
                ),
                output: .fileDescriptor(
                    FileDescriptor(rawValue: standard.output),
                    closeAfterSpawningProcess: true
                ),
                error: .fileDescriptor(
                    FileDescriptor(rawValue: standard.error),
                    closeAfterSpawningProcess: true
                )
            ) { execution in
                orders.started.succeed(execution.processIdentifier.value)
                switch try await orders.end.futureResult.get() {
                case .kill: await execution.teardown(using: [killGroup])
                // A signal that does nothing, and then a second in which to end in its own way.
                case .disconnected: await execution.teardown(using: [letEnd])
                }
            }
            let end = ProcessEnd(
                result.terminationStatus,
                isJailed: launch.confinement.isJailed,
                diagnostics: words(from: standard.diagnostics)
            )
            orders.ended.succeed(end)
        } catch {
            let failure = MicroVMError(.launchFailed, "QEMU's launcher could not be started: \(error).")
            orders.started.fail(failure)
            orders.ended.fail(failure)
        }
    }

    private static let killGroup = TeardownStep.send(
        signal: .kill,
        toProcessGroup: true,
        allowedDurationToNextStep: .seconds(5)
    )

    private static let letEnd = TeardownStep.send(
        signal: .resume,
        toProcessGroup: true,
        allowedDurationToNextStep: .seconds(1)
    )

    /// The end of what the process wrote to standard error; the pipe never held more than 64 KiB.
    private static func words(from pipe: Int32) -> String {
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(pipe, &chunk, chunk.count)
            guard count > 0 else { break }
            content += chunk[..<count]
        }
        let text = String(decoding: content.suffix(diagnosticBytesMax), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    }
}

extension ProcessEnd {
    fileprivate init(_ status: TerminationStatus, isJailed: Bool, diagnostics: String) {
        switch status {
        // The jail says with its own exit code which signal ended QEMU.
        case .exited(let code) where isJailed && code > 128:
            self.init(exitCode: nil, signal: code - 128, diagnostics: diagnostics)
        case .exited(let code): self.init(exitCode: code, signal: nil, diagnostics: diagnostics)
        case .signaled(let signal): self.init(exitCode: nil, signal: signal, diagnostics: diagnostics)
        }
    }
}
