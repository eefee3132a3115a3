internal import CWire
internal import Domain

extension Arena {
    mutating func pool(_ pool: PoolConfiguration) -> UnsafeMutablePointer<Cloister__V1__Pool> {
        let message = message(cloister__v1__pool__init)
        message.pointee.name = text(pool.name.text)
        message.pointee.runtime = text(pool.runtime.name)
        message.pointee.memory_mib = UInt32(clamping: pool.memoryMiB)
        message.pointee.virtual_cpus = UInt32(clamping: pool.virtualCPUs)
        message.pointee.disk_mib = UInt32(clamping: pool.diskMiB)
        message.pointee.processes_max = UInt32(clamping: pool.processes)
        switch pool.lifecycle {
        case .timed(let cooldown): message.pointee.cooldown_us = cooldown.wireMicroseconds
        case .onContainerExit(let maxAlive): message.pointee.max_alive_us = maxAlive.wireMicroseconds
        }
        message.pointee.max_concurrent_sessions = UInt32(clamping: pool.maxConcurrentSessions)
        message.pointee.code_bytes_max = UInt32(clamping: pool.limits.codeBytes)
        message.pointee.timeout_us_max = pool.limits.timeout.wireMicroseconds
        message.pointee.output_bytes_max = UInt32(clamping: pool.limits.outputBytes)
        message.pointee.result_bytes_max = UInt32(clamping: pool.limits.resultBytes)
        message.pointee.images_max = UInt32(clamping: pool.limits.images)
        message.pointee.ready_sessions = UInt32(clamping: pool.readySessions)
        return message
    }
}

extension PoolConfiguration {
    init(_ message: Cloister__V1__Pool) throws(WireError) {
        let name = try String(field: message.name, "pool.name")
        self.init(
            name: try checked { () throws(Failure) in try PoolName(name) },
            runtime: try Runtime(field: message.runtime),
            memoryMiB: Int(message.memory_mib),
            virtualCPUs: Int(message.virtual_cpus),
            diskMiB: Int(message.disk_mib),
            processes: message.processes_max > 0 ? Int(message.processes_max) : 512,
            lifecycle: message.max_alive_us > 0
                ? .onContainerExit(maxAlive: Duration(wireMicroseconds: message.max_alive_us))
                : .timed(cooldown: Duration(wireMicroseconds: message.cooldown_us)),
            maxConcurrentSessions: Int(message.max_concurrent_sessions),
            readySessions: Int(message.ready_sessions),
            limits: ExecutionLimits(
                codeBytes: Int(message.code_bytes_max),
                timeout: Duration(wireMicroseconds: message.timeout_us_max),
                outputBytes: Int(message.output_bytes_max),
                resultBytes: Int(message.result_bytes_max),
                images: Int(message.images_max)
            )
        )
    }
}
