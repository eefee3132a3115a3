package import APIModel
package import Domain
internal import FoundationEssentials
internal import Yams

/// The documents in a file, as JSON values whatever they are written in.
package enum DocumentTree {
    /// More than a hundred pools have; aliases of aliases could make it endless.
    private static let nodeLimit = 20_000

    /// Reads a file.
    ///
    /// - Parameter text: its content: JSON, or YAML with any number of documents.
    /// - Returns: the documents; empty ones are left out.
    /// - Throws: `invalidConfiguration` with the line of what cannot be read.
    package static func read(_ text: String) throws(Failure) -> [JSONValue] {
        // YAML is almost a superset of JSON, but not of its escapes.
        if let first = text.first(where: { !$0.isWhitespace }), "{[".contains(first),
            let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        {
            return [value]
        }
        do {
            var count = 0
            var documents = try Yams.compose_all(yaml: text)
            var values: [JSONValue] = []
            while let node = documents.next() { values.append(try value(node, &count)) }
            // What cannot be read looks like the end of the file.
            if let error = documents.error { throw error }
            return values.filter { $0 != .null }
        } catch let failure as Failure {
            throw failure
        } catch let error as YamlError {
            throw Failure(.invalidConfiguration, explanation(error))
        } catch {
            throw Failure(.invalidConfiguration, "it is neither YAML nor JSON: \(error)")
        }
    }

    private static func value(_ node: Node, _ count: inout Int) throws(Failure) -> JSONValue {
        count += 1
        guard count <= nodeLimit else {
            throw Failure(.invalidConfiguration, "it has more than \(nodeLimit) values")
        }
        switch node {
        case .scalar(let scalar): return value(scalar)
        case .sequence(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try value(element, &count)) }
            return .array(values)
        case .mapping(let members):
            var values: [JSONValue.Member] = []
            for (name, element) in members {
                guard let name = name.scalar?.string else {
                    throw Failure(
                        .invalidConfiguration,
                        "line \(element.mark?.line ?? 0): a name has to be a text"
                    )
                }
                values.append(.init(name, try value(element, &count)))
            }
            return .object(values)
        case .alias:
            throw Failure(.invalidConfiguration, "line \(node.mark?.line ?? 0): an alias leads nowhere")
        }
    }

    /// A plain scalar is what JSON has for it, else a text: `no`, `1_000` and `0x10` are what they look like.
    private static func value(_ scalar: Node.Scalar) -> JSONValue {
        let text = scalar.string
        guard scalar.style == .plain else { return .string(text) }
        switch text {
        case "", "~", "null": return .null
        case "true": return .boolean(true)
        case "false": return .boolean(false)
        default: break
        }
        if let number = Int(text), String(number) == text { return .integer(number) }
        if text.contains("."), let number = Double(text), number.isFinite,
            text.allSatisfy({ "0123456789.-+eE".contains($0) })
        {
            return .double(number)
        }
        return .string(text)
    }

    private static func explanation(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "line \(mark.line): it is neither YAML nor JSON: \(problem)"
        case .duplicatedKeysInMapping(let names, let context):
            "line \(context.mark.line): \(names.joined(separator: ", ")) is given twice"
        default: "it is neither YAML nor JSON: \(error)"
        }
    }
}
