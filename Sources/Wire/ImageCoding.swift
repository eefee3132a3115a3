internal import CWire
internal import Domain

extension Arena {
    mutating func imageDescription(
        _ image: ImageDescription
    ) -> UnsafeMutablePointer<Cloister__V1__ImageDescription> {
        let runtimes = image.runtimes.map { installedPackage($0) }
        let packages = image.packages.map { installedPackage($0) }
        let message = message(cloister__v1__image_description__init)
        message.pointee.n_runtimes = runtimes.count
        message.pointee.runtimes = list(runtimes)
        message.pointee.n_packages = packages.count
        message.pointee.packages = list(packages)
        message.pointee.created_ms = image.createdMilliseconds
        if let kernel = image.kernel {
            let entry = self.message(cloister__v1__kernel__init)
            entry.pointee.name = text(kernel.name)
            entry.pointee.version = text(kernel.version)
            entry.pointee.project_url = text(kernel.projectURL)
            entry.pointee.description = text(kernel.description)
            message.pointee.kernel = entry
        }
        return message
    }

    private mutating func installedPackage(
        _ package: ImageDescription.Package
    ) -> UnsafeMutablePointer<Cloister__V1__InstalledPackage> {
        let message = message(cloister__v1__installed_package__init)
        message.pointee.name = text(package.name)
        message.pointee.version = text(package.version)
        return message
    }
}

extension ImageDescription {
    init(_ message: Cloister__V1__ImageDescription) throws(WireError) {
        self.init(
            runtimes: try values(message.runtimes, message.n_runtimes) {
                entry throws(WireError) in try Package(entry)
            },
            packages: try values(message.packages, message.n_packages) {
                entry throws(WireError) in try Package(entry)
            },
            kernel: try message.kernel.map { pointer throws(WireError) in try Kernel(pointer.pointee) },
            createdMilliseconds: message.created_ms
        )
    }
}

extension ImageDescription.Package {
    fileprivate init(_ message: Cloister__V1__InstalledPackage) throws(WireError) {
        self.init(
            name: try String(field: message.name, "name"),
            version: try String(field: message.version, "version")
        )
    }
}

extension ImageDescription.Kernel {
    fileprivate init(_ message: Cloister__V1__Kernel) throws(WireError) {
        self.init(
            name: try String(field: message.name, "name"),
            version: try String(field: message.version, "version"),
            projectURL: try String(field: message.project_url, "project_url"),
            description: try String(field: message.description, "description")
        )
    }
}
