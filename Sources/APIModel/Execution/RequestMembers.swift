internal import Domain

/// Reads members of a request's body by name, wherever the client put them.
///
/// Old clients wrap the members in `properties`, new ones do not, and some send the one to a route that
/// documents the other: both are read on every route. A member that is `null` counts as absent.
struct RequestMembers: Decodable {
    private let containers: [KeyedDecodingContainer<MemberName>]

    init(from decoder: any Decoder) throws {
        let top: KeyedDecodingContainer<MemberName>
        do {
            top = try decoder.container(keyedBy: MemberName.self)
        } catch {
            throw Failure(.sessionPropertiesMissing, "The body has to be a JSON object.")
        }
        let wrapper = MemberName("properties")
        guard top.contains(wrapper), try !top.decodeNil(forKey: wrapper) else {
            containers = [top]
            return
        }
        do {
            containers = [try top.nestedContainer(keyedBy: MemberName.self, forKey: wrapper), top]
        } catch {
            throw Failure(.sessionPropertiesMissing, "The member 'properties' has to be a JSON object.")
        }
    }

    func text(_ name: String) throws(Failure) -> String? {
        try value(name, as: String.self, mustBe: "a string")
    }

    func integer(_ name: String) throws(Failure) -> Int? {
        try value(name, as: Int.self, mustBe: "a whole number")
    }

    func boolean(_ name: String) throws(Failure) -> Bool? {
        try value(name, as: Bool.self, mustBe: "true or false")
    }

    func texts(_ name: String) throws(Failure) -> [String]? {
        try value(name, as: [String].self, mustBe: "an array of strings")
    }

    func isPresent(_ name: String) -> Bool {
        containers.contains { holds(name, $0) }
    }

    private func value<Value: Decodable>(
        _ name: String,
        as type: Value.Type,
        mustBe kind: String
    ) throws(Failure) -> Value? {
        guard let container = containers.first(where: { holds(name, $0) }) else { return nil }
        do {
            return try container.decode(type, forKey: MemberName(name))
        } catch {
            throw Failure(.sessionRequestValidationFailed, "The member '\(name)' has to be \(kind).")
        }
    }

    private func holds(_ name: String, _ container: KeyedDecodingContainer<MemberName>) -> Bool {
        let key = MemberName(name)
        return container.contains(key) && (try? container.decodeNil(forKey: key)) == false
    }
}
