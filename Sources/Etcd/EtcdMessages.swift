internal import FoundationEssentials

/// The gateway's JSON: bytes are base64, and numbers of 64 bits are strings (protobuf's JSON mapping).
enum EtcdMessage {
    /// A number that is written as a string.
    struct Number: Codable {
        let value: Int64

        init(_ value: Int64) { self.value = value }

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            let text = try container.decode(String.self)
            guard let value = Int64(text) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "no number: \(text)")
            }
            self.value = value
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(String(value))
        }
    }

    struct Header: Decodable {
        let revision: Number?
    }

    struct Pair: Decodable {
        let key: Data
        let value: Data?
        let create_revision: Number?
        let mod_revision: Number?

        /// The entry; nil when its key is no text, and therefore none of ours.
        var entry: EtcdEntry? {
            guard let key = String(validating: key, as: UTF8.self) else { return nil }
            return EtcdEntry(
                key: key,
                value: Array(value ?? Data()),
                createRevision: create_revision?.value ?? 0,
                modifyRevision: mod_revision?.value ?? 0
            )
        }
    }

    struct Compare: Encodable {
        let key: Data
        let target: String
        let result: String
        var create_revision: Number?
        var mod_revision: Number?
        var range_end: Data?

        init(_ condition: EtcdTransaction.Condition) {
            switch condition {
            case .isAbsent(let key):
                (self.key, target, result, create_revision) = (Data(key.utf8), "CREATE", "EQUAL", Number(0))
            case .isPresent(let key):
                (self.key, target, result, create_revision) = (Data(key.utf8), "CREATE", "GREATER", Number(0))
            case .isUnchanged(let key, let revision):
                (self.key, target, result, mod_revision) = (Data(key.utf8), "MOD", "EQUAL", Number(revision))
            case .isEmpty(let range):
                // etcd compares each key of the range, and a key of none, that was never made, when there is none.
                (key, target, result, create_revision) = (Data(range.start), "CREATE", "EQUAL", Number(0))
                range_end = range.end.map { Data($0) }
            }
        }
    }

    struct Put: Encodable {
        let key: Data
        let value: Data
        let lease: Number?
    }

    struct Range: Encodable {
        let key: Data
        let range_end: Data?
        var limit: Number?
        var sort_order: String?
        var sort_target: String?

        init(_ range: EtcdKeyRange, limit: Int = 0, order: EtcdOrder? = nil) {
            key = Data(range.start)
            range_end = range.end.map { Data($0) }
            self.limit = limit > 0 ? Number(Int64(limit)) : nil
            sort_order = order.map { $0 == .ascending ? "ASCEND" : "DESCEND" }
            sort_target = order.map { _ in "KEY" }
        }
    }

    struct Operation: Encodable {
        var request_put: Put?
        var request_range: Range?
        var request_delete_range: Range?

        init(_ operation: EtcdTransaction.Operation) {
            switch operation {
            case .put(let key, let value, let lease):
                request_put = Put(key: Data(key.utf8), value: Data(value), lease: lease.map { Number($0.id) })
            case .remove(let range): request_delete_range = Range(range)
            case .read(let range, let limit, let order):
                request_range = Range(range, limit: limit, order: order)
            }
        }
    }

    struct Transaction: Encodable {
        let compare: [Compare]
        let success: [Operation]
        let failure: [Operation]

        init(_ transaction: EtcdTransaction) {
            compare = transaction.conditions.map(Compare.init)
            success = transaction.operations.map(Operation.init)
            failure = transaction.otherwise.map(Operation.init)
        }
    }

    struct TransactionAnswer: Decodable {
        struct Response: Decodable {
            struct Range: Decodable {
                let kvs: [Pair]?
                let count: Number?
            }
            struct Removal: Decodable { let deleted: Number? }

            let response_range: Range?
            let response_delete_range: Removal?
        }

        let header: Header
        let succeeded: Bool?
        let responses: [Response]?

        var outcome: EtcdTransaction.Outcome {
            EtcdTransaction.Outcome(
                held: succeeded ?? false,
                revision: header.revision?.value ?? 0,
                results: (responses ?? []).map { response in
                    let count = response.response_range?.count ?? response.response_delete_range?.deleted
                    return EtcdTransaction.Result(
                        entries: response.response_range?.kvs?.compactMap(\.entry) ?? [],
                        count: Int(count?.value ?? 0)
                    )
                }
            )
        }
    }

    /// An error of the gateway, with gRPC's status code.
    struct Refusal: Decodable {
        let message: String?
        let error: String?
        let code: Int
    }
}
