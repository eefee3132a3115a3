import Domain
import Testing

@Suite("Paths of files")
struct SessionFilePathTests {
    @Test(
        "The data folder may be written out, or left out",
        arguments: ["", "/", "//", "/mnt/data", "/mnt/data/", "//mnt/data//"]
    )
    func root(text: String) throws {
        // Only the exact spelling is the data folder's; the last one is a folder inside of it.
        let path = try SessionFilePath(text)
        #expect(path.text == (text.hasPrefix("//mnt") ? "mnt/data" : ""))
    }

    @Test(
        "Slashes too many mean nothing, everything else of a name does",
        arguments: [
            ("a", "a"), ("/a//b/", "a/b"), ("/mnt/data/x y", "x y"), ("/mnt/database/x", "mnt/database/x"),
            ("mnt/data/x", "mnt/data/x"), ("...", "..."), (" ", " "), ("日本/é.txt", "日本/é.txt"),
            ("a\\b", "a\\b"),
            ("/mnt/data/\u{301}x", "\u{301}x"), ("d/\u{301}x", "d/\u{301}x"),
            ("-rf", "-rf"), (".bashrc", ".bashrc"),
        ]
    )
    func parts(text: String, wanted: String) throws {
        #expect(try SessionFilePath(text).text == wanted)
    }

    @Test(
        "What leaves the folder, ends early or is too long is refused",
        arguments: [
            "..", "../x", "../\u{301}x", "../\u{200D}_init__.py", "/\u{301}/..", "a/../b", "a/..",
            "/mnt/data/../x", ".", "./a", "a/.", "a\u{0}b", "\u{0}",
            String(repeating: "n", count: 256), String(repeating: "é", count: 128),
            String(repeating: "n/", count: 600),
        ]
    )
    func refused(text: String) {
        #expect { try SessionFilePath(text) } throws: { ($0 as? Failure)?.code == .filePathInvalid }
    }

    @Test("The longest name and the longest path are taken, also behind the data folder's own")
    func bounds() throws {
        #expect(try SessionFilePath(String(repeating: "n", count: 255)).name.utf8.count == 255)
        let longest = String(repeating: "n/", count: 511) + "nn"
        #expect(longest.utf8.count == SessionFilePath.bytesMax)
        #expect(try SessionFilePath(longest).text == longest)
        #expect(try SessionFilePath(SessionFilePath.root + "/" + longest).text == longest)
        #expect(throws: Failure.self) { try SessionFilePath(longest + "n") }
        #expect(throws: Failure.self) { try SessionFilePath(longest).appending(SessionFilePath("n")) }
    }

    @Test("Two spellings of one character are two names")
    func spellings() throws {
        let (composed, decomposed) = (try SessionFilePath("\u{e9}"), try SessionFilePath("e\u{301}"))
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
        #expect(Array(decomposed.text.utf8) == Array("e\u{301}".utf8))
    }

    @Test(
        "An upload may have the contract's signs in its name",
        arguments: [
            "a.txt", "a-b_c d.@$&=;,#%^()", "sub/dir/x.y.z", "Grüße 日本 🎉.md", "no-ending", "x.", ".hidden",
        ]
    )
    func newNames(text: String) throws { try SessionFilePath(text).requireNewName() }

    @Test(
        "An upload may not have other signs, dots in folders, control characters, or our own names",
        arguments: [
            "a*b", "a?b", "a\"b", "a<b", "a|b", "a:b", "a\\b", "a[1]", "a+b", "a'b", "a!", "a~", "v1.2/x",
            "a\nb", "a\u{7f}b", "a\u{85}b", "", "/", ".cloister-upload-1", ".cloister-upload-\u{301}",
            "x/.cloister-upload-1",
        ]
    )
    func refusedNewNames(text: String) throws {
        let path = try SessionFilePath(text)
        #expect { try path.requireNewName() } throws: { ($0 as? Failure)?.code == .filePathInvalid }
    }

    @Test("Every trouble of a guest has a failure that is no fault of ours, but for a broken file system")
    func troubles() throws {
        let path = try SessionFilePath("secret.txt")
        for trouble in FileTrouble.allCases {
            #expect(trouble.failure(for: path).code.httpStatus < 500 || trouble == .broken)
            #expect(!trouble.failure(for: nil).message.isEmpty)
        }
    }
}
