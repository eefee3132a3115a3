internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL

/// Asks etcd through its JSON gateway (`/v3/…` since 3.4), whichever member answers.
///
/// A question that reads is put to the next member when one fails. One that changes something is put to the
/// next only when the first has certainly not got it; else it is ``EtcdError/Kind/uncertain``.
package actor EtcdClient {
    /// The longest answer that is read, in bytes; etcd's own messages are bounded by a few MiB.
    private static let answerBytesMax = 64 << 20
    /// How long one member may take to answer; an election takes about a second.
    private static let memberTimeout = TimeAmount.seconds(3)

    /// After how long without a byte a connection is given up: a watch on a dead one is begun anew then.
    private static let silence = TimeAmount.seconds(5)
    /// How many questions are under way at most, and how many connections that takes with those of watches and leases.
    private static let questionsMax = 16
    private static let connectionsMax = 32
    /// How long a question waits for its turn.
    private static let turnPatience: Duration = .seconds(3)

    let configuration: EtcdConfiguration
    nonisolated let http: HTTPClient
    /// The member that is asked first: the one that answered last.
    private var preferred = 0
    private var token: String?
    private var isClosed = false
    private var turns = QuestionTurns(most: EtcdClient.questionsMax)

    /// Makes a client; nothing is asked yet.
    ///
    /// - Parameter configuration: where etcd is.
    /// - Throws: `unauthorized` when a file of the certificates cannot be used.
    package init(_ configuration: EtcdConfiguration) throws(EtcdError) {
        self.configuration = configuration
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout = .init(connect: .seconds(1), read: Self.silence)
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = Self.connectionsMax
        if let files = configuration.certificates { settings.tlsConfiguration = try Self.tls(files) }
        http = HTTPClient(configuration: settings)
    }

    /// Ends the use of the client: questions from then on, and watches, end with `closed`.
    package func close() async {
        guard !isClosed else { return }
        isClosed = true
        try? await http.shutdown()
    }

    /// Carries out a transaction.
    ///
    /// - Parameter transaction: what to do, and under which conditions.
    /// - Returns: what became of it.
    /// - Throws: why it was not carried out, or why that is not known.
    package func transact(
        _ transaction: EtcdTransaction
    ) async throws(EtcdError) -> EtcdTransaction.Outcome {
        let onlyReads = (transaction.operations + transaction.otherwise).allSatisfy {
            if case .read = $0 { true } else { false }
        }
        let answer: EtcdMessage.TransactionAnswer = try await ask(
            "/v3/kv/txn",
            EtcdMessage.Transaction(transaction),
            changes: !onlyReads
        )
        return answer.outcome
    }

    /// Reads entries.
    ///
    /// - Parameters:
    ///   - range: which.
    ///   - limit: how many at most; 0 for all.
    ///   - order: in which order of their keys.
    /// - Returns: the entries.
    /// - Throws: why they cannot be read.
    package func read(
        _ range: EtcdKeyRange,
        limit: Int = 0,
        order: EtcdOrder = .ascending
    ) async throws(EtcdError) -> [EtcdEntry] {
        let outcome = try await transact(
            EtcdTransaction(then: [.read(range, limit: limit, order: order)])
        )
        return outcome.results.first?.entries ?? []
    }

    /// Puts a question to the members, one after the other.
    ///
    /// - Parameters:
    ///   - path: the gateway's path.
    ///   - body: the question.
    ///   - changes: whether it changes anything if it arrives.
    ///   - isUrgent: whether it waits for no turn.
    /// - Returns: the answer.
    /// - Throws: why there is none.
    func ask<Answer: Decodable & Sendable>(
        _ path: String,
        _ body: some Encodable & Sendable,
        changes: Bool,
        isUrgent: Bool = false
    ) async throws(EtcdError) -> Answer {
        guard !isUrgent else {
            return try await withMember(changes: changes) { (client, endpoint) async throws(EtcdError) in
                try await client.ask(endpoint, path, body)
            }
        }
        return try await withMember(changes: changes) { (client, endpoint) async throws(EtcdError) in
            try await client.takeTurn()
            defer { client.turns.give(.now) }
            return try await client.ask(endpoint, path, body)
        }
    }

    private func takeTurn() async throws(EtcdError) {
        if turns.take() { return }
        let deadline = ContinuousClock.now + Self.turnPatience
        guard await withCheckedContinuation({ turns.wait($0, until: deadline) }) else {
            throw EtcdError(.unavailable, "too many questions wait for an answer")
        }
    }

    /// Does something with the members, one after the other, until one does it.
    ///
    /// - Parameters:
    ///   - changes: whether it may have changed something when it fails halfway.
    ///   - body: does it with the client and a member's address.
    /// - Returns: what it returned.
    /// - Throws: why no member did it.
    func withMember<Value: Sendable>(
        changes: Bool = false,
        _ body: (isolated EtcdClient, String) async throws(EtcdError) -> Value
    ) async throws(EtcdError) -> Value {
        var renewed = false
        var last = EtcdError(.unavailable, "no member can be reached")
        for attempt in 0...configuration.endpoints.count {
            guard !isClosed else { throw EtcdError(.closed, "the client is closed") }
            let member = (preferred + attempt) % configuration.endpoints.count
            do throws(EtcdError) {
                let value = try await body(self, configuration.endpoints[member])
                preferred = member
                return value
            } catch {
                last = error
                switch error.kind {
                // A token holds for some minutes; a new one is asked for once.
                case .unauthorized where configuration.user != nil && !renewed: (renewed, token) = (true, nil)
                case .unavailable: break
                case .uncertain where !changes: last = EtcdError(.unavailable, error.message)
                default: throw error
                }
            }
        }
        throw last
    }

    private func ask<Answer: Decodable & Sendable>(
        _ endpoint: String,
        _ path: String,
        _ body: some Encodable & Sendable
    ) async throws(EtcdError) -> Answer {
        let request = try await request(endpoint, path, body)
        let (status, bytes) = try await send(request)
        guard status == 200 else { throw EtcdRefusal.error(of: bytes, status: status) }
        do { return try JSONDecoder().decode(Answer.self, from: bytes) } catch {
            throw EtcdError(.malformedAnswer, "\(endpoint)\(path) gave an answer that is none")
        }
    }

    /// A question to a member, with the user's token where one is needed.
    func request(
        _ endpoint: String,
        _ path: String,
        _ body: some Encodable & Sendable
    ) async throws(EtcdError) -> HTTPClientRequest {
        if let user = configuration.user, token == nil {
            token = try await authenticate(user, at: endpoint)
        }
        var request = try Self.request(endpoint, path, body)
        if let token { request.headers.add(name: "Authorization", value: token) }
        return request
    }

    private static func request(
        _ endpoint: String,
        _ path: String,
        _ body: some Encodable & Sendable
    ) throws(EtcdError) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: endpoint + path)
        request.method = .POST
        do { request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body))) } catch {
            throw EtcdError(.refused, "the question cannot be written as JSON: \(error)")
        }
        return request
    }

    private struct Credentials: Encodable {
        let name: String
        let password: String
    }

    private struct Token: Decodable { let token: String }

    private func authenticate(
        _ user: EtcdConfiguration.User,
        at endpoint: String
    ) async throws(EtcdError) -> String {
        let credentials = Credentials(name: user.name, password: user.password)
        let (status, bytes) = try await send(
            try Self.request(endpoint, "/v3/auth/authenticate", credentials)
        )
        guard status == 200, let answer = try? JSONDecoder().decode(Token.self, from: bytes) else {
            let error = EtcdRefusal.error(of: bytes, status: status)
            guard error.kind == .refused else { throw error }
            throw EtcdError(.unauthorized, "the user \(user.name) is refused: \(error.message)")
        }
        return answer.token
    }

    private func send(_ request: HTTPClientRequest) async throws(EtcdError) -> (UInt, Data) {
        do {
            let response = try await http.execute(request, deadline: .now() + Self.memberTimeout)
            let body = try await response.body.collect(upTo: Self.answerBytesMax)
            return (response.status.code, Data(body.readableBytesView))
        } catch {
            throw EtcdRefusal.error(of: error, endpoint: request.url)
        }
    }

    private static func tls(
        _ files: EtcdConfiguration.Certificates
    ) throws(EtcdError) -> TLSConfiguration {
        var tls = TLSConfiguration.makeClientConfiguration()
        tls.trustRoots = .file(files.authorityFile)
        do {
            if let certificate = files.certificateFile {
                tls.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
            }
            if let key = files.keyFile {
                tls.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            }
        } catch {
            throw EtcdError(.unauthorized, "certificate or key for etcd cannot be read: \(error)")
        }
        return tls
    }
}
