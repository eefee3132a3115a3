import APIModel
import Foundation
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        (UInt64(0), "1970-01-01T00:00:00.0000000Z"), (951_782_399_999, "2000-02-28T23:59:59.9990000Z"),
        (951_782_400_000, "2000-02-29T00:00:00.0000000Z"),
        (1_709_164_800_007, "2024-02-29T00:00:00.0070000Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.0000000Z"), (.max, "9999-12-31T23:59:59.9990000Z"),
    ])
    func `A time is written as the contract has it`(milliseconds: UInt64, text: String) {
        #expect(Timestamp(epochMilliseconds: milliseconds).text == text)
    }

    @Test func `Every day of two centuries is the calendar's`() throws {
        let format = Date.ISO8601FormatStyle()
        for day in stride(from: 0, to: 73_000, by: 1) {
            let date = Date(timeIntervalSince1970: Double(day) * 86_400)
            let text = Timestamp(epochMilliseconds: UInt64(day) * 86_400_000).text
            #expect(text == date.formatted(format).dropLast() + ".0000000Z")
        }
    }
}
