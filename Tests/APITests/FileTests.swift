import API
import APIModel
import AsyncHTTPClient
import Domain
import NIOCore
import NIOHTTP1
import Testing

@Suite(.timeLimit(.minutes(2))) struct FileTests {
    private static let pool = "/pools/python"
    private static let older = "?api-version=2024-02-02-preview&identifier=abcd"

    private static func form(_ files: [(name: String, content: [UInt8])]) -> [UInt8] {
        let parts = files.flatMap { file in
            Array(
                "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"\(file.name)\"\r\n\r\n".utf8
            )
                + file.content + Array("\r\n".utf8)
        }
        return parts + Array("--b--\r\n".utf8)
    }

    private static func upload(
        _ files: [(name: String, content: [UInt8])],
        to route: String = "/files",
        query: String = RunningServer.query,
        type: String? = "multipart/form-data; boundary=b",
        server: RunningServer
    ) async throws -> RunningServer.Answer {
        try await server.send(
            .POST,
            pool + route + query,
            headers: type.map { ["Content-Type": $0] } ?? [:],
            body: .bytes(ByteBuffer(bytes: form(files)))
        )
    }

    @Test func `A great file goes through in parts of which few are under way, and comes back the same`()
        async throws
    {
        let files = ScriptedFiles()
        try await RunningServer.with(ScriptedDispatch(files: files)) { server in
            let content = (0..<(5 * FileLimits.chunkBytes + 17)).map {
                UInt8(truncatingIfNeeded: $0 &* 31 >> 3)
            }
            let answer = try await Self.upload([("big.bin", content)], server: server)
            #expect(answer.status == 200)
            #expect(answer.json?["name"]?.text == "big.bin")
            #expect(answer.json?["sizeInBytes"] == .integer(content.count))
            #expect(files.stored["big.bin"] == content)
            #expect(files.greatestChunk == FileLimits.chunkBytes)
            #expect(files.mostUnderWay <= FileLimits.chunksUnderWay)
            let (bytes, headers) = try await server.bytes(
                Self.pool + "/files/big.bin/content" + RunningServer.query
            )
            #expect(bytes == content)
            #expect(headers.first(name: "Content-Length") == "\(content.count)")
            #expect(files.mostUnderWay <= FileLimits.chunksUnderWay)
            #expect(files.open == 0)
        }
    }

    @Test func `Each route answers in the shape of its generation`() async throws {
        let files = ScriptedFiles()
        try await RunningServer.with(ScriptedDispatch(files: files)) { server in
            let text = Array("hello".utf8)
            let wrapped = try await Self.upload(
                [("a.txt", text)],
                to: "/files/upload",
                query: Self.older,
                server: server
            )
            #expect(wrapped.text.contains(#"{"value":[{"properties":{"filename":"a.txt","size":5,"#))
            let first = try await Self.upload(
                [("b.txt", text)],
                to: "/python/uploadFile",
                query: Self.older,
                server: server
            )
            #expect(first.text.contains(#""$values":[{"filename":"b.txt","size":5,"last_modified_time":"#))
            let flat = try await Self.upload([("sub/c.txt", text)], server: server)
            #expect(
                flat.text.hasPrefix(
                    #"{"name":"c.txt","type":"file","contentType":"text/plain; charset=utf-8","sizeInBytes":5,"#
                )
            )

            let list = try await server.send(.GET, Self.pool + "/files" + RunningServer.query)
            #expect(list.text.contains(#""name":"a.txt""#) && !list.text.contains("c.txt"))
            let whole = try await server.send(
                .GET,
                Self.pool + "/files" + RunningServer.query + "&recursive=true"
            )
            #expect(whole.text.contains(#""directory":"sub""#))
            let old = try await server.send(.GET, Self.pool + "//files" + Self.older)
            #expect(old.text.contains(#""filename":"sub/c.txt""#))
            let oldest = try await server.send(.GET, Self.pool + "/python/files" + Self.older)
            #expect(oldest.text.contains(#""$values":["#))
        }
    }

    @Test func `Each spelling of a path leads to its file`() async throws {
        let files = ScriptedFiles(["a.txt": "hello", "b.txt": "hello", "sub/c.txt": "hello"])
        try await RunningServer.with(ScriptedDispatch(files: files)) { server in
            for path in [
                "/files/a.txt/content", "/files/content/a.txt", "/files/content/a.txt/content",
                "/FILES/CONTENT/a.txt",
                "/files/%61.txt/content",
            ] {
                let answer = try await server.send(.GET, Self.pool + path + RunningServer.query)
                #expect(answer.text == "hello", "\(path)")
            }
            for path in [
                "/files/sub/c.txt/content", "/files/sub%2Fc.txt/content", "/files/content/sub/c.txt",
            ] {
                let answer = try await server.send(.GET, Self.pool + path + RunningServer.query)
                #expect(answer.text == "hello", "\(path)")
            }
            let named = "/files/c.txt/content" + RunningServer.query + "&path=sub"
            #expect(try await server.send(.GET, Self.pool + named).text == "hello")
            let download = "/python/downloadFile" + Self.older + "&filename=/mnt/data/b.txt"
            #expect(try await server.send(.GET, Self.pool + download).text == "hello")

            #expect(
                try await server.send(.GET, Self.pool + "/files/a.txt" + Self.older).text.hasPrefix(
                    #"{"value":[{"properties""#
                )
            )
            #expect(
                try await server.send(.DELETE, Self.pool + "/files/a.txt" + RunningServer.query).status == 204
            )
            #expect(
                try await server.send(.DELETE, Self.pool + "/files/b.txt" + Self.older).text.contains(
                    "deleted"
                )
            )
            #expect(
                try await server.send(.DELETE, Self.pool + "/files/b.txt" + Self.older).code == "FileNotFound"
            )
            #expect(files.open == 0)
        }
    }

    @Test func `What is deleted is the file of that very name, also one in a folder named content`()
        async throws
    {
        let files = ScriptedFiles(["a.txt": "root", "content/a.txt": "below"])
        try await RunningServer.with(ScriptedDispatch(files: files)) { server in
            let path = Self.pool + "/files/content/a.txt" + RunningServer.query
            let deleted = try await server.send(.DELETE, path)
            #expect(deleted.status == 204)
            #expect(files.stored.keys.sorted() == ["a.txt"])
            let below = Self.pool + "/files/a.txt/content" + RunningServer.query
            let missing = try await server.send(.DELETE, below)
            #expect(missing.status == 404)
            #expect(files.stored.keys.sorted() == ["a.txt"])
        }
    }

    @Test func `A refusal of HEAD has no body, and the connection goes on`() async throws {
        try await RunningServer.with(ScriptedDispatch(files: ScriptedFiles(["a.txt": "hello"]))) { server in
            let below = Self.pool + "/files/"
            for path in [below + "none/content", Self.pool + "/executions", "/nowhere"] {
                let answer = try await server.send(.HEAD, path + RunningServer.query)
                #expect(answer.status >= 404 && answer.text.isEmpty, "\(path)")
                let next = try await server.send(.GET, below + "a.txt/content" + RunningServer.query)
                #expect(next.status == 200 && next.text == "hello", "\(path)")
            }
        }
    }

    @Test func `A file that has the name of a route is one like any other`() async throws {
        let dispatch = ScriptedDispatch(files: ScriptedFiles(["upload": "0123456789", "Upload": "x"]))
        try await RunningServer.with(dispatch) { server in
            let path = "/pools/python/files/upload"
            let shown = try await server.send(.GET, path + RunningServer.query)
            #expect(shown.json?["name"] == .string("upload"))
            #expect(shown.json?["sizeInBytes"] == .integer(10))
            let head = try await server.send(.HEAD, path + RunningServer.query)
            #expect(head.status == 200 && head.headers["Content-Length"] == ["10"])
            let content = try await server.send(.GET, path + "/content" + RunningServer.query)
            #expect(content.text == "0123456789")
            let removed = try await server.send(.DELETE, "/pools/python/files/Upload/" + RunningServer.query)
            #expect(removed.status == 204)
            #expect(dispatch.files.stored.keys.sorted() == ["upload"])
        }
    }

    @Test func `Ranges, conditions and HEAD`() async throws {
        let files = ScriptedFiles(["a.txt": "0123456789"])
        try await RunningServer.with(ScriptedDispatch(files: files)) { server in
            let path = Self.pool + "/files/a.txt/content" + RunningServer.query
            let part = try await server.send(.GET, path, headers: ["Range": "bytes=2-4"])
            #expect(part.status == 206 && part.text == "234")
            #expect(part.headers.first(name: "Content-Range") == "bytes 2-4/10")
            let beyond = try await server.send(.GET, path, headers: ["Range": "bytes=10-"])
            #expect(beyond.status == 416 && beyond.code == "RangeNotSatisfiable")
            #expect(beyond.headers.first(name: "Content-Range") == "bytes */10")
            let tag = try #require(part.headers.first(name: "ETag"))
            #expect(try await server.send(.GET, path, headers: ["If-None-Match": tag]).status == 304)
            #expect(
                try await server.send(.GET, path, headers: ["If-None-Match": "\"other\""]).text
                    == "0123456789"
            )
            for (condition, status) in [
                (tag, 206), ("\"other\"", 200), ("Sat, 21 Nov 2026 00:00:00 GMT", 200),
            ] {
                let headers: HTTPHeaders = ["Range": "bytes=2-4", "If-Range": condition]
                #expect(try await server.send(.GET, path, headers: headers).status == status, "\(condition)")
            }
            // A range is for GET alone (RFC 9110, section 14.2).
            for range in ["bytes=2-4", "bytes=10-"] {
                let head = try await server.send(.HEAD, path, headers: ["Range": range])
                #expect(head.status == 200 && head.text.isEmpty)
                #expect(head.headers["Content-Length"] == ["10"])
                #expect(head.headers["Content-Range"].isEmpty)
            }
            let head = try await server.send(.HEAD, path)
            #expect(head.status == 200 && head.text.isEmpty)
            #expect(head.headers.first(name: "Content-Length") == "10")
            #expect(files.open == 0)
        }
    }

    @Test func `Several files in one form, with fields between them, and forms with odd labels`() async throws
    {
        let files = ScriptedFiles()
        try await RunningServer.with(ScriptedDispatch(files: files)) { server in
            let two = try await Self.upload([("a", [1]), ("b", [])], server: server)
            #expect(two.json?["value"] != nil)
            #expect(files.stored == ["a": [1], "b": []])
            // Semantic Kernel for Python labels its second upload as JSON, without a boundary.
            for type in ["application/json", "multipart/form-data", nil] {
                let answer = try await Self.upload([("/mnt/data/x y.txt", [7])], type: type, server: server)
                #expect(answer.status == 200, "\(type ?? "no type")")
                #expect(files.stored["x y.txt"] == [7])
            }
        }
    }

    @Test func `What cannot be uploaded is refused and nothing of it is kept`() async throws {
        let files = ScriptedFiles(capacity: 1 << 20)
        try await RunningServer.with(ScriptedDispatch(files: files)) { server in
            for name in [
                "../x", "a/../../b", "", "/", "a*b", "v1.2/x", "..", String(repeating: "n", count: 300),
                "a\\b",
            ] {
                let answer = try await Self.upload([(name, [1])], server: server)
                #expect(answer.code == "FilePathInvalid", "\(name): \(answer.text)")
            }
            let full = try await Self.upload([("big", [UInt8](repeating: 0, count: 2 << 20))], server: server)
            #expect(full.status == 409 && full.code == "SessionStorageFull")
            let empty = try await Self.upload([], server: server)
            #expect(empty.code == "SessionRequestValidationFailed")
            let noForm = try await server.post("{}", to: Self.pool + "/files" + RunningServer.query)
            #expect(noForm.status == 400)
            let cut = try await server.send(
                .POST,
                Self.pool + "/files" + RunningServer.query,
                headers: ["Content-Type": "multipart/form-data; boundary=b"],
                body: .bytes(ByteBuffer(bytes: Self.form([("cut", [1, 2, 3])]).dropLast(8)))
            )
            #expect(cut.status == 400)
            #expect(files.stored.isEmpty)
            #expect(files.open == 0)
        }
    }

    @Test func `An upload over the limit is refused before it is sent, and one without a length while it is`()
        async throws
    {
        let files = ScriptedFiles()
        try await RunningServer.with(ScriptedDispatch(files: files)) { server in
            let answer = try await RawConnection.with(port: server.port) { connection in
                try await connection.send(
                    "POST \(Self.pool)/files\(RunningServer.query) HTTP/1.1\r\n\(RunningServer.raw)"
                        + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 140000000\r\n\r\n"
                )
                return try await connection.read(until: "}}")
            }
            #expect(answer?.hasPrefix("HTTP/1.1 413 ") == true)
            #expect(files.open == 0)
        }
    }

    @Test func `A client that asks whether to go on is told to`() async throws {
        let files = ScriptedFiles()
        try await RunningServer.with(ScriptedDispatch(files: files)) { server in
            let body = String(decoding: Self.form([("asked", [65])]), as: UTF8.self)
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(
                    "POST \(Self.pool)/files\(RunningServer.query) HTTP/1.1\r\n\(RunningServer.raw)"
                        + "Expect: 100-continue\r\nContent-Type: multipart/form-data; boundary=b\r\n"
                        + "Content-Length: \(body.utf8.count)\r\n\r\n"
                )
                #expect(try await connection.read(until: "\r\n\r\n")?.hasPrefix("HTTP/1.1 100 ") == true)
                try await connection.send(body)
                #expect(try await connection.read(until: "Z\"}")?.contains("200 OK") == true)
            }
            #expect(files.stored == ["asked": [65]])
        }
    }

    @Test func `A client that goes away in the middle leaves nothing`() async throws {
        let files = ScriptedFiles()
        try await RunningServer.with(ScriptedDispatch(files: files)) { server in
            try await RawConnection.with(port: server.port) { connection in
                try await connection.send(
                    "POST \(Self.pool)/files\(RunningServer.query) HTTP/1.1\r\n\(RunningServer.raw)"
                        + "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n"
                        + "--b\r\nContent-Disposition: form-data; filename=half\r\n\r\nsome"
                )
                while files.open == 0 { try await Task.sleep(for: .milliseconds(5)) }
            }
            while files.open > 0 { try await Task.sleep(for: .milliseconds(5)) }
            #expect(files.stored.isEmpty)
        }
    }

    @Test("A list that does not fit a page says where the rest is") func pages() async throws {
        let files = ScriptedFiles(["a": "", "b+ é": "", "c": "", "d": "", "e": ""])
        try await RunningServer.with(ScriptedDispatch(files: files, pageSize: 2)) { server in
            var names: [String] = []
            var next = "\(server.baseURL)\(Self.pool)/files\(RunningServer.query)"
            while !next.isEmpty {
                let answer = try await server.send(.GET, String(next.dropFirst(server.baseURL.count)))
                if case .array(let items) = answer.json?["value"] {
                    for item in items { names.append(item["name"]?.text ?? "") }
                }
                next = answer.json?["nextLink"]?.text ?? ""
            }
            let expected = ["a", "b+ é", "c", "d", "e"]
            #expect(names == expected)
        }
    }

    @Test func `A folder that is not there is empty, and files need their own right`() async throws {
        try await RunningServer.with { server in
            let list = try await server.send(.GET, Self.pool + "/files" + RunningServer.query + "&path=none")
            #expect(list.text == #"{"value":[]}"#)
            for path in ["", "/", "/mnt/data", "/mnt/data/"] {
                let answer = try await server.send(
                    .GET,
                    Self.pool + "/files" + RunningServer.query + "&path=\(path)"
                )
                #expect(answer.text == #"{"value":[]}"#, "\(path)")
            }
            for path in ["..", "a/../..", "%00", "a%ff", "%2e%2e"] {
                let answer = try await server.send(
                    .GET,
                    Self.pool + "/files" + RunningServer.query + "&path=\(path)"
                )
                #expect(answer.code == "FilePathInvalid", "\(path)")
            }
            #expect(
                try await server.send(.GET, Self.pool + "/files" + RunningServer.query, key: nil).status
                    == 401
            )
            #expect(try await server.send(.PUT, Self.pool + "/files/x" + RunningServer.query).status == 405)
        }
    }
}

extension RunningServer {
    /// Gets a body that is no text.
    fileprivate func bytes(_ pathAndQuery: String) async throws -> ([UInt8], HTTPHeaders) {
        var request = HTTPClientRequest(url: baseURL + pathAndQuery)
        request.headers.add(name: "Authorization", value: "Bearer \(Self.key)")
        let response = try await http.execute(request, timeout: .seconds(30))
        return (Array(try await response.body.collect(upTo: 64 << 20).readableBytesView), response.headers)
    }
}
