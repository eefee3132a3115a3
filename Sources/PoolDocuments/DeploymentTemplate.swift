internal import APIModel
internal import Domain
internal import FoundationEssentials

/// An ARM deployment template: session pools with parameters.
struct DeploymentTemplate {
    /// What a parameter stands for.
    private struct Parameter {
        let value: JSONValue
        /// Whether somebody gave it: then it is no expression, whatever it looks like.
        let isLiteral: Bool
    }

    private let resourceValues: [JSONValue]
    private let parameters: [String: Parameter]
    private let variables: [String: JSONValue]

    /// Whether a document is a template.
    static func isTemplate(_ value: JSONValue) -> Bool {
        value["resources"] != nil
            || value["$schema"]?.text?.lowercased().contains("deploymenttemplate") == true
    }

    /// Reads a template.
    ///
    /// - Parameters:
    ///   - value: the document.
    ///   - given: values of parameters, by name: JSON values, or texts to be read as the parameter's type.
    /// - Throws: `invalidConfiguration` for parameters that are missing, and for parts that are not supported.
    init(_ value: JSONValue, given: [String: ParameterValue]) throws(Failure) {
        for part in ["functions", "copy"] where value[part] != nil {
            throw Failure(.invalidConfiguration, "\(part) of templates is not supported")
        }
        switch value["resources"] {
        case .array(let elements)?: resourceValues = elements
        // The symbolic names of newer templates.
        case .object(let members)?: resourceValues = members.map(\.value)
        default: throw Failure(.invalidConfiguration, "a template has resources")
        }
        var values: [String: Parameter] = [:]
        for declared in value["parameters"]?.members ?? [] {
            values[declared.name.lowercased()] = try Self.parameter(
                declared,
                given[declared.name.lowercased()]
            )
        }
        parameters = values
        var variables: [String: JSONValue] = [:]
        for variable in value["variables"]?.members ?? [] {
            variables[variable.name.lowercased()] = variable.value
        }
        self.variables = variables
    }

    /// The names of its parameters, in small letters.
    static func parameterNames(of value: JSONValue) -> Set<String> {
        Set((value["parameters"]?.members ?? []).map { $0.name.lowercased() })
    }

    /// The resources, with the values of parameters and variables in them.
    ///
    /// - Returns: the resources whose condition holds.
    /// - Throws: `invalidConfiguration` for other expressions.
    func resources() throws(Failure) -> [JSONValue] {
        var resources: [JSONValue] = []
        for resource in resourceValues {
            for part in ["copy", "scope", "resources"] where resource[part] != nil {
                throw Failure(.invalidConfiguration, "\(part) in a template's resource is not supported")
            }
            // What orders deployments in Azure is not looked at: pools do not depend on one another.
            let members = (resource.members ?? []).filter { $0.name != "dependsOn" }
            let evaluated = try evaluated(.object(members), depth: 0)
            if evaluated["condition"] == .boolean(false) { continue }
            resources.append(evaluated)
        }
        return resources
    }

    private static func parameter(
        _ declared: JSONValue.Member,
        _ given: ParameterValue?
    ) throws(Failure) -> Parameter {
        let type = declared.value["type"]?.text ?? "string"
        guard
            let value = try given.map({ given throws(Failure) in try given.value(of: type, declared.name) })
                ?? declared.value["defaultValue"]
        else {
            throw Failure(
                .invalidConfiguration,
                "the parameter \(declared.name) has no value; give it one with --parameters \(declared.name)=…"
            )
        }
        if case .array(let allowed)? = declared.value["allowedValues"], !allowed.contains(value) {
            let texts = allowed.map { String(decoding: $0.encoded, as: UTF8.self) }.joined(separator: ", ")
            throw Failure(.invalidConfiguration, "the parameter \(declared.name) is one of: \(texts)")
        }
        return Parameter(value: value, isLiteral: given != nil)
    }

    private func evaluated(_ value: JSONValue, depth: Int) throws(Failure) -> JSONValue {
        guard depth < 64 else {
            throw Failure(.invalidConfiguration, "a variable or parameter leads to itself")
        }
        switch value {
        case .string(let text): return try evaluated(text, depth: depth)
        case .array(let elements):
            var values: [JSONValue] = []
            for element in elements { values.append(try evaluated(element, depth: depth + 1)) }
            return .array(values)
        case .object(let members):
            var values: [JSONValue.Member] = []
            for member in members {
                values.append(.init(member.name, try evaluated(member.value, depth: depth + 1)))
            }
            return .object(values)
        default: return value
        }
    }

    private func evaluated(_ text: String, depth: Int) throws(Failure) -> JSONValue {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return .string(text) }
        // Two brackets are how templates write one.
        if text.hasPrefix("[[") { return .string(String(text.dropFirst())) }
        let inner = text.dropFirst().dropLast()
        for function in ["parameters", "variables"] {
            guard inner.hasPrefix(function + "('"), inner.hasSuffix("')") else { continue }
            let name = inner.dropFirst(function.count + 2).dropLast(2)
            guard !name.contains("'") else { continue }
            let parameter = function == "parameters" ? parameters[name.lowercased()] : nil
            if let parameter, parameter.isLiteral { return parameter.value }
            guard
                let value = parameter?.value ?? (function == "variables" ? variables[name.lowercased()] : nil)
            else { throw Failure(.invalidConfiguration, "there is no \(function.dropLast()) \(name)") }
            return try evaluated(value, depth: depth + 1)
        }
        throw Failure(
            .invalidConfiguration,
            "the expression \(text) is not supported; there are [parameters('name')] and [variables('name')]"
        )
    }
}

/// A value that somebody gives to a template's parameter.
package enum ParameterValue: Hashable, Sendable {
    /// As it stands on a command line.
    case text(String)
    /// As it stands in a file of parameters.
    case json([UInt8])

    /// The value for a parameter.
    func value(of type: String, _ name: String) throws(Failure) -> JSONValue {
        switch self {
        case .json(let bytes):
            return (try? JSONDecoder().decode(JSONValue.self, from: Data(bytes))) ?? .null
        case .text(let text):
            if ["string", "securestring"].contains(type.lowercased()) { return .string(text) }
            guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) else {
                throw Failure(
                    .invalidConfiguration,
                    "the parameter \(name) is of type \(type), and what was given is not"
                )
            }
            return value
        }
    }
}

extension JSONValue {
    /// The members, if this is an object.
    var members: [Member]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}
