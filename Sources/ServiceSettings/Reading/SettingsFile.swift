internal import Yams

/// A YAML file as keys with dots: `listen:` with `port: 80` below it is `listen.port`.
struct SettingsFile {
    /// A key in the file.
    struct Entry {
        let key: String
        let value: SettingValue
        let line: Int
    }

    /// The keys, in their order.
    private(set) var entries: [Entry] = []
    /// Sections without anything in them.
    private(set) var emptySections: [(key: String, line: Int)] = []
    /// What is wrong with the file's structure, each a sentence with its line.
    private(set) var problems: [SettingsProblem] = []

    /// More than any configuration has; aliases of aliases could make it endless.
    private static let entryLimit = 1_000
    private var count = 0

    /// Reads a file.
    ///
    /// - Parameter text: its content; one without anything in it has no keys.
    init(_ text: String) {
        do {
            guard let root = try Yams.compose(yaml: text) else { return }
            guard case .mapping(let members) = root else {
                if root.scalar?.string.isEmpty == true { return }
                problem("the file has to be keys with values", root)
                return
            }
            read(members, below: "")
            if count > Self.entryLimit {
                entries = []
                emptySections = []
                problems = []
                problem("the file has more than \(Self.entryLimit) values", root)
            }
        } catch let error as YamlError {
            problems.append(Self.problem(error))
        } catch {
            problems.append(SettingsProblem(key: "", line: nil, "the file is no YAML: \(error)"))
        }
    }

    private mutating func read(_ members: Node.Mapping, below section: String) {
        for (name, value) in members {
            count += 1
            guard count <= Self.entryLimit else { return }
            guard let name = name.scalar?.string, !name.isEmpty else {
                problem("a key has to be a text", value)
                continue
            }
            let key = section.isEmpty ? name : section + "." + name
            switch value {
            case .mapping(let members):
                if members.isEmpty { emptySections.append((key, line(value))) }
                read(members, below: key)
            case .sequence(let elements):
                guard let texts = Self.texts(elements) else {
                    problem("\(key) has to be a list of texts", value, key)
                    continue
                }
                add(key, .list(texts), value)
            case .scalar(let scalar):
                if Self.isEmpty(scalar) {
                    emptySections.append((key, line(value)))
                } else {
                    add(key, .text(scalar.string), value)
                }
            case .alias:
                problem("\(key) has an alias that leads nowhere", value, key)
            }
        }
    }

    private mutating func add(_ key: String, _ value: SettingValue, _ node: Node) {
        if entries.contains(where: { $0.key == key }) {
            problem("\(key) is given twice", node, key)
        } else {
            entries.append(Entry(key: key, value: value, line: line(node)))
        }
    }

    private mutating func problem(_ sentence: String, _ node: Node, _ key: String = "") {
        problems.append(SettingsProblem(key: key, line: line(node), sentence))
    }

    private func line(_ node: Node) -> Int { node.mark?.line ?? 1 }

    private static func texts(_ elements: Node.Sequence) -> [String]? {
        guard elements.count <= entryLimit else { return nil }
        var texts: [String] = []
        for element in elements {
            guard case .scalar(let scalar) = element, !isEmpty(scalar) else { return nil }
            texts.append(scalar.string)
        }
        return texts
    }

    /// YAML's ways to say nothing.
    private static func isEmpty(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            || scalar.string.isEmpty
    }

    private static func problem(_ error: YamlError) -> SettingsProblem {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            SettingsProblem(key: "", line: mark.line, "the file is no YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            SettingsProblem(
                key: "",
                line: context.mark.line,
                "\(duplicates.joined(separator: ", ")) is given twice in one section"
            )
        default: SettingsProblem(key: "", line: nil, "the file is no YAML: \(error)")
        }
    }
}
