package import Domain

/// What a worker tells the agent in a guest.
package enum HostFrame: Hashable, Sendable {
    /// Make a runtime warm, starting it first if it is one that lives on.
    case warmUp(Runtime)
    /// Be unlike your twins; sent to each clone before it serves.
    case prepare(Preparation)
    /// Run code.
    case run(RunOrder)
    /// Interrupt the code; after the grace the runtime is ended and started anew.
    case interrupt(execution: UInt64, grace: Duration)
    /// Do something with files; the answer carries the number.
    case file(number: UInt64, FileOrder)
    /// Do something with a terminal; the worker numbers the terminals of a guest.
    case terminal(number: UInt64, TerminalStep)
}

/// What makes a clone unlike its twins.
package struct Preparation: Hashable, Sendable {
    /// At least 64 random bytes.
    package var entropy: [UInt8]
    /// The host's time, in nanoseconds since 1970 UTC.
    package var unixTimeNanoseconds: UInt64
    /// 16 random bytes for `/etc/machine-id`.
    package var machineID: [UInt8]
    /// The guest's new name.
    package var hostname: String

    /// Makes a preparation.
    ///
    /// - Parameters:
    ///   - entropy: at least 64 random bytes.
    ///   - unixTimeNanoseconds: the host's time, in nanoseconds since 1970 UTC.
    ///   - machineID: 16 random bytes.
    ///   - hostname: the guest's new name.
    package init(entropy: [UInt8], unixTimeNanoseconds: UInt64, machineID: [UInt8], hostname: String) {
        self.entropy = entropy
        self.unixTimeNanoseconds = unixTimeNanoseconds
        self.machineID = machineID
        self.hostname = hostname
    }
}

/// Code for the agent to run.
package struct RunOrder: Hashable, Sendable {
    /// Numbers the executions of this guest.
    package var execution: UInt64
    /// What to run.
    package var input: ExecutionInput
    /// How much output is sent, in bytes; the rest is read and dropped.
    package var outputBytes: Int
    /// The greatest result or image that is sent, in bytes.
    package var resultBytes: Int
    /// How many images are sent.
    package var images: Int
    /// How many processes and threads the session's user may have; 0 leaves the limit as it is.
    package var processes: Int

    /// Makes an order.
    ///
    /// - Parameters:
    ///   - execution: numbers the executions of this guest.
    ///   - input: what to run.
    ///   - outputBytes: how much output is sent.
    ///   - resultBytes: the greatest result or image that is sent.
    ///   - images: how many images are sent.
    ///   - processes: how many processes and threads the session's user may have.
    package init(
        execution: UInt64,
        input: ExecutionInput,
        outputBytes: Int,
        resultBytes: Int,
        images: Int,
        processes: Int = 0
    ) {
        self.execution = execution
        self.input = input
        self.outputBytes = outputBytes
        self.resultBytes = resultBytes
        self.images = images
        self.processes = processes
    }
}

/// What the agent in a guest tells the worker.
package enum GuestFrame: Hashable, Sendable {
    /// The agent is up and speaks this version of the frames.
    case ready(protocolVersion: UInt32)
    /// The runtime is warm.
    case warmed
    /// The clone has fresh entropy, time and names.
    case prepared
    /// Something that an execution produced.
    case event(execution: UInt64, ExecutionEvent)
    /// The agent could not do what it was told.
    case trouble(String)
    /// What became of an order about files.
    case file(number: UInt64, FileReply)
    /// Something that a terminal has to say.
    case terminal(number: UInt64, TerminalReport)
}
