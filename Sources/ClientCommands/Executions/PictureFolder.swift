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
    /// - Returns: the file's path; a picture that is there already stays, and the next number is taken.
    /// - Throws: `invalidConfiguration` when it cannot be written.
    func save(_ content: [UInt8], format: String, number: Int) async throws -> String {
        let format = format.lowercased()
        let ending = Self.endings.contains(format) ? format : "bin"
        let folder = try LocalFolder(making: path)
        var number = number
        while folder.has(["image-\(number).\(ending)"]) { number += 1 }
        let name = "image-\(number).\(ending)"
        let draft = try folder.draft(of: name)
        try await draft.write(content)
        guard try draft.keep(replacing: false) else {
            // Somebody else was quicker with this number.
            return try await save(content, format: format, number: number + 1)
        }
        return path.hasSuffix("/") ? path + name : "\(path)/\(name)"
    }
}
