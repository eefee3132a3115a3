/// A client-chosen or generated name of one execution: the key that keeps code from running twice.
package struct ExecutionID: Hashable, Sendable, CustomStringConvertible {
    /// The name: 1 to 128 letters, digits, dots, hyphens and underscores.
    package let text: String

    /// Checks and takes over a name.
    ///
    /// - Parameter text: the `operation-id` of a request, or a generated one.
    /// - Throws: `sessionRequestValidationFailed` when it is empty, too long or holds other characters.
    package init(_ text: String) throws(Failure) {
        guard text.isPlainName(upTo: 128) else {
            throw Failure(
                .sessionRequestValidationFailed,
                "An operation-id has 1 to 128 letters, digits, dots, hyphens and underscores."
            )
        }
        self.text = text
    }

    package var description: String { text }
}

/// What a client wants to have run, checked.
package struct ExecutionSpec: Hashable, Sendable {
    /// The name of the execution.
    package let id: ExecutionID
    /// What to run.
    package let input: ExecutionInput
    /// How long it may run; then it is interrupted.
    package let timeout: Duration
    /// How the client wants it to be answered.
    package let form: AnswerForm

    /// Checks the limits and makes a specification.
    ///
    /// - Parameters:
    ///   - id: the name of the execution.
    ///   - input: what to run.
    ///   - timeout: how long it may run.
    ///   - form: how the client wants it to be answered.
    ///   - limits: the pool's limits.
    /// - Throws: `payloadTooLarge` for too much code, `sessionRequestValidationFailed` for a bad time-out.
    package init(
        id: ExecutionID,
        input: ExecutionInput,
        timeout: Duration,
        form: AnswerForm = AnswerForm(),
        limits: ExecutionLimits
    ) throws(Failure) {
        guard input.byteCount <= limits.codeBytes else {
            throw Failure(
                .payloadTooLarge,
                "The code has \(input.byteCount) bytes; the limit is \(limits.codeBytes). "
                    + "Upload it as a file and run that."
            )
        }
        try input.check()
        guard timeout > .zero, timeout <= limits.timeout else {
            throw Failure(
                .sessionRequestValidationFailed,
                "timeoutInSeconds must be from 1 to \(limits.timeout.components.seconds)."
            )
        }
        self.id = id
        self.input = input
        self.timeout = timeout
        self.form = form
    }
}

/// The bounds of one execution.
package struct ExecutionLimits: Hashable, Sendable {
    /// The longest code, in bytes of UTF-8.
    package var codeBytes: Int
    /// The longest time that code may run.
    package var timeout: Duration
    /// How much output of one execution is kept, in bytes, standard output and error together.
    package var outputBytes: Int
    /// The greatest result or image that is kept, in bytes.
    package var resultBytes: Int
    /// How many images of one execution are kept.
    package var images: Int

    /// Makes limits; the defaults are the documented ones.
    ///
    /// - Parameters:
    ///   - codeBytes: the longest code, in bytes of UTF-8.
    ///   - timeout: the longest time that code may run (220 s: dynamic-sessions-api.md, section 3.4).
    ///   - outputBytes: how much output is kept, in bytes.
    ///   - resultBytes: the greatest result or image, in bytes.
    ///   - images: how many images are kept.
    package init(
        codeBytes: Int = 1 << 20,
        timeout: Duration = .seconds(220),
        outputBytes: Int = 4 << 20,
        resultBytes: Int = 4 << 20,
        images: Int = 16
    ) {
        self.codeBytes = codeBytes
        self.timeout = timeout
        self.outputBytes = outputBytes
        self.resultBytes = resultBytes
        self.images = images
    }
}
