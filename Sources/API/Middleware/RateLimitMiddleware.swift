internal import Domain
internal import HTTPTypes
internal import Hummingbird
internal import Identity

/// The rates of all callers, for all connections.
actor RequestRates {
    /// How many requests to terminals that are open count as one: each key that is pressed may be one.
    private static let terminalRequests = 20

    private var limiter: RateLimiter
    private var ofTerminals: RateLimiter

    init(standard: RequestRate?) {
        limiter = RateLimiter(standard: standard)
        ofTerminals = RateLimiter(standard: standard, factor: Self.terminalRequests)
    }

    /// Counts a request; nil when its caller has no limit.
    func take(for caller: Caller, isOfTerminal: Bool) -> TokenBucket.Verdict? {
        // From buckets of their own: who types shall not be kept from running code, nor the other way round.
        isOfTerminal ? ofTerminals.take(for: caller, at: .now) : limiter.take(for: caller, at: .now)
    }
}

/// Holds callers to their rates, and tells them in the `RateLimit` headers of every answer.
struct RateLimitMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let rates: RequestRates

    func handle(
        _ request: Request,
        context: APIContext,
        next: @concurrent (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard let caller = context.caller,
            let verdict = await rates.take(for: caller, isOfTerminal: context.isOfTerminal)
        else {
            return try await next(request, context)
        }
        var response: Response
        do {
            guard verdict.isAllowed else {
                throw Failure(
                    .tooManyRequests,
                    "The caller sends faster than its rate allows.",
                    retryAfterSeconds: verdict.retryAfterSeconds
                )
            }
            response = try await next(request, context)
        } catch {
            response = ErrorMiddleware().answer(to: error, request, context)
        }
        response.headers[HeaderNames.rateLimit] = String(verdict.limit)
        response.headers[HeaderNames.rateRemaining] = String(verdict.remaining)
        response.headers[HeaderNames.rateReset] = String(verdict.resetSeconds)
        return response
    }
}
