import APIModel
import Domain
import Testing

@Suite("Files in answers")
struct FileResourceTests {
    @Test(
        "Ranges as the standard has them",
        arguments: [
            (nil, ByteRange.whole), ("bytes=0-0", .part(0..<1)), ("bytes=2-", .part(2..<10)),
            ("bytes=-3", .part(7..<10)), ("bytes=-99", .part(0..<10)), ("BYTES=1-99", .part(1..<10)),
            ("bytes=9-9", .part(9..<10)), ("bytes=10-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
            ("bytes=99999999999999999999-", .unsatisfiable), ("bytes=0-99999999999999999999", .part(0..<10)),
            ("bytes=5-2", .whole), ("bytes=0-1,3-4", .whole), ("lines=0-1", .whole), ("bytes=", .whole),
            ("bytes=-", .whole), ("bytes=a-b", .whole), ("bytes=+1-2", .whole), ("bytes=--1", .whole),
        ] as [(String?, ByteRange)]
    )
    func ranges(header: String?, expected: ByteRange) {
        #expect(ByteRange(header, size: 10) == expected)
    }

    @Test("An empty file has no ranges")
    func emptyRanges() {
        #expect(ByteRange("bytes=0-", size: 0) == .unsatisfiable)
        #expect(ByteRange("bytes=-5", size: 0) == .unsatisfiable)
        #expect(ByteRange(nil, size: 0) == .whole)
    }

    @Test(
        "Times in both spellings",
        arguments: [
            (0, "1970-01-01T00:00:00.0000000Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (1_731_315_902_486_529_312, "2024-11-11T09:05:02.4865293Z", "Mon, 11 Nov 2024 09:05:02 GMT"),
            (951_782_400_000_000_000, "2000-02-29T00:00:00.0000000Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (-1, "1969-12-31T23:59:59.9999999Z", "Wed, 31 Dec 1969 23:59:59 GMT"),
            (.max, "2262-04-11T23:47:16.8547758Z", "Fri, 11 Apr 2262 23:47:16 GMT"),
            (.min, "1677-09-21T00:12:43.1452241Z", "Tue, 21 Sep 1677 00:12:43 GMT"),
        ] as [(Int64, String, String)]
    )
    func times(nanoseconds: Int64, timestamp: String, header: String) {
        #expect(FileTime(nanoseconds: nanoseconds).timestamp == timestamp)
        #expect(FileTime(nanoseconds: nanoseconds).header == header)
    }

    @Test(
        "Content types by the end of the name",
        arguments: [
            ("a.txt", "text/plain; charset=utf-8"), ("A.CSV", "text/csv; charset=utf-8"),
            ("x.png", "image/png"),
            ("x.tar.gz", "application/gzip"), ("Makefile", "application/octet-stream"),
            ("x.unknown", "application/octet-stream"), ("x.", "application/octet-stream"),
            (".txt", "text/plain; charset=utf-8"),
        ]
    )
    func contentTypes(name: String, type: String) { #expect(ContentType.of(name) == type) }

    @Test("One file in all shapes")
    func shapes() throws {
        let path = try SessionFilePath("sub/Grüße.txt")
        let file = SessionFile(path: path, isFolder: false, size: 7, modified: 1_731_315_902_486_529_312)
        let resource = FileResource(file, base: try SessionFilePath(""))
        func text(_ value: JSONValue) -> String { String(decoding: value.encoded, as: UTF8.self) }
        #expect(
            text(resource.json(as: .flat))
                == #"{"name":"Grüße.txt","type":"file","contentType":"text/plain; charset=utf-8","sizeInBytes":7,"#
                + #""lastModifiedAt":"2024-11-11T09:05:02.4865293Z","directory":"sub"}"#
        )
        let wrapped =
            #"{"properties":{"filename":"sub/Grüße.txt","size":7,"lastModifiedTime":"2024-11-11T09:05:02.4865293Z"}}"#
        #expect(text(FileResource.uploaded([resource], as: .wrapped)) == #"{"value":[\#(wrapped)]}"#)
        #expect(
            text(FileResource.list([resource], as: .first))
                == #"{"value":[\#(wrapped)],"$values":[{"filename":"sub/Grüße.txt","size":7,"#
                + #""last_modified_time":"2024-11-11T09:05:02.4865293Z"}]}"#
        )
        #expect(text(FileResource.list([], nextLink: "x?y", as: .flat)) == #"{"value":[],"nextLink":"x?y"}"#)
        // From its own folder it has no directory, and several files are a list.
        #expect(FileResource(file, base: path.folder).json(as: .flat)["directory"] == nil)
        #expect(FileResource.uploaded([resource, resource], as: .flat)["value"] != nil)
    }

    @Test("The version decides the shape where the path does not")
    func versions() throws {
        #expect(FileShape(try APIVersion.named("2024-02-02-preview")) == .wrapped)
        #expect(FileShape(try APIVersion.named("2024-08-02-preview")) == .wrapped)
        #expect(FileShape(try APIVersion.named("2024-10-02-preview")) == .flat)
        #expect(FileShape(try APIVersion.named("2025-10-02-preview")) == .flat)
    }
}
