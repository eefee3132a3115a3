import Domain
import Glibc
import Testing

@testable import ClientCommands

/// Names of files, here and there.
@Suite("Names of files")
struct FileNameTests {
    @Test(
        "Patterns match as in a shell",
        arguments: [
            ("*.csv", "a.csv", true), ("*.csv", ".csv", false), ("*.csv", "a.csv.gz", false),
            ("*", "a/b", false), ("*/*", "a/b", true), ("a?c", "abc", true), ("a?c", "ac", false),
            ("[a-c]x", "bx", true), ("[a-c]x", "dx", false), ("[!a-c]x", "dx", true), ("[]", "[]", true),
            ("[ab", "[ab", true), ("a*b*c", "axxbyyc", true), ("a*b*c", "axxcyyb", false), (".*", ".x", true),
            ("/a/b", "a/b", true), ("é*", "échelle", true), ("d/\u{301}x", "d/\u{301}x", true),
            ("*", "d/\u{301}x", false), ("**", "abc", true), ("", "a", false),
        ]
    )
    func patterns(pattern: String, path: String, fits: Bool) {
        #expect(NamePattern(pattern).matches(path) == fits)
    }

    @Test("A pattern that is meant to take for ever does not")
    func slowPattern() {
        let pattern = NamePattern(String(repeating: "*a", count: 60) + "b")
        let begin = ContinuousClock.now
        #expect(!pattern.matches(String(repeating: "a", count: 255)))
        #expect(.now - begin < .seconds(5))
    }

    @Test("What stands before the first wildcard is a folder")
    func folders() {
        #expect(NamePattern("a/b/*.csv").folder == "a/b")
        #expect(!NamePattern("a/b/*.csv").isDeep)
        #expect(NamePattern("a/*/c.csv").folder == "a")
        #expect(NamePattern("a/*/c.csv").isDeep)
        #expect(NamePattern("*.csv").folder.isEmpty)
    }

    @Test("Names of a guest lead nowhere but below the folder")
    func localNames() throws {
        #expect(try LocalName.parts(of: "/a//b.txt") == ["a", "b.txt"])
        #expect(try LocalName.parts(of: "a\u{1B}[2J\n") == ["a_[2J_"])
        // U+202E turns the direction of writing: exe.txt looks like txt.exe.
        #expect(try LocalName.parts(of: "\u{202E}txt.exe") == ["_txt.exe"])
        #expect(try LocalName.parts(of: "~/..a/...") == ["~", "..a", "..."])
        #expect(try LocalName.parts(of: "d/\u{301}x") == ["d", "\u{301}x"])
        for path in [
            "../\u{301}x", "../\u{200D}_init__.py", "a/..\u{2F}\u{20DD}x", "..", "a/../b", ".", "./a", "",
            "/", String(repeating: "a", count: 256),
        ] {
            #expect(throws: Failure.self, "\(path)") { try LocalName.parts(of: path) }
        }
    }

    @Test("A file is there when it is complete, and a link is no way out of the folder")
    func folder() async throws {
        let path = "/tmp/cloister-folder-\(UInt64.random(in: 0...UInt64.max))"
        defer {
            unlink(path + "/out/whole")
            unlink(path + "/link")
            rmdir(path + "/out")
            rmdir(path)
        }
        let folder = try LocalFolder(making: path)
        do {
            let draft = try folder.below(["out"]).draft(of: "half")
            try await draft.write([1])
        }
        let draft = try folder.below(["out"]).draft(of: "whole")
        try await draft.write([1, 2])
        #expect(try draft.keep(replacing: false))
        #expect(folder.has(["out", "whole"]) && !folder.has(["out", "half"]))
        // What is there stays, unless it is to be replaced.
        let second = try folder.below(["out"]).draft(of: "whole")
        try await second.write([3])
        #expect(try !second.keep(replacing: false))
        #expect(try second.keep(replacing: true))
        #expect(try await LocalTree.files(below: path) == ["out/whole"])
        #expect(symlink("/", path + "/link") == 0)
        #expect(throws: Failure.self) { try folder.below(["link"]) }
        #expect(throws: Failure.self) { try folder.below(["out", "whole"]) }
        for name in ["", ".", "..", "/tmp", "../\u{301}x", "out/\u{301}x", "a\u{0}b"] {
            #expect(throws: Failure.self, "\(name)") { try folder.below([name]) }
            #expect(throws: Failure.self, "\(name)") { try folder.draft(of: name) }
        }
    }
}
