package import Domain

/// How the answers of a route about files are laid out.
package enum FileShape: Hashable, Sendable {
    /// From 2024-10-02-preview on: `{"name":…,"sizeInBytes":…}`, lists in `value`.
    case flat
    /// Before: `{"properties":{"filename":…,"size":…}}`, everything in `value`.
    case wrapped
    /// The first preview: `filename` and `size` in `$values`; the wrapped shape stands beside it.
    case first

    /// The shape of the routes that both later generations have under the same path.
    ///
    /// - Parameter version: the version that the request names.
    package init(_ version: APIVersion) { self = version.name < APIVersion.firstFlat.name ? .wrapped : .flat }
}

/// A file or folder as an answer shows it.
package struct FileResource: Hashable, Sendable {
    /// What is shown.
    package let file: SessionFile
    /// The folder that was asked for; names and folders are told from it.
    package let base: SessionFilePath

    /// Makes a resource.
    ///
    /// - Parameters:
    ///   - file: what is shown.
    ///   - base: the folder that was asked for.
    package init(_ file: SessionFile, base: SessionFilePath = .dataFolder) {
        self.file = file
        self.base = base
    }

    /// When the file was last changed.
    package var modified: String { FileTime(nanoseconds: file.modified).timestamp }

    /// The body's JSON.
    ///
    /// - Parameter shape: how it is laid out.
    /// - Returns: the JSON.
    package func json(as shape: FileShape) -> JSONValue {
        switch shape {
        case .flat:
            let between = file.path.names.dropFirst(base.names.count).dropLast()
            let directory =
                between.isEmpty
                ? [] : [JSONValue.Member("directory", .string(between.joined(separator: "/")))]
            return .object(
                [
                    .init("name", .string(file.path.name)),
                    .init("type", .string(file.isFolder ? "directory" : "file")),
                    .init(
                        "contentType",
                        .string(file.isFolder ? ContentType.unknown : ContentType.of(file.path.name))
                    ),
                    .init("sizeInBytes", .integer(file.size)), .init("lastModifiedAt", .string(modified)),
                ] + directory
            )
        case .wrapped:
            return .object([
                .init(
                    "properties",
                    .object([
                        .init("filename", .string(file.path.text)), .init("size", .integer(file.size)),
                        .init("lastModifiedTime", .string(modified)),
                    ])
                )
            ])
        case .first:
            return .object([
                .init("filename", .string(file.path.text)), .init("size", .integer(file.size)),
                .init("last_modified_time", .string(modified)),
            ])
        }
    }

    /// The body of a list.
    ///
    /// - Parameters:
    ///   - resources: what is listed.
    ///   - nextLink: where the rest of the list is, if there is one.
    ///   - shape: how it is laid out.
    /// - Returns: the JSON.
    package static func list(_ resources: [Self], nextLink: String? = nil, as shape: FileShape) -> JSONValue {
        let item = shape == .first ? FileShape.wrapped : shape
        var members: [JSONValue.Member] = [.init("value", .array(resources.map { $0.json(as: item) }))]
        if shape == .first { members.append(.init("$values", .array(resources.map { $0.json(as: .first) }))) }
        if let nextLink { members.append(.init("nextLink", .string(nextLink))) }
        return .object(members)
    }

    /// The body of an answer to an upload.
    ///
    /// - Parameters:
    ///   - resources: what was uploaded, at least one file.
    ///   - shape: how it is laid out.
    /// - Returns: the JSON; the flat shape has a list only where there are several.
    package static func uploaded(_ resources: [Self], as shape: FileShape) -> JSONValue {
        if shape == .flat, resources.count == 1, let only = resources.first { return only.json(as: .flat) }
        return list(resources, as: shape)
    }
}
