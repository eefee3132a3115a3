internal import CWire
internal import Domain

extension Arena {
    mutating func event(_ sequenced: SequencedEvent) -> UnsafeMutablePointer<Cloister__V1__ExecutionEvent> {
        let message = message(cloister__v1__execution_event__init)
        message.pointee.sequence = sequenced.sequence
        switch sequenced.event {
        case .standardOutput(let content):
            message.pointee.event_case = CLOISTER__V1__EXECUTION_EVENT__EVENT_STANDARD_OUTPUT
            message.pointee.standard_output = bytes(content)
        case .standardError(let content):
            message.pointee.event_case = CLOISTER__V1__EXECUTION_EVENT__EVENT_STANDARD_ERROR
            message.pointee.standard_error = bytes(content)
        case .value(let value):
            message.pointee.event_case = CLOISTER__V1__EXECUTION_EVENT__EVENT_VALUE
            message.pointee.value = resultValue(value)
        case .image(let image):
            message.pointee.event_case = CLOISTER__V1__EXECUTION_EVENT__EVENT_IMAGE
            message.pointee.image = resultImage(image)
        case .ended(let outcome):
            message.pointee.event_case = CLOISTER__V1__EXECUTION_EVENT__EVENT_ENDED
            message.pointee.ended = self.outcome(outcome)
        }
        return message
    }

    private mutating func resultValue(
        _ value: ResultValue
    ) -> UnsafeMutablePointer<Cloister__V1__ResultValue> {
        let message = message(cloister__v1__result_value__init)
        message.pointee.text = bytes(value.text.utf8)
        if let json = value.json {
            message.pointee.has_json = 1
            message.pointee.json = bytes(json.utf8)
        }
        return message
    }

    private mutating func resultImage(
        _ image: ResultImage
    ) -> UnsafeMutablePointer<Cloister__V1__ResultImage> {
        let message = message(cloister__v1__result_image__init)
        message.pointee.format = text(image.format)
        message.pointee.content = bytes(image.bytes)
        return message
    }

    private mutating func outcome(_ outcome: Outcome) -> UnsafeMutablePointer<Cloister__V1__Outcome> {
        let message = message(cloister__v1__outcome__init)
        message.pointee.status =
            switch outcome.status {
            case .succeeded: CLOISTER__V1__OUTCOME__STATUS__SUCCEEDED
            case .failed: CLOISTER__V1__OUTCOME__STATUS__FAILED
            case .timedOut: CLOISTER__V1__OUTCOME__STATUS__TIMED_OUT
            case .cancelled: CLOISTER__V1__OUTCOME__STATUS__CANCELLED
            }
        message.pointee.error_name = bytes(outcome.errorName.utf8)
        message.pointee.error_message = bytes(outcome.errorMessage.utf8)
        message.pointee.duration_us = outcome.duration.wireMicroseconds
        message.pointee.state_was_lost = outcome.stateWasLost ? 1 : 0
        message.pointee.was_truncated = outcome.wasTruncated ? 1 : 0
        if let exitCode = outcome.exitCode {
            message.pointee.has_exit_code = 1
            message.pointee.exit_code = UInt32(clamping: exitCode)
        }
        return message
    }
}

extension SequencedEvent {
    init(_ message: Cloister__V1__ExecutionEvent) throws(WireError) {
        let event: ExecutionEvent =
            switch message.event_case {
            case CLOISTER__V1__EXECUTION_EVENT__EVENT_STANDARD_OUTPUT:
                .standardOutput([UInt8](message.standard_output))
            case CLOISTER__V1__EXECUTION_EVENT__EVENT_STANDARD_ERROR:
                .standardError([UInt8](message.standard_error))
            case CLOISTER__V1__EXECUTION_EVENT__EVENT_VALUE:
                .value(try ResultValue(try required(message.value, "value")))
            case CLOISTER__V1__EXECUTION_EVENT__EVENT_IMAGE:
                .image(try ResultImage(try required(message.image, "image")))
            case CLOISTER__V1__EXECUTION_EVENT__EVENT_ENDED:
                .ended(try Outcome(try required(message.ended, "ended")))
            default: throw WireError(.invalidField, "The event's kind is not known.")
            }
        self.init(sequence: message.sequence, event: event)
    }
}

extension ResultValue {
    /// Reads a value; a guest's text may be any bytes, so what is not UTF-8 is repaired here.
    fileprivate init(_ message: Cloister__V1__ResultValue) throws(WireError) {
        let json = message.has_json != 0 ? String(decoding: [UInt8](message.json), as: UTF8.self) : nil
        self.init(text: String(decoding: [UInt8](message.text), as: UTF8.self), json: json)
    }
}

extension ResultImage {
    fileprivate init(_ message: Cloister__V1__ResultImage) throws(WireError) {
        let format = try String(field: message.format, "format")
        let isWord = format.utf8.allSatisfy { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) }
        guard isWord, (1...16).contains(format.utf8.count) else {
            throw WireError(.invalidField, "The image's format is not a word.")
        }
        self.init(format: format, bytes: [UInt8](message.content))
    }
}

extension Outcome {
    fileprivate init(_ message: Cloister__V1__Outcome) throws(WireError) {
        let status: Status =
            switch message.status {
            case CLOISTER__V1__OUTCOME__STATUS__SUCCEEDED: .succeeded
            case CLOISTER__V1__OUTCOME__STATUS__FAILED: .failed
            case CLOISTER__V1__OUTCOME__STATUS__TIMED_OUT: .timedOut
            case CLOISTER__V1__OUTCOME__STATUS__CANCELLED: .cancelled
            default: throw WireError(.invalidField, "The outcome's status is not known.")
            }
        self.init(
            status: status,
            errorName: String(decoding: [UInt8](message.error_name), as: UTF8.self),
            errorMessage: String(decoding: [UInt8](message.error_message), as: UTF8.self),
            duration: Duration(wireMicroseconds: message.duration_us),
            stateWasLost: message.state_was_lost != 0,
            wasTruncated: message.was_truncated != 0,
            exitCode: message.has_exit_code != 0 ? Int(message.exit_code) : nil
        )
    }
}
