import Testing

@testable import ClientCommands

/// What a shell is given to complete.
@Suite("Completions")
struct CompletionTests {
    @Test("Plain names are completed", arguments: ["a", "notebook-1", "A.b_c-9", "_x", ".x"])
    func plain(name: String) { #expect(CompletableName.isPlain(name)) }

    @Test(
        "A name that a shell would run, split or take for an option is not",
        arguments: [
            "", "$(id>/tmp/x)abcd", "`id`", "a;id", "a b", "a|b", "a&b", "$HOME", "-rf", "a\nb", "a'b",
            "a\"b",
            "a*", "~", "a\\b", "é", "a\u{301}", "ª",
        ]
    )
    func hostile(name: String) { #expect(!CompletableName.isPlain(name)) }
}
