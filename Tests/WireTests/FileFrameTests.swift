import Domain
import Testing
import Wire

@Suite("Files on the wire")
struct FileFrameTests {
    @Test("The greatest part of a file goes through every message; a greater one is refused")
    func chunks() throws {
        let most = [UInt8](repeating: 0xa5, count: FileLimits.chunkBytes)
        let answer = GuestFrame.file(number: 1, .content(offset: 7, most))
        #expect(try GuestFrame(decoding: Array(answer.encoded().dropFirst(4))) == answer)
        let order = HostFrame.file(number: 1, .write(transfer: 2, offset: 3, most))
        #expect(try HostFrame(decoding: Array(order.encoded().dropFirst(4))) == order)
        let tooMuch = GuestFrame.file(number: 1, .content(offset: 7, most + [0]))
        #expect(throws: WireError.self) { try GuestFrame(decoding: Array(tooMuch.encoded().dropFirst(4))) }
        let tooLong = HostFrame.file(number: 1, .write(transfer: 2, offset: 3, most + [0]))
        #expect(throws: WireError.self) { try HostFrame(decoding: Array(tooLong.encoded().dropFirst(4))) }
    }

    @Test("The longest part of a list goes through; a longer one is refused")
    func lists() throws {
        // Names that a path can just hold, so that the message is as great as it gets.
        let name = String(repeating: "n", count: 250)
        let files = try (0..<FileLimits.filesPerPart).map { number in
            let path = try SessionFilePath("\(name)/\(name)/\(name)/\(number)")
            return SessionFile(path: path, isFolder: false, size: number, modified: 1)
        }
        let answer = GuestFrame.file(number: 1, .files(SessionFileList(files: files, isComplete: true)))
        #expect(try GuestFrame(decoding: Array(answer.encoded().dropFirst(4))) == answer)
        let longer = GuestFrame.file(
            number: 1,
            .files(SessionFileList(files: files + files.prefix(1), isComplete: true))
        )
        #expect(throws: WireError.self) { try GuestFrame(decoding: Array(longer.encoded().dropFirst(4))) }
    }

    @Test("What does not fit the question is known as that")
    func fitting() throws {
        let path = try SessionFilePath("a")
        let file = SessionFile(path: path, isFolder: false, size: 1, modified: 1)
        let list = SessionFileList(files: [file, file], isComplete: true)
        #expect(FileReply.files(list).fits(.list(path, isRecursive: true, after: path, most: 2)))
        #expect(!FileReply.files(list).fits(.list(path, isRecursive: true, after: path, most: 1)))
        #expect(FileReply.content(offset: 5, [1, 2]).fits(.read(transfer: 1, offset: 5, count: 2)))
        #expect(!FileReply.content(offset: 5, [1, 2, 3]).fits(.read(transfer: 1, offset: 5, count: 2)))
        #expect(!FileReply.content(offset: 4, [1]).fits(.read(transfer: 1, offset: 5, count: 2)))
        #expect(!FileReply.done.fits(.look(path)))
        #expect(!FileReply.file(file).fits(.remove(path)))
        #expect(FileReply.trouble(.full).fits(.remove(path)))
    }
}
