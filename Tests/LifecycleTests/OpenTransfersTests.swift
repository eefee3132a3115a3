import Domain
import Lifecycle
import Testing

@Suite("Open transfers")
struct OpenTransfersTests {
    private let start = ContinuousClock.now

    @Test("So many files are open at once as the limit says, and a number only once")
    func room() {
        var transfers = OpenTransfers<ContinuousClock.Instant>()
        let most = UInt64(FileLimits.transfersPerSession)
        let opened = (0..<most).map { transfers.open($0, now: start) }
        #expect(opened.allSatisfy { $0 })
        let overTheLimit = transfers.open(99, now: start)
        #expect(!overTheLimit)
        transfers.close(3)
        let inItsPlace = transfers.open(99, now: start)
        #expect(inItsPlace)
        transfers.close(5)
        let again = transfers.open(99, now: start)
        #expect(!again)
    }

    @Test("A silent file is given up, one in use is not")
    func silence() {
        var transfers = OpenTransfers<ContinuousClock.Instant>()
        #expect(transfers.nextExpiry == nil)
        _ = transfers.open(1, now: start)
        _ = transfers.open(2, now: start)
        let used = start + FileLimits.transferSilence / 2
        let isKnown = transfers.touch(2, now: used)
        #expect(isKnown)
        #expect(transfers.nextExpiry == start + FileLimits.transferSilence)
        let early = transfers.closeExpired(start + FileLimits.transferSilence - .milliseconds(1))
        #expect(early.isEmpty)
        let first = transfers.closeExpired(start + FileLimits.transferSilence)
        #expect(first == [1])
        let isOpen = transfers.touch(1, now: used)
        #expect(!isOpen)
        #expect(transfers.nextExpiry == used + FileLimits.transferSilence)
        let second = transfers.closeExpired(used + FileLimits.transferSilence)
        #expect(second == [2])
        #expect(transfers.isEmpty)
    }
}
