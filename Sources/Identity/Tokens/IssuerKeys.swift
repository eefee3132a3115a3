internal import Domain
internal import Logging

/// The keys of one issuer, fetched when they are needed, by one question at a time.
actor IssuerKeys {
    /// How many requests wait for an answer of the issuer at most.
    private static let waitersMax = 1_000

    private let issuer: IssuerConfiguration
    private let source: any KeySetSource
    private let logger: Logger
    private let demands: AsyncStream<Void>
    private let demand: AsyncStream<Void>.Continuation
    private var cache: KeySetCache
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var isRunning = false

    init(
        _ issuer: IssuerConfiguration,
        source: any KeySetSource,
        times: KeySetCache.Times = .init(),
        logger: Logger
    ) {
        self.issuer = issuer
        self.source = source
        self.logger = logger
        cache = KeySetCache(times: times)
        (demands, demand) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// The key of a token; it may have to wait for the issuer, for two time-outs of its source at most.
    ///
    /// - Parameters:
    ///   - id: the key's name in the token's header.
    ///   - algorithm: the token's algorithm.
    /// - Returns: the key.
    /// - Throws: `unauthorized` when the issuer has no such key, `identityProviderUnavailable` when it cannot
    ///   be asked.
    func key(_ id: String?, _ algorithm: TokenAlgorithm) async throws(Failure) -> VerificationKey {
        var verdict = cache.verdict(id, algorithm, at: .now)
        if case .ask = verdict {
            guard isRunning, waiters.count < Self.waitersMax else { throw unavailable(1) }
            await withCheckedContinuation { continuation in
                waiters.append(continuation)
                demand.yield()
            }
            guard isRunning else { throw unavailable(1) }
            verdict = cache.verdict(id, algorithm, at: .now, hasWaited: true)
        }
        switch verdict {
        case .key(let key, let isDue):
            if isDue { demand.yield() }
            return key
        case .unknown: throw Failure(.unauthorized, TokenRefusal.unknownKey.sentence)
        case .unavailable(let seconds): throw unavailable(seconds)
        case .ask: throw unavailable(1)
        }
    }

    /// Asks the issuer at the start and whenever there is need, until the task is cancelled.
    func run() async {
        isRunning = true
        demand.yield()
        for await _ in demands {
            await ask()
            release()
        }
        isRunning = false
        release()
        await source.close()
    }

    private func ask() async {
        guard cache.begin(at: .now) else { return }
        do {
            let keys = try await source.keySet()
            cache.finish(keys, at: .now)
            logger.debug("keys of an issuer learned", metadata: ["issuer": "\(issuer.url)"])
            if keys.keys.isEmpty {
                logger.warning("an issuer has no key that can be used", metadata: ["issuer": "\(issuer.url)"])
            }
        } catch {
            cache.finish(nil, at: .now)
            guard !Task.isCancelled else { return }
            logger.warning(
                "an issuer's keys cannot be had; known ones go on serving",
                metadata: ["issuer": "\(issuer.url)", "error": "\(error)"]
            )
        }
    }

    private func release() {
        let released = waiters
        waiters = []
        for waiter in released { waiter.resume() }
    }

    private func unavailable(_ seconds: Int) -> Failure {
        Failure(
            .identityProviderUnavailable,
            FailureCode.identityProviderUnavailable.meaning,
            retryAfterSeconds: seconds
        )
    }
}
