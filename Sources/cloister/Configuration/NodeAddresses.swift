internal import ServiceSettings
internal import Transport

/// Checks the addresses of nodes as the transport does when a service starts.
enum NodeAddresses {
    /// Finds addresses that no service would start with.
    ///
    /// - Parameter settings: the configuration.
    /// - Returns: a problem for each such address.
    static func problems(_ settings: Settings) -> [SettingsProblem] {
        let policy = AddressPolicy(hasIdentity: settings.optionalText(.tlsCertificateFile) != nil)
        var problems: [SettingsProblem] = []
        func check(_ setting: Setting, _ read: () throws(TransportError) -> Address) {
            do throws(TransportError) { _ = try read() } catch {
                let sentence = error.message.hasSuffix(".") ? String(error.message.dropLast()) : error.message
                problems.append(
                    SettingsProblem(
                        key: setting.pattern,
                        place: settings.source,
                        "\(setting.pattern): \(sentence)"
                    )
                )
            }
        }
        if let inbox = settings.optionalText(.inbox) {
            check(.inbox) { () throws(TransportError) in try policy.listening(at: inbox) }
        }
        for coordinator in settings.list(.coordinators) {
            check(.coordinators) { () throws(TransportError) in try policy.sending(to: coordinator) }
        }
        return problems
    }
}
