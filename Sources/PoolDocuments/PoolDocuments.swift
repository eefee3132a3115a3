internal import APIModel
package import Domain
internal import FoundationEssentials

/// All pools that some files want.
package struct PoolDocuments: Sendable {
    /// A file with documents.
    package struct File: Sendable {
        let name: String
        let text: String
        let secrets: SecretSource

        /// Names a file.
        ///
        /// - Parameters:
        ///   - name: its name, for messages.
        ///   - text: its content.
        ///   - secrets: where the secrets in it come from.
        package init(name: String, text: String, secrets: SecretSource) {
            self.name = name
            self.text = text
            self.secrets = secrets
        }
    }

    /// The pools, in the order of the documents.
    package private(set) var pools: [PoolDocument] = []
    /// What is wrong, each as a sentence with its place.
    package private(set) var problems: [String] = []
    private var namedParameters: Set<String> = []

    /// Reads files; what is wrong with one document does not hide what is wrong with the next.
    ///
    /// - Parameters:
    ///   - files: the files.
    ///   - parameters: values for templates, by name.
    package init(_ files: [File], parameters: [String: ParameterValue]) {
        let given = Dictionary(parameters.map { ($0.key.lowercased(), $0.value) }) { _, last in last }
        for file in files {
            do throws(Failure) {
                let trees = try DocumentTree.read(file.text)
                if trees.isEmpty { problems.append("\(file.name): there is no document in it.") }
                for (index, tree) in trees.enumerated() {
                    let place = trees.count > 1 ? "\(file.name), document \(index + 1)" : file.name
                    add(tree, place, file.secrets, given)
                }
            } catch {
                problems.append("\(file.name): \(Self.sentence(error))")
            }
        }
        for name in given.keys.sorted() where !namedParameters.contains(name) {
            problems.append("--parameters: no template has a parameter \(name).")
        }
    }

    /// Reads a file of parameters as Azure has them, or an object with names and values.
    ///
    /// - Parameter text: its content.
    /// - Returns: the values by name.
    /// - Throws: `invalidConfiguration` when it is neither.
    package static func parameters(_ text: String) throws(Failure) -> [String: ParameterValue] {
        guard let tree = try DocumentTree.read(text).first, let members = (tree["parameters"] ?? tree).members
        else {
            throw Failure(.invalidConfiguration, "a file of parameters is an object")
        }
        return Dictionary(
            members.map { ($0.name, .json(($0.value["value"] ?? $0.value).encoded)) },
            uniquingKeysWith: { _, last in last }
        )
    }

    private mutating func add(
        _ tree: JSONValue,
        _ place: String,
        _ secrets: SecretSource,
        _ given: [String: ParameterValue]
    ) {
        do throws(Failure) {
            for (index, value) in try resources(tree, given).enumerated() {
                let place = Self.isOne(tree) ? place : "\(place), resource \(index + 1)"
                do throws(Failure) {
                    let pool = try secrets.filled(try PoolDocument(value, place: place))
                    if let first = pools.first(where: { $0.name == pool.name }) {
                        throw Failure(.invalidConfiguration, "\(first.place) has a pool \(pool.name), too")
                    }
                    pools.append(pool)
                } catch {
                    problems.append("\(place): \(Self.sentence(error))")
                }
            }
        } catch {
            problems.append("\(place): \(Self.sentence(error))")
        }
    }

    private mutating func resources(
        _ tree: JSONValue,
        _ given: [String: ParameterValue]
    ) throws(Failure) -> [JSONValue] {
        if case .array(let elements) = tree { return elements.map(Self.unwrapped) }
        if case .array(let elements)? = tree["value"] { return elements.map(Self.unwrapped) }
        guard DeploymentTemplate.isTemplate(tree) else { return [Self.unwrapped(tree)] }
        namedParameters.formUnion(DeploymentTemplate.parameterNames(of: tree))
        return try DeploymentTemplate(tree, given: given).resources()
    }

    /// What `cloister pool show` prints can be applied again.
    private static func unwrapped(_ value: JSONValue) -> JSONValue {
        guard let members = value.members else { return value }
        return .object(members.filter { $0.name != "declared" })
    }

    private static func isOne(_ tree: JSONValue) -> Bool {
        if case .array = tree { return false }
        return tree["value"] == nil && !DeploymentTemplate.isTemplate(tree)
    }

    private static func sentence(_ failure: Failure) -> String {
        failure.message.hasSuffix(".") ? failure.message : failure.message + "."
    }
}
