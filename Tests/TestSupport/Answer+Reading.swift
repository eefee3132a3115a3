package import Domain
package import Wire

extension Answer {
    /// What the code printed, when the answer holds events.
    package var printed: String? {
        guard case .events(let page) = self else { return nil }
        var bytes: [UInt8] = []
        for case .standardOutput(let chunk) in page.events.map(\.event) { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The events, when the answer holds any.
    package var page: EventPage? {
        guard case .events(let page) = self else { return nil }
        return page
    }

    /// The execution's end, when the answer holds it.
    package var outcome: Outcome? {
        guard case .events(let page) = self, case .ended(let outcome) = page.events.last?.event else {
            return nil
        }
        return outcome
    }

    /// The code of the failure, when the answer is one.
    package var failureCode: FailureCode? {
        guard case .failure(let failure) = self else { return nil }
        return failure.code
    }
}
