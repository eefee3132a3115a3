/// The content type of a file, by the end of its name.
package enum ContentType {
    private static let texts: [String: String] = [
        "css": "text/css", "csv": "text/csv", "htm": "text/html", "html": "text/html", "ics": "text/calendar",
        "js": "text/javascript", "log": "text/plain", "markdown": "text/markdown", "md": "text/markdown",
        "mjs": "text/javascript", "py": "text/x-python", "tsv": "text/tab-separated-values",
        "txt": "text/plain", "xml": "text/xml",
    ]
    private static let others: [String: String] = [
        "avif": "image/avif", "bmp": "image/bmp", "bz2": "application/x-bzip2",
        "doc": "application/msword",
        "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "gif": "image/gif", "gz": "application/gzip", "ico": "image/x-icon",
        "ipynb": "application/x-ipynb+json",
        "jpeg": "image/jpeg", "jpg": "image/jpeg", "json": "application/json", "mp3": "audio/mpeg",
        "mp4": "video/mp4", "parquet": "application/vnd.apache.parquet", "pdf": "application/pdf",
        "png": "image/png", "ppt": "application/vnd.ms-powerpoint",
        "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "svg": "image/svg+xml", "tar": "application/x-tar", "tif": "image/tiff", "tiff": "image/tiff",
        "wav": "audio/wav", "wasm": "application/wasm", "webm": "video/webm", "webp": "image/webp",
        "xls": "application/vnd.ms-excel",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "yaml": "application/yaml", "yml": "application/yaml", "zip": "application/zip",
    ]

    /// What is said of a file of which nothing is known, and of a folder.
    package static let unknown = "application/octet-stream"

    /// The content type of a file.
    ///
    /// - Parameter name: the file's name.
    /// - Returns: the type; texts with their character set.
    package static func of(_ name: String) -> String {
        guard let dot = name.lastIndex(of: ".") else { return unknown }
        let ending = name[name.index(after: dot)...].lowercased()
        return texts[ending].map { $0 + "; charset=utf-8" } ?? others[ending] ?? unknown
    }
}
