internal import APIModel
internal import Domain
internal import PoolDocuments
internal import Presentation

/// What `cloister apply` says.
enum ApplyText {
    /// Shows what changes, member by member.
    ///
    /// - Parameters:
    ///   - changes: the changes.
    ///   - sendsSecrets: whether secrets are sent in any case.
    static func show(_ changes: [PoolChange], sendsSecrets: Bool) {
        let style = TextStyle.of(1)
        for change in changes {
            let name = change.document.name.text
            switch change.action {
            case .make: Console.output(line: style.emphasized("\(name) is new"))
            case .change: Console.output(line: style.emphasized("\(name) changes"))
            case .none: Console.output(line: "\(name) is unchanged")
            }
            for difference in change.differences { Console.output(line: line(difference, style)) }
            guard change.uncomparedSecrets > 0, !sendsSecrets, change.action == .none else { continue }
            Console.output(
                line: "  (\(secrets(change.uncomparedSecrets)) not compared; --send-secrets sends them)"
            )
        }
    }

    /// What has been done, or would be.
    static func summary(_ changes: [PoolChange], _ pending: Int, isDry: Bool) -> String {
        guard pending > 0 else { return "Everything is as the files say." }
        func count(_ action: PoolChange.Action) -> Int { changes.count { $0.action == action } }
        let what = "\(count(.make)) new, \(count(.change)) changed, \(count(.none)) unchanged"
        return isDry ? "It would be: \(what). Nothing was sent." : "Done: \(what)."
    }

    /// The changes for programs.
    static func report(_ changes: [PoolChange]) -> Report {
        let documents = changes.map { change in
            JSONValue.object([
                .init("name", .string(change.document.name.text)),
                .init("id", .string(change.address.resourceID)),
                .init("action", .string(change.action.rawValue)),
                .init(
                    "differences",
                    .array(
                        change.differences.map {
                            .object([
                                .init("path", .string($0.path)), .init("old", $0.old ?? .null),
                                .init("new", $0.new ?? .null),
                            ])
                        }
                    )
                ),
            ])
        }
        return Report(.array(documents), table: TextTable("NAME"), emptiness: "")
    }

    private static func line(_ difference: PoolChange.Difference, _ style: TextStyle) -> String {
        let path = PlainText.of(difference.path)
        switch (difference.old.map(text), difference.new.map(text)) {
        case (let old?, let new?): return style.warning("  ~ \(path): \(old) -> \(new)")
        case (let old?, nil): return style.alarming("  - \(path): \(old)")
        case (nil, let new?): return style.pleasing("  + \(path): \(new)")
        case (nil, nil): return ""
        }
    }

    private static func text(_ value: JSONValue) -> String {
        PlainText.of(String(decoding: value.encoded, as: UTF8.self))
    }

    private static func secrets(_ count: Int) -> String {
        count == 1 ? "the value of 1 secret" : "the values of \(count) secrets"
    }
}
