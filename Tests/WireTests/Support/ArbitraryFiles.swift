import Domain
import Wire

extension Arbitrary {
    private static let paths = [
        "", "a", "a/b", "Grüße/e\u{301}/\u{e9}", "日本語.txt", "with space/and;signs", "mnt/data/x", "a\r\nb",
        String(repeating: "n", count: 255), "-", ".hidden/..x",
    ]

    mutating func path() throws -> SessionFilePath { try SessionFilePath(element(Self.paths)) }

    mutating func order() throws -> FileOrder {
        switch count(0...8) {
        case 0:
            .list(
                try path(),
                isRecursive: flag(),
                after: try path(),
                most: count(0...FileLimits.filesPerPart)
            )
        case 1: .look(try path())
        case 2: .remove(try path())
        case 3: .openToRead(try path(), transfer: number())
        case 4: .read(transfer: number(), offset: number(), count: count(0...FileLimits.chunkBytes))
        case 5: .openToWrite(try path(), transfer: number())
        case 6: .write(transfer: number(), offset: number(), bytes())
        case 7: .commit(transfer: number(), size: number())
        default: .close(transfer: number())
        }
    }

    mutating func reply() throws -> FileReply {
        switch count(0...4) {
        case 0: .trouble(element(FileTrouble.allCases))
        case 1:
            .files(
                SessionFileList(files: try (0..<count(0...9)).map { _ in try file() }, isComplete: flag())
            )
        case 2: .file(try file())
        case 3: .content(offset: number(), bytes())
        default: .done
        }
    }

    private mutating func file() throws -> SessionFile {
        SessionFile(
            path: try path(),
            isFolder: flag(),
            size: Int(number(0...UInt64(Int.max))),
            modified: Int64(truncatingIfNeeded: number())
        )
    }
}
