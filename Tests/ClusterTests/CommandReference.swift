import Foundation

/// The page docs/cli.md, from what the program says of its own commands.
struct CommandReference {
    /// The page.
    let text: String

    private struct Dump: Decodable { let command: Command }

    private struct Command: Decodable {
        let commandName: String
        let abstract: String?
        let discussion: String?
        let shouldDisplay: Bool?
        let arguments: [Argument]?
        let subcommands: [Command]?
    }

    private struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String

            var text: String { kind == "long" ? "--\(name)" : "-\(name)" }
        }

        let kind: String
        let shouldDisplay: Bool
        let isOptional: Bool
        let isRepeating: Bool
        let parsingStrategy: String?
        let names: [Name]?
        let valueName: String?
        let abstract: String?
        let discussion: String?
        let defaultValue: String?
        let allValues: [String]?
        let sectionTitle: String?
    }

    // Everywhere the same: told once.
    private static let common: Set<String> = ["help", "version"]

    /// Writes the page.
    ///
    /// - Parameter dump: what `--experimental-dump-help` prints.
    /// - Throws: when it is something else.
    init(dump: String) throws {
        let root = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command
        let (about, codes) = Self.codes(root.discussion ?? "")
        var lines = [
            """
            # Commands

            Generated from the definitions of the commands; do not edit. A test compares both;
            `CLOISTER_UPDATE=1 swift test --filter CommandReferenceTests` writes it anew.

            \(root.abstract ?? "") \(about) `--help` behind a command tells the same, `--version` the version, and
            `cloister completion` prints completions for bash, zsh and fish.

            ## Exit codes

            | code | meaning |
            | --- | --- |
            """
        ]
        lines += codes.map { "| \($0.code) | \($0.meaning) |" }
        lines.append("\nThe sections of `apply --dry-run` and `config check` say what is different there.")
        for command in root.subcommands ?? [] { lines += Self.section(command, below: "cloister", level: 2) }
        text = lines.joined(separator: "\n") + "\n"
    }

    /// The discussion without its exit codes, and these.
    private static func codes(_ discussion: String) -> (String, [(code: String, meaning: String)]) {
        let parts = discussion.components(separatedBy: "Exit codes: ")
        guard parts.count == 2 else { return (discussion, []) }
        let text = parts[1].hasSuffix(".") ? String(parts[1].dropLast()) : parts[1]
        let codes = text.components(separatedBy: "; ").compactMap { part -> (String, String)? in
            guard let end = part.firstIndex(of: " ") else { return nil }
            return (String(part[..<end]), String(part[part.index(after: end)...]))
        }
        return (parts[0].trimmingCharacters(in: .whitespacesAndNewlines), codes)
    }

    private static func section(_ command: Command, below parent: String, level: Int) -> [String] {
        guard command.shouldDisplay ?? true, command.commandName != "help" else { return [] }
        let name = parent + " " + command.commandName
        let arguments = (command.arguments ?? []).filter { argument in
            argument.shouldDisplay && !(argument.names ?? []).contains { common.contains($0.name) }
        }
        let subcommands = (command.subcommands ?? []).filter { $0.commandName != "help" }
        var lines = ["", String(repeating: "#", count: level) + " " + name, "", command.abstract ?? ""]
        if subcommands.isEmpty { lines += ["", "```\n\(usage(name, arguments))\n```"] }
        if let discussion = command.discussion, !discussion.isEmpty { lines += ["", escaped(discussion)] }
        if !arguments.isEmpty {
            lines += ["", "| argument | default | meaning |", "| --- | --- | --- |"]
            lines += arguments.map(row)
        }
        return lines + subcommands.flatMap { section($0, below: name, level: level + 1) }
    }

    private static func usage(_ name: String, _ arguments: [Argument]) -> String {
        var words = [name]
        if arguments.contains(where: { $0.kind != "positional" && $0.isOptional }) {
            words.append("[options]")
        }
        for argument in arguments {
            let dots = argument.isRepeating ? " ..." : ""
            let value = "<\(argument.valueName ?? "")>\(dots)"
            switch (argument.kind, argument.isOptional) {
            case ("positional", true):
                words.append(argument.parsingStrategy == "postTerminator" ? "[-- \(value)]" : "[\(value)]")
            case ("positional", false): words.append(value)
            case (_, false): words.append("\(argument.names?.first?.text ?? "") \(value)")
            default: break
            }
        }
        return words.joined(separator: " ")
    }

    private static func row(_ argument: Argument) -> String {
        let value = argument.valueName ?? ""
        let names = (argument.names ?? []).map(\.text).joined(separator: ", ")
        let name =
            switch argument.kind {
            case "positional": "<\(value)>"
            case "flag": names
            default: "\(names) <\(value)>"
            }
        let isRequired = !argument.isOptional && argument.defaultValue == nil
        let standard = isRequired ? "required" : argument.defaultValue.map { "`\($0)`" } ?? ""
        let values =
            argument.allValues.map { " One of: \($0.map { "`\($0)`" }.joined(separator: ", "))." } ?? ""
        let meaning = [argument.abstract, argument.discussion].compactMap(\.self).joined(separator: " ")
        return
            "| `\(name)` | \(standard) | \(escaped(meaning).replacingOccurrences(of: "\n", with: " "))\(values) |"
    }

    /// What Markdown would take for something else.
    private static func escaped(_ text: String) -> String {
        text.replacingOccurrences(of: "|", with: "\\|").replacingOccurrences(of: "<", with: "\\<")
    }
}
