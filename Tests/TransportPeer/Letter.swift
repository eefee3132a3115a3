/// The tests' form of a message: what it is, its number, where an answer goes, and a payload.
package struct Letter: Equatable {
    /// Whether the letter asks.
    package var isQuestion: Bool
    /// The number of the question, or of the question that is answered.
    package var number: UInt64
    /// Where the answer goes.
    package var returnAddress: String
    /// Anything.
    package var payload: [UInt8]

    /// Creates a letter.
    package init(isQuestion: Bool, number: UInt64, returnAddress: String = "", payload: [UInt8] = []) {
        self.isQuestion = isQuestion
        self.number = number
        self.returnAddress = returnAddress
        self.payload = payload
    }

    /// Reads a letter, or gives nil for noise.
    package init?(bytes: [UInt8]) {
        guard bytes.count >= 10, bytes[0] < 2, bytes.count >= 10 + Int(bytes[9]) else { return nil }
        isQuestion = bytes[0] == 1
        number = bytes[1..<9].reduce(0) { $0 << 8 | UInt64($1) }
        let end = 10 + Int(bytes[9])
        returnAddress = String(decoding: bytes[10..<end], as: UTF8.self)
        payload = Array(bytes[end...])
    }

    /// The letter as bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = [isQuestion ? 1 : 0]
        for shift in stride(from: 56, through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
        bytes.append(UInt8(returnAddress.utf8.count))
        return bytes + Array(returnAddress.utf8) + payload
    }
}
