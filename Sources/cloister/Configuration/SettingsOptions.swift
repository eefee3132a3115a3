internal import ArgumentParser
internal import ClientCommands
internal import Domain
internal import Glibc
internal import ServiceSettings

/// Flags that change a configuration.
struct SettingsOptions: ParsableArguments {
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "A key of the configuration, before file and environment; may be given again.",
            valueName: "key=value"
        )
    )
    var values: [String] = []

    /// Reads file, environment and flags.
    ///
    /// - Parameters:
    ///   - path: the YAML file; nil for none.
    ///   - role: for whom; nil to leave out what has to be there.
    /// - Returns: everything that is wrong with them.
    /// - Throws: `invalidConfiguration` when the file cannot be read.
    func problems(_ path: String?, for role: ServiceRole?) throws(Failure) -> [SettingsProblem] {
        let (settings, problems) = try Self.read(path, flags: values, for: role)
        return problems + (role.map { SecretFiles.unreadable(settings, for: $0) } ?? [])
    }

    /// Reads file, environment and flags, and has nothing wrong in them.
    ///
    /// - Parameters:
    ///   - path: the YAML file; nil for none.
    ///   - role: for whom.
    ///   - basis: what holds when nothing else is said, as YAML.
    /// - Returns: the settings.
    /// - Throws: `invalidConfiguration` with everything that is wrong.
    func checked(_ path: String?, for role: ServiceRole, basis: String = "") throws(Failure) -> Settings {
        try Self.checked(path, flags: values, for: role, basis: basis)
    }

    /// Reads file, environment and flags, whether or not all is there that a service needs.
    ///
    /// - Parameter path: the YAML file; nil for none.
    /// - Returns: the settings.
    /// - Throws: `invalidConfiguration` when the file cannot be read.
    func begun(_ path: String?) throws(Failure) -> Settings {
        Settings(try Self.sources(path, flags: values, basis: ""), for: nil)
    }

    /// Settings without file and flags.
    ///
    /// - Parameter role: for whom.
    /// - Returns: the settings.
    /// - Throws: `invalidConfiguration` with everything that is wrong.
    static func ofEnvironment(for role: ServiceRole) throws(Failure) -> Settings {
        try checked(nil, flags: [], for: role)
    }

    private static func checked(
        _ path: String?,
        flags: [String],
        for role: ServiceRole,
        basis: String = ""
    ) throws(Failure) -> Settings {
        let (settings, problems) = try read(path, flags: flags, for: role, basis: basis)
        guard problems.isEmpty else { throw Failure(.invalidConfiguration, problems.text) }
        return settings
    }

    private static func read(
        _ path: String?,
        flags: [String],
        for role: ServiceRole?,
        basis: String = ""
    ) throws(Failure) -> (Settings, [SettingsProblem]) {
        let settings = Settings(try sources(path, flags: flags, basis: basis), for: role)
        return (
            settings,
            settings.problems + settings.accessProblems + SecretFiles.problems(settings)
                + NodeAddresses.problems(settings)
        )
    }

    private static func sources(
        _ path: String?,
        flags: [String],
        basis: String
    ) throws(Failure) -> SettingsSources {
        let environment = variables()
        guard let path else { return SettingsSources(environment: environment, flags: flags, basis: basis) }
        let limit = 256 << 10
        guard let text = TextFile.content(of: path, limit: limit) else {
            throw Failure(
                .invalidConfiguration,
                "The configuration \(path) cannot be read: it is not there, not UTF-8 or longer than \(limit >> 10) KiB."
            )
        }
        return SettingsSources(
            fileName: path,
            file: text,
            environment: environment,
            flags: flags,
            basis: basis
        )
    }

    /// All variables of the environment.
    private static func variables() -> [String: String] {
        var variables: [String: String] = [:]
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if let end = text.firstIndex(of: "=") {
                variables[String(text[..<end])] = String(text[text.index(after: end)...])
            }
            next += 1
        }
        return variables
    }
}
