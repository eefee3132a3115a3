/// A place that breaks a rule of the house.
struct Violation: Hashable, CustomStringConvertible {
    let path: String
    let line: Int
    let rule: String
    let detail: String

    init(_ source: SwiftSource, _ line: Int, rule: String, _ detail: String) {
        self.init(path: source.path, line: line, rule: rule, detail)
    }

    init(path: String, line: Int, rule: String, _ detail: String) {
        self.path = path
        self.line = line
        self.rule = rule
        self.detail = detail
    }

    var description: String { "\(path):\(line): \(rule): \(detail)" }
}
