/// What a runtime's sandboxes have installed.
package struct ImageDescription: Hashable, Sendable {
    /// Something installed, with its version.
    package struct Package: Hashable, Sendable {
        /// The name.
        package var name: String
        /// The version.
        package var version: String

        /// Makes an entry.
        ///
        /// - Parameters:
        ///   - name: the name.
        ///   - version: the version.
        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// What keeps the state between executions.
    package struct Kernel: Hashable, Sendable {
        /// The name.
        package var name: String
        /// The version.
        package var version: String
        /// Where it comes from.
        package var projectURL: String
        /// What it is, in a sentence.
        package var description: String

        /// Makes a kernel.
        ///
        /// - Parameters:
        ///   - name: the name.
        ///   - version: the version.
        ///   - projectURL: where it comes from.
        ///   - description: what it is, in a sentence.
        package init(name: String, version: String, projectURL: String, description: String) {
            self.name = name
            self.version = version
            self.projectURL = projectURL
            self.description = description
        }
    }

    /// The interpreters and systems that run code.
    package var runtimes: [Package]
    /// The installed packages.
    package var packages: [Package]
    /// What keeps the state between executions; nil for a shell.
    package var kernel: Kernel?
    /// When the image was made, in milliseconds since 1970 UTC.
    package var createdMilliseconds: UInt64

    /// Makes a description.
    ///
    /// - Parameters:
    ///   - runtimes: the interpreters and systems that run code.
    ///   - packages: the installed packages.
    ///   - kernel: what keeps the state between executions; nil for a shell.
    ///   - createdMilliseconds: when the image was made, in milliseconds since 1970 UTC.
    package init(runtimes: [Package], packages: [Package], kernel: Kernel?, createdMilliseconds: UInt64) {
        self.runtimes = runtimes
        self.packages = packages
        self.kernel = kernel
        self.createdMilliseconds = createdMilliseconds
    }
}
