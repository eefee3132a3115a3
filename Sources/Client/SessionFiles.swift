internal import APIModel
internal import AsyncHTTPClient
package import FoundationEssentials
internal import NIOCore
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

    /// Uploads a file in one piece; it replaces any other of that name.
    ///
    /// - Parameters:
    ///   - content: what is in the file.
    ///   - path: where it goes; folders on the way are made.
    /// - Returns: the file.
    /// - Throws: why it was not made.
    package func upload(_ content: Data, to path: String) async throws(ClientError) -> Entry {
        var generator = SystemRandomNumberGenerator()
        let boundary = "cloister-\(generator.next())-\(generator.next())"
        var body = ByteBuffer(
            string: "--\(boundary)\r\nContent-Disposition: form-data; name=\"file\"; "
                + "filename*=UTF-8''\(PercentEncoding.encoded(path))\r\n\r\n"
        )
        body.writeBytes(content)
        body.writeString("\r\n--\(boundary)--\r\n")
        var request = client.request(self.path("", ""))
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "multipart/form-data; boundary=\(boundary)")
        request.body = .bytes(body)
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
        try await ask(client.request(self.path("/\(PercentEncoding.encoded(path))/content", "")))
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
