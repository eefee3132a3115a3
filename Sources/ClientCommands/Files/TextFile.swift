internal import Glibc

/// Reads small files whole.
package enum TextFile {
    /// The text of a file.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: the greatest size that makes sense, in bytes.
    /// - Returns: the text; nil when it cannot be read, is no UTF-8 or is greater.
    package static func content(of path: String, limit: Int) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return content(of: descriptor, limit: limit)
    }

    /// The text of an open file, to its end.
    ///
    /// - Parameters:
    ///   - descriptor: the open file.
    ///   - limit: the greatest size that makes sense, in bytes.
    /// - Returns: the text; nil when it cannot be read, is no UTF-8 or is greater.
    package static func content(of descriptor: Int32, limit: Int) -> String? {
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return String(validating: content, as: UTF8.self) }
            content += buffer.prefix(count)
            guard content.count <= limit else { return nil }
        }
    }
}
