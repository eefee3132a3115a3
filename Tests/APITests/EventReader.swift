import APIModel
import AsyncHTTPClient
import FoundationEssentials
import NIOCore
import NIOHTTP1

/// Reads a stream of server-sent events as a client does.
struct EventReader {
    struct Event: Sendable, Equatable {
        var name = ""
        var id: String?
        var data: JSONValue?
        var comment: String?

        /// What a client that puts the output together has.
        var text: String { data?["text"]?.text ?? "" }
    }

    let status: Int
    let headers: HTTPHeaders
    private var body: HTTPClientResponse.Body.AsyncIterator
    private var buffer = ""

    /// What has come and is no whole event.
    var rest: String { buffer }

    init(_ response: HTTPClientResponse) {
        status = Int(response.status.code)
        headers = response.headers
        body = response.body.makeAsyncIterator()
    }

    /// The next event or comment; nil at the end of the stream.
    mutating func next() async throws -> Event? {
        while true {
            if let end = buffer.firstRange(of: "\n\n") {
                let lines = buffer[..<end.lowerBound].split(separator: "\n")
                buffer = String(buffer[end.upperBound...])
                return try Self.event(lines)
            }
            guard let bytes = try await body.next(isolation: #isolation) else { return nil }
            buffer += String(buffer: bytes)
        }
    }

    /// All events until the end, without comments.
    mutating func all() async throws -> [Event] {
        var events: [Event] = []
        while let event = try await next() {
            if event.comment == nil { events.append(event) }
        }
        return events
    }

    private static func event(_ lines: [Substring]) throws -> Event {
        var event = Event()
        for line in lines {
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            switch parts[0] {
            case "event": event.name = String(parts[1])
            case "id": event.id = String(parts[1])
            case "data": event.data = try JSONDecoder().decode(JSONValue.self, from: Data(parts[1].utf8))
            default: event.comment = String(line)
            }
        }
        return event
    }
}

extension RunningServer {
    /// Sends a request for a stream of events; the body is read by the test.
    func stream(
        _ method: HTTPMethod = .POST,
        _ pathAndQuery: String = "/pools/python/executions" + query,
        headers: HTTPHeaders = [:],
        body: String? = nil
    ) async throws -> EventReader {
        var request = HTTPClientRequest(url: baseURL + pathAndQuery)
        request.method = method
        request.headers = headers
        request.headers.add(name: "Authorization", value: "Bearer \(Self.key)")
        request.headers.replaceOrAdd(name: "Accept", value: "text/event-stream")
        request.body = body.map { .bytes(ByteBuffer(string: $0)) }
        return EventReader(try await http.execute(request, timeout: .seconds(60)))
    }
}
