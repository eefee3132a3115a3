internal import FoundationEssentials

/// A value of QEMU's monitor protocol: JSON.
package indirect enum QMPValue: Hashable, Sendable {
    /// No value.
    case null
    /// True or false.
    case boolean(Bool)
    /// A whole number.
    case integer(Int64)
    /// Any other number.
    case number(Double)
    /// A text.
    case text(String)
    /// A list.
    case list([QMPValue])
    /// Named values.
    case object([String: QMPValue])

    /// The member of an object.
    ///
    /// - Parameter name: the member's name.
    package subscript(name: String) -> QMPValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// The text, if it is one.
    package var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }

    /// The whole number, if it is one.
    package var integer: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }
}

extension QMPValue: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([QMPValue].self) {
            self = .list(value)
        } else {
            self = .object(try container.decode([String: QMPValue].self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .boolean(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}

extension QMPValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .text(value) }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(arrayLiteral elements: QMPValue...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, QMPValue)...) {
        self = .object(Dictionary(elements) { _, last in last })
    }
}

/// Something that QEMU told unasked.
package struct QMPEvent: Hashable, Sendable {
    /// Its name, such as `SHUTDOWN`.
    package let name: String
    /// What belongs to it.
    package let data: QMPValue
}

/// One line from QEMU's monitor.
enum QMPMessage: Hashable, Sendable {
    /// The first line of all.
    case greeting
    /// The answer to a command.
    case answer(id: Int64, Result<QMPValue, MicroVMError>)
    /// Something that QEMU told unasked.
    case event(QMPEvent)

    /// Reads a line.
    ///
    /// - Parameter line: the line, without its end.
    /// - Throws: `monitorGarbage` when it is not of the protocol.
    init(line: [UInt8]) throws(MicroVMError) {
        let value: QMPValue
        do {
            value = try JSONDecoder().decode(QMPValue.self, from: Data(line))
        } catch {
            throw MicroVMError(.monitorGarbage, "A line from QEMU's monitor is not JSON.")
        }
        if value["QMP"] != nil {
            self = .greeting
        } else if let name = value["event"]?.text {
            self = .event(QMPEvent(name: name, data: value["data"] ?? .null))
        } else if let error = value["error"] {
            let reason = error["desc"]?.text ?? "no reason given"
            // An error without a number is about a line that QEMU could not read: ours, so all is lost.
            guard let id = value["id"]?.integer else {
                throw MicroVMError(.monitorGarbage, "QEMU's monitor did not understand us: \(reason)")
            }
            self = .answer(id: id, .failure(MicroVMError(.commandRefused, "QEMU refused: \(reason)")))
        } else if let result = value["return"], let id = value["id"]?.integer {
            self = .answer(id: id, .success(result))
        } else {
            throw MicroVMError(.monitorGarbage, "A line from QEMU's monitor is neither answer nor event.")
        }
    }

    /// Writes a command.
    ///
    /// - Parameters:
    ///   - name: the command's name.
    ///   - arguments: its arguments; null for none.
    ///   - id: the number that the answer carries.
    /// - Returns: the line, with its end.
    /// - Throws: `monitorGarbage` when an argument is no JSON (a number that is not finite).
    static func command(
        _ name: String,
        arguments: QMPValue,
        id: Int64
    ) throws(MicroVMError) -> [UInt8] {
        var members: [String: QMPValue] = ["execute": .text(name), "id": .integer(id)]
        if arguments != .null { members["arguments"] = arguments }
        do {
            return Array(try JSONEncoder().encode(QMPValue.object(members))) + [UInt8(ascii: "\n")]
        } catch {
            throw MicroVMError(.monitorGarbage, "The arguments of \(name) cannot be written as JSON.")
        }
    }
}
