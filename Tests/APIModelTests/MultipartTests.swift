import APIModel
import Domain
import Testing

@Suite("Forms with files")
struct MultipartTests {
    private struct Part: Equatable {
        var name: String
        var fileName: String?
        var content: [UInt8] = []
    }

    /// Parses a body that arrives in pieces of a size.
    private func parts(_ body: [UInt8], boundary: String? = "b", piece: Int = .max) throws -> [Part]? {
        var parser = MultipartParser(boundary: boundary)
        var parts: [Part] = []
        var isEnded = false
        var rest = body[...]
        while !rest.isEmpty {
            parser.append(Array(rest.prefix(piece)))
            rest = rest.dropFirst(piece)
            while let event = try parser.next() {
                switch event {
                case .part(let headers): parts.append(Part(name: headers.name, fileName: headers.fileName))
                case .content(let bytes): parts[parts.count - 1].content += bytes
                case .partEnd: break
                case .end: isEnded = true
                }
            }
        }
        return isEnded ? parts : nil
    }

    private func form(_ headers: String, _ content: String = "x") -> [UInt8] {
        Array("--b\r\n\(headers)\r\n\r\n\(content)\r\n--b--\r\n".utf8)
    }

    @Test("Every cut of a body gives the same parts", arguments: 1...70)
    func cuts(piece: Int) throws {
        // Content that looks like the beginning of a boundary, over and over.
        let first = "line\r\n--\r\n--a\r\n--\r\r\n\n--b"
        let text = """
            preamble\r\n--b \r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\
            Content-Type: text/plain\r\n\r\n\(first)\r\n--b\r\ncontent-disposition:form-data;name=other\r\n\r\n\
            \r\n--b\r\n\r\nno headers\r\n--b--\r\nepilogue --b
            """
        let expected = [
            Part(name: "file", fileName: "a.txt", content: Array(first.utf8)), Part(name: "other"),
            Part(name: "", content: Array("no headers".utf8)),
        ]
        #expect(try parts(Array(text.utf8), piece: piece) == expected)
    }

    @Test("Bytes of any value go through, whatever the pieces")
    func random() throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<50 {
            // Few values, so that what begins a delimiter is met often.
            let content = (0..<Int.random(in: 0...2_000, using: &generator)).map { _ in
                ([0, 13, 10, 45, 98, 255] as [UInt8]).randomElement(using: &generator) ?? 0
            }
            let open = Array("--bound\r\nContent-Disposition: form-data; filename=f\r\n\r\n".utf8)
            let body = open + content + Array("\r\n--bound--".utf8)
            let piece = Int.random(in: 1...100, using: &generator)
            #expect(try parts(body, boundary: "bound", piece: piece)?.first?.content == content)
        }
    }

    @Test(
        "File names in all the ways that clients write them",
        arguments: [
            (#"Content-Disposition: form-data; name="file"; filename="a b;c.txt""#, "a b;c.txt"),
            ("Content-Disposition: form-data; name=file; filename=x.txt; filename*=utf-8''x.txt", "x.txt"),
            (
                "Content-Disposition: form-data; filename*=UTF-8'en'Gr%C3%BC%C3%9Fe.md; filename=\"x\"",
                "Grüße.md"
            ),
            (#"Content-Disposition: form-data; filename="a\"b\\c""#, #"a"b\c"#),
            (#"Content-Disposition: form-data; filename="C:\temp\x""#, #"C:\temp\x"#),
            ("CONTENT-DISPOSITION: form-data; FileName=\"/mnt/data/x.txt\"", "/mnt/data/x.txt"),
            ("X: y\r\nContent-Disposition: form-data ;  filename = z", "z"),
            ("Content-Disposition: form-data; filename=\"日本.txt\"", "日本.txt"),
            ("Content-Disposition: form-data; filename=\"\"", ""),
            ("Content-Disposition: form-data; filename*=iso-8859-1''x; filename=plain", "plain"),
        ]
    )
    func fileNames(headers: String, name: String) throws {
        #expect(try parts(form(headers))?.first?.fileName == name)
    }

    @Test("A field without a file name is no file")
    func fields() throws {
        let part = try parts(form("Content-Disposition: form-data; name=\"path\""))?.first
        #expect(part?.name == "path")
        #expect(part?.fileName == nil)
    }

    @Test("The boundary is found in the content type, quoted or not")
    func boundaries() {
        #expect(MultipartParser.boundary(of: "multipart/form-data; boundary=abc") == "abc")
        #expect(MultipartParser.boundary(of: "Multipart/Form-Data;charset=utf-8;Boundary=\"a b\"") == "a b")
        #expect(MultipartParser.boundary(of: "application/json") == nil)
        #expect(MultipartParser.boundary(of: "multipart/form-data") == nil)
        #expect(MultipartParser.boundary(of: "multipart/form-data; boundary=") == nil)
        #expect(
            MultipartParser.boundary(
                of: "multipart/form-data; boundary=" + String(repeating: "b", count: 201)
            ) == nil
        )
    }

    @Test("Without a content type the first line says the boundary", arguments: [1, 7, 1_000])
    func sniffed(piece: Int) throws {
        let body = form("Content-Disposition: form-data; filename=f", "content")
        #expect(try parts(body, boundary: nil, piece: piece)?.first?.content == Array("content".utf8))
    }

    @Test("A body that ends early has no end", arguments: [0, 3, 20, 57, 60, 64])
    func truncated(length: Int) throws {
        let body = form("Content-Disposition: form-data; filename=f", "content")
        #expect(try parts(Array(body.prefix(length))) == nil)
    }

    @Test(
        "What is no form is refused",
        arguments: [
            "{\"code\":\"x\"}\n", "--\nx", String(repeating: "x", count: 300),
            "--b\r\n" + String(repeating: "h", count: 20_000),
        ]
    )
    func refused(body: String) {
        #expect(throws: Failure.self) {
            try parts(Array(body.utf8), boundary: body.hasPrefix("--b") ? "b" : nil)
        }
        #expect(throws: Failure.self) { try parts(Array("--bx\r\n".utf8)) }
    }
}
