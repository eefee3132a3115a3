internal import Domain

/// Where the pictures of an execution go.
struct PictureFolder: Sendable {
    private static let endings: Set<String> = ["png", "jpeg", "jpg", "gif", "svg", "webp"]

    /// The folder; it is made with the first picture.
    let path: String

    /// Saves a picture.
    ///
    /// - Parameters:
    ///   - content: the picture.
    ///   - format: what the guest says it is; of the endings known here, or it is `bin`.
    ///   - number: counts the pictures, from 1.
    /// - Returns: the file's path.
    /// - Throws: `invalidConfiguration` when it cannot be written.
    func save(_ content: [UInt8], format: String, number: Int) async throws -> String {
        let format = format.lowercased()
        let name = "image-\(number).\(Self.endings.contains(format) ? format : "bin")"
        let folder = try LocalFolder(making: path)
        let draft = try folder.draft(of: name)
        try await draft.write(content)
        try draft.keep()
        return path.hasSuffix("/") ? path + name : "\(path)/\(name)"
    }
}
