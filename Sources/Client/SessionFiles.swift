internal import APIModel
internal import AsyncHTTPClient
package import FoundationEssentials
package import NIOCore
internal import NIOHTTP1

/// The files of one session.
package struct SessionFiles: Sendable {
    /// A file or folder.
    package struct Entry: Hashable, Sendable, Decodable {
        /// The name, without folders.
        package let name: String
        /// The folder, from the one that was asked for.
        package let directory: String?
        /// `file` or `directory`.
        package let type: String
        /// The size, in bytes.
        package let size: Int

        private enum CodingKeys: String, CodingKey {
            case name, directory, type
            case size = "sizeInBytes"
        }

        /// The path from the folder that was asked for.
        package var path: String { directory.map { "\($0)/\(name)" } ?? name }
    }

    private struct Page: Decodable {
        let value: [Entry]
        let nextLink: String?
    }

    private static let timeout = TimeAmount.minutes(10)

    let client: CloisterClient
    let identifier: String
    let pool: String

    /// Lists a folder.
    ///
    /// - Parameters:
    ///   - folder: the folder; empty for the data folder.
    ///   - isRecursive: whether folders below are listed as well.
    /// - Returns: files and folders, in the order of their paths' bytes.
    /// - Throws: why there is no list.
    package func list(_ folder: String = "", isRecursive: Bool = false) async throws(ClientError) -> [Entry] {
        var entries: [Entry] = []
        let first = path("", folder) + "&recursive=\(isRecursive)"
        var after: String? = ""
        while let place = after {
            let answer = try await ask(client.request(first + place))
            guard let page = try? JSONDecoder().decode(Page.self, from: answer) else {
                throw ClientError(.malformedAnswer, "The answer is no list of files.")
            }
            entries += page.value
            // The link is the server's; what tells the place in it is all that is of use behind a proxy.
            after = page.nextLink?.split(separator: "&").last { $0.hasPrefix("after=") }.map { "&\($0)" }
        }
        return entries
    }

    /// Uploads a file that is in memory; it replaces any other of that name.
    ///
    /// - Parameters:
    ///   - content: what is in the file.
    ///   - path: where it goes; folders on the way are made.
    /// - Returns: the file.
    /// - Throws: why it was not made.
    package func upload(_ content: Data, to path: String) async throws(ClientError) -> Entry {
        let piece = ByteBuffer(bytes: content)
        return try await upload(
            AsyncStream { pieces in
                pieces.yield(piece)
                pieces.finish()
            },
            size: content.count,
            to: path
        )
    }

    /// Uploads a file piece by piece; it replaces any other of that name.
    ///
    /// - Parameters:
    ///   - pieces: what is in the file; the server's pace sets theirs.
    ///   - size: how many bytes that is.
    ///   - path: where it goes; folders on the way are made.
    /// - Returns: the file.
    /// - Throws: why it was not made.
    package func upload<Pieces: AsyncSequence & Sendable>(
        _ pieces: Pieces,
        size: Int,
        to path: String
    ) async throws(ClientError) -> Entry where Pieces.Element == ByteBuffer {
        var generator = SystemRandomNumberGenerator()
        let boundary = "cloister-\(generator.next())-\(generator.next())"
        let form = UploadForm(
            head: ByteBuffer(
                string: "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; "
                    + "filename*=UTF-8''\(PercentEncoding.encoded(path))\r\n\r\n"
            ),
            pieces: pieces,
            tail: ByteBuffer(string: "\r\n--\(boundary)--\r\n")
        )
        var request = client.request(self.path("", ""))
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "multipart/form-data; boundary=\(boundary)")
        request.body = .stream(form, length: .known(Int64(size + form.frameBytes)))
        let answer = try await ask(request)
        guard let entry = try? JSONDecoder().decode(Entry.self, from: answer) else {
            throw ClientError(.malformedAnswer, "The answer is not the one to an upload.")
        }
        return entry
    }

    /// Downloads a file into memory.
    ///
    /// - Parameter path: the file.
    /// - Returns: what is in it.
    /// - Throws: why it cannot be read.
    package func download(_ path: String) async throws(ClientError) -> Data {
        try await ask(client.request(contentPath(path)))
    }

    /// Downloads a file piece by piece.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - receive: takes the pieces at its own pace; each comes with the file's size.
    /// - Throws: why it cannot be read; what `receive` throws.
    package func download(
        _ path: String,
        _ receive: (ByteBuffer, _ size: Int?) async throws -> Void
    ) async throws {
        let deadline = ContinuousClock.now + .nanoseconds(Self.timeout.nanoseconds)
        let response = try await client.open(client.request(contentPath(path)), timeout: Self.timeout)
        guard response.status == .ok else {
            throw client.refusal(response, try await client.collect(response))
        }
        let size = response.headers.first(name: "Content-Length").flatMap { Int($0) }
        var count = 0
        var pieces = response.body.makeAsyncIterator()
        while true {
            let piece: ByteBuffer?
            do { piece = try await pieces.next() } catch { throw client.failure(for: error) }
            guard let piece else { break }
            // A server that is silent is given up by the connection; this is for one that never ends.
            guard .now < deadline else {
                throw ClientError(.timedOut, "The transfer of \(path) took too long.")
            }
            count += piece.readableBytes
            try await receive(piece, size)
        }
        // The file of a running session may get shorter while it is read.
        guard size == nil || size == count else {
            throw ClientError(.unreachable, "The transfer of \(path) ended early: it is not complete.")
        }
    }

    /// Removes a file.
    ///
    /// - Parameter path: the file.
    /// - Throws: why it was not removed.
    package func remove(_ path: String) async throws(ClientError) {
        var request = client.request(self.path("/\(PercentEncoding.encoded(path))", ""))
        request.method = .DELETE
        _ = try await ask(request)
    }

    private func contentPath(_ file: String) -> String {
        path("/\(PercentEncoding.encoded(file))/content", "")
    }

    private func path(_ file: String, _ folder: String) -> String {
        "/pools/\(PercentEncoding.encoded(pool))/files\(file)?api-version=\(APIVersion.latest)"
            + "&identifier=\(PercentEncoding.encoded(identifier))&path=\(PercentEncoding.encoded(folder))"
    }

    private func ask(_ request: HTTPClientRequest) async throws(ClientError) -> Data {
        let (response, answer) = try await client.send(request, timeout: Self.timeout)
        guard (200..<300).contains(response.status.code) else { throw client.refusal(response, answer) }
        return answer
    }
}

extension CloisterClient {
    /// The files of a session.
    ///
    /// - Parameters:
    ///   - identifier: the session's identifier.
    ///   - pool: the pool's name.
    /// - Returns: what reads and changes them.
    package func files(of identifier: String, pool: String) -> SessionFiles {
        SessionFiles(client: self, identifier: identifier, pool: pool)
    }
}
