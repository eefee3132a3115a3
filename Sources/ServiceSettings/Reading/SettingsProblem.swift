/// Something wrong with a configuration.
package struct SettingsProblem: Hashable, Sendable {
    /// The key that it is about; empty for the file as a whole.
    package let key: String
    /// Where: a place as people find it, such as `cloister.yaml:12` or the name of a variable.
    package private(set) var place: String
    /// What is wrong and what is allowed, without a full stop.
    package let sentence: String
    private let line: Int?

    init(key: String, line: Int?, _ sentence: String) {
        self.key = key
        self.line = line
        self.place = ""
        self.sentence = sentence
    }

    /// Makes a problem.
    ///
    /// - Parameters:
    ///   - key: the key that it is about.
    ///   - place: where it is, as people find it.
    ///   - sentence: what is wrong and what is allowed, without a full stop.
    package init(key: String, place: String, _ sentence: String) {
        self.key = key
        self.line = nil
        self.place = place
        self.sentence = sentence
    }

    /// The problem as one of a certain file.
    func inFile(_ name: String) -> Self {
        var problem = self
        problem.place = line.map { "\(name):\($0)" } ?? name
        return problem
    }

    /// Where and what, as a sentence.
    package var text: String { "\(place): \(sentence)\(sentence.hasSuffix("?") ? "" : ".")" }
}

extension [SettingsProblem] {
    /// All of them, one a line.
    package var text: String {
        count == 1
            ? self[0].text
            : "\(count) things are wrong with the configuration:\n"
                + map { "  " + $0.text }.joined(separator: "\n")
    }
}
