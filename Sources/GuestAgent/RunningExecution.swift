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
        let (text, wasCut) = Self.text(of: bytes, most: order.resultBytes)
        wasTruncated = wasTruncated || wasCut
        valueText = text
    }

    /// Notes the JSON of the last expression's value.
    ///
    /// - Parameter bytes: the JSON; half of one is worth nothing, so one over the limit is dropped.
    mutating func setValueJSON(_ bytes: [UInt8]) {
        let (json, wasCut) = Self.text(of: bytes, most: order.resultBytes)
        guard !wasCut else { return wasTruncated = true }
        valueJSON = json
    }

    /// Reads bytes as UTF-8 and repairs what is none, which can make three bytes of one.
    ///
    /// - Parameters:
    ///   - bytes: the bytes.
    ///   - most: how long the text may be, in bytes after the repair.
    /// - Returns: the text, and whether something was cut off.
    static func text(of bytes: [UInt8], most: Int) -> (text: String, wasCut: Bool) {
        let text = String(decoding: bytes.prefix(most), as: UTF8.self)
        guard text.utf8.count > most else { return (text, bytes.count > most) }
        var cut = text.utf8.prefix(most)
        // Not inside a character: a scalar's first byte is none of 10xxxxxx.
        while let first = text.utf8[cut.endIndex...].first, first & 0xc0 == 0x80 { cut = cut.dropLast() }
        return (String(cut) ?? "", true)
    }

    /// Notes that the runtime left something out because it was too large.
    mutating func noteTruncation() { wasTruncated = true }

    /// The value of the last expression, if it had one.
    var value: ResultValue? { valueText.map { ResultValue(text: $0, json: valueJSON) } }
}
