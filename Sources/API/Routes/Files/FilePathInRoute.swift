internal import APIModel
internal import Domain
internal import Hummingbird

/// What a path below `/files/` asks for.
///
/// `content/NAME` (with or without `/content` behind it) and `NAME/content` ask for what is in the file, NAME
/// alone for what is known about it. A name may hold slashes, encoded or not.
struct FilePathInRoute {
    /// Whether the content is wanted.
    let isDownload: Bool
    private let parts: [Substring]

    /// Reads the part of the path that the router caught.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - context: what is known about it.
    ///   - namesContent: whether `content` at either end is a wish and no part of the name.
    init(_ request: Request, _ context: APIContext, namesContent: Bool) {
        // The route `/files/upload` catches nothing, and its last part may be a name.
        let caught = context.parameters.getCatchAll()
        let last = request.uri.path.split(separator: "/").suffix(1)
        let isUpload = last.first?.lowercased() == "upload"
        var parts = caught.isEmpty && isUpload ? last : caught[...]
        guard namesContent else {
            isDownload = false
            self.parts = Array(parts)
            return
        }
        let isContent: (Substring?) -> Bool = { $0?.lowercased() == "content" }
        let isPrefixed = parts.count > 1 && isContent(parts.first)
        if isPrefixed { parts.removeFirst() }
        let isSuffixed = parts.count > 1 && isContent(parts.last)
        if isSuffixed { parts.removeLast() }
        isDownload = isPrefixed || isSuffixed
        self.parts = Array(parts)
    }

    /// The path of the file.
    ///
    /// - Parameter folder: the folder that the query names.
    /// - Returns: the path.
    /// - Throws: `filePathInvalid`.
    func path(in folder: SessionFilePath) throws(Failure) -> SessionFilePath {
        var names: [String] = []
        for part in parts {
            guard let name = PercentEncoding.decoded(String(part)) else {
                throw Failure(.filePathInvalid, "The file's path is not valid percent-encoded UTF-8.")
            }
            names.append(name)
        }
        let path = try SessionFilePath(names.joined(separator: "/"))
        guard !path.names.isEmpty else { throw Failure(.filePathInvalid, "The file's path is empty.") }
        return try folder.appending(path)
    }
}

extension PoolRequest {
    /// The folder that the query's `path` names; the data folder without it.
    ///
    /// - Returns: the folder.
    /// - Throws: `filePathInvalid`.
    func folder() throws(Failure) -> SessionFilePath {
        try SessionFilePath(try query.value(of: "path", failingWith: .filePathInvalid) ?? "")
    }
}
