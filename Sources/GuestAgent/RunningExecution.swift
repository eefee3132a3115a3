internal import Domain
internal import Wire

/// What the agent knows of the code that runs now.
struct RunningExecution {
    /// What the worker ordered.
    let order: RunOrder
    /// When the runtime was given the code, in microseconds of the monotonic clock.
    let startedAt: UInt64
    /// When the runtime is ended if the code has not stopped by itself; set by an interrupt.
    var killAt: UInt64?
    /// When the interrupt is sent again: one that comes before the runtime has read its order is dropped there.
    var interruptAgainAt: UInt64?
    /// Whether something was dropped because it was over a limit.
    private(set) var wasTruncated = false
    private var outputLeft: Int
    private var imagesLeft: Int
    private var valueText: String?
    private var valueJSON: String?

    /// Begins an execution.
    ///
    /// - Parameters:
    ///   - order: what the worker ordered.
    ///   - now: the monotonic clock, in microseconds.
    init(order: RunOrder, now: UInt64) {
        self.order = order
        startedAt = now
        outputLeft = order.outputBytes
        imagesLeft = order.images
    }

    /// Cuts output to what is left of its limit.
    ///
    /// - Parameter bytes: what the code printed.
    /// - Returns: what is sent of it.
    mutating func admitted(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count > outputLeft else {
            outputLeft -= bytes.count
            return bytes
        }
        wasTruncated = true
        defer { outputLeft = 0 }
        return Array(bytes.prefix(outputLeft))
    }

    /// Takes a picture in, if it is within the limits.
    ///
    /// - Parameter bytes: the picture as PNG.
    /// - Returns: whether it is sent.
    mutating func admitsImage(_ bytes: [UInt8]) -> Bool {
        guard imagesLeft > 0, bytes.count <= order.resultBytes else {
            wasTruncated = true
            return false
        }
        imagesLeft -= 1
        return true
    }

    /// Notes the text of the last expression's value.
    ///
    /// - Parameter bytes: the text; what is beyond the limit is cut.
    mutating func setValueText(_ bytes: [UInt8]) {
        if bytes.count > order.resultBytes { wasTruncated = true }
        valueText = String(decoding: bytes.prefix(order.resultBytes), as: UTF8.self)
    }

    /// Notes the JSON of the last expression's value.
    ///
    /// - Parameter bytes: the JSON; half of one is worth nothing, so one over the limit is dropped.
    mutating func setValueJSON(_ bytes: [UInt8]) {
        guard bytes.count <= order.resultBytes else { return wasTruncated = true }
        valueJSON = String(decoding: bytes, as: UTF8.self)
    }

    /// The value of the last expression, if it had one.
    var value: ResultValue? { valueText.map { ResultValue(text: $0, json: valueJSON) } }
}
