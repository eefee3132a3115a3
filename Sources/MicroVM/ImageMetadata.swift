internal import Domain
internal import FoundationEssentials

/// What a guest image tells of itself, in the file `metadata.json` beside its other files.
struct ImageMetadata: Sendable {
    private let images: [Runtime: ImageDescription]

    /// Reads the file of an image.
    ///
    /// - Parameter directory: the image's folder.
    /// - Returns: what it tells, or `imageUnusable` when the file is missing or is not as it should be.
    static func read(in directory: String) async -> Result<Self, MicroVMError> {
        await BlockingThread.run { () throws(MicroVMError) in
            guard let text = TextFile.read(directory + "/metadata.json") else {
                throw MicroVMError(.imageUnusable, "The guest image has no readable metadata.json.")
            }
            return try Self(json: text)
        }
    }

    /// Reads the file's content.
    ///
    /// - Parameter json: the content.
    /// - Throws: `imageUnusable` when it is not as it should be.
    init(json: String) throws(MicroVMError) {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .iso8601
        let content: Content
        do {
            content = try decoder.decode(Content.self, from: Data(json.utf8))
        } catch {
            throw MicroVMError(
                .imageUnusable,
                "The guest image's metadata.json is not as it should be: \(error)"
            )
        }
        let seconds = content.createdAt.timeIntervalSince1970
        var images: [Runtime: ImageDescription] = [:]
        for runtime in Runtime.all {
            guard let runtimes = content.runtimes[runtime.name], !runtimes.isEmpty,
                let packages = content.packages[runtime.name]
            else { continue }
            images[runtime] = ImageDescription(
                runtimes: runtimes.map(\.package),
                packages: packages.map(\.package),
                kernel: content.kernels[runtime.name]?.kernel,
                createdMilliseconds: seconds > 0 && seconds < 1e12 ? UInt64(seconds * 1_000) : 0
            )
        }
        self.images = images
    }

    /// What a runtime's sandboxes have installed.
    ///
    /// - Parameter runtime: the runtime.
    /// - Returns: the description.
    /// - Throws: `imageUnusable` when the image does not tell.
    func image(of runtime: Runtime) throws(MicroVMError) -> ImageDescription {
        guard let image = images[runtime] else {
            throw MicroVMError(
                .imageUnusable,
                "The guest image's metadata.json does not describe \(runtime)."
            )
        }
        return image
    }

    /// The file as it is written.
    private struct Content: Decodable {
        let runtimes: [String: [Package]]
        let packages: [String: [Package]]
        let kernels: [String: Kernel]
        let createdAt: Date
    }

    private struct Package: Decodable {
        let name: String
        let version: String

        var package: ImageDescription.Package { ImageDescription.Package(name: name, version: version) }
    }

    private struct Kernel: Decodable {
        let name: String
        let version: String
        let projectUrl: String
        let description: String

        var kernel: ImageDescription.Kernel {
            ImageDescription.Kernel(
                name: name,
                version: version,
                projectURL: projectUrl,
                description: description
            )
        }
    }
}
