internal import Yams

/// How often each scenario comes in a mix.
package struct MixWeights: Hashable, Sendable, Codable {
    /// What comes when nobody says otherwise.
    package static let standard = Self(weights: ["warm": 80, "files": 8, "stream": 8, "churn": 4])

    /// The scenarios that a mix may have.
    package static let possible: Set<String> = ["warm", "tti", "churn", "files", "stream"]

    /// The weights by the scenarios' names.
    package let weights: [String: Int]

    private init(weights: [String: Int]) { self.weights = weights }

    /// Reads weights: a YAML mapping such as `warm: 80`.
    ///
    /// - Parameter yaml: the text.
    /// - Throws: ``BenchConfigurationError`` that says what is wrong with it.
    package init(yaml: String) throws {
        guard let weights = try? YAMLDecoder().decode([String: Int].self, from: yaml) else {
            throw BenchConfigurationError("The weights are no YAML mapping of scenarios to whole numbers.")
        }
        let unknown = Set(weights.keys).subtracting(Self.possible).sorted()
        guard unknown.isEmpty else {
            let known = Self.possible.sorted().joined(separator: ", ")
            throw BenchConfigurationError("\(unknown[0]) is nothing that can be mixed; there are: \(known).")
        }
        guard weights.values.allSatisfy({ (0...1_000_000).contains($0) }),
            weights.values.contains(where: { $0 > 0 })
        else { throw BenchConfigurationError("A weight is from 0 to 1000000, and one at least is above 0.") }
        self.weights = weights
    }

    /// The scenario of an operation.
    ///
    /// The same number has the same scenario in every run, and neighbours are spread as the weights say.
    ///
    /// - Parameter number: the operation's number.
    /// - Returns: the scenario's name.
    func choice(for number: Int) -> String {
        // SplitMix64's last steps spread numbers that lie side by side.
        var word = UInt64(truncatingIfNeeded: number) &* 0x9E37_79B9_7F4A_7C15
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        word ^= word >> 31
        var place = Int(word % UInt64(weights.values.reduce(0, +)))
        for (name, weight) in weights.sorted(by: { $0.key < $1.key }) {
            if place < weight { return name }
            place -= weight
        }
        preconditionFailure("the place is less than the sum of all weights")
    }
}

/// What was asked for makes no sense.
package struct BenchConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A sentence for people.
    package let description: String

    /// Makes the error.
    ///
    /// - Parameter description: a sentence for people.
    package init(_ description: String) { self.description = description }
}
