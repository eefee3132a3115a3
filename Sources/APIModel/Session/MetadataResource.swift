package import Domain

/// The answer about what a pool's sandboxes have installed.
package struct MetadataResource: Hashable, Sendable {
    private let image: ImageDescription

    /// Makes the answer.
    ///
    /// - Parameter image: what is installed.
    package init(_ image: ImageDescription) { self.image = image }

    /// The body.
    package var json: JSONValue {
        // An image is never changed, only replaced by one that was made later.
        let time = JSONValue.string(Timestamp(epochMilliseconds: image.createdMilliseconds).text)
        return .object(
            [
                .init("runtimes", list(image.runtimes)), .init("preInstalledPackages", list(image.packages)),
                .init("createdAt", time), .init("lastUpdatedAt", time),
            ] + (image.kernel.map { [.init("jupyterKernel", kernel($0))] } ?? [])
        )
    }

    private func list(_ packages: [ImageDescription.Package]) -> JSONValue {
        .array(
            packages.map {
                .object([.init("name", .string($0.name)), .init("version", .string($0.version))])
            }
        )
    }

    private func kernel(_ kernel: ImageDescription.Kernel) -> JSONValue {
        .object([
            .init("name", .string(kernel.name)), .init("version", .string(kernel.version)),
            .init("projectUrl", .string(kernel.projectURL)),
            .init("description", .string(kernel.description)),
        ])
    }
}
