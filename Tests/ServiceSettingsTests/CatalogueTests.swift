import Domain
import Foundation
import Identity
import MicroVM
import Testing

@testable import ServiceSettings

@Suite("The catalogue of the configuration")
struct CatalogueTests {
    private static let document = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "docs/configuration.md")

    @Test("docs/configuration.md is what the catalogue says")
    func documentIsCurrent() throws {
        let wanted = SettingsReference.text
        if ProcessInfo.processInfo.environment["CLOISTER_UPDATE"] == "1" {
            try wanted.write(to: Self.document, atomically: true, encoding: .utf8)
        }
        let written = try String(contentsOf: Self.document, encoding: .utf8)
        #expect(
            written == wanted,
            "Run CLOISTER_UPDATE=1 swift test --filter ServiceSettingsTests and commit it."
        )
    }

    @Test("Each key is there once, has a sentence, and an example and a default that do")
    func sound() throws {
        let settings = SettingsCatalogue.settings
        #expect(Set(settings.map(\.pattern)).count == settings.count)
        #expect(Set(settings.map { EnvironmentName.of($0.pattern) }).count == settings.count)
        for setting in settings {
            #expect(setting.meaning.hasSuffix("."), "\(setting.pattern)")
            #expect(!setting.meaning.contains("|") && !setting.meaning.contains("\n"), "\(setting.pattern)")
            _ = try setting.kind.checked(SettingValue(setting.example, of: setting.kind))
            for name in DefaultPools.names {
                guard let text = setting.standardText([name]) else { continue }
                _ = try setting.kind.checked(SettingValue(text, of: setting.kind))
            }
            #expect(
                !EnvironmentName.others.contains(EnvironmentName.of(setting.pattern)),
                "\(setting.pattern)"
            )
        }
    }

    @Test("Every key that is declared stands in the catalogue")
    func complete() throws {
        let folder = Self.document.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Sources/ServiceSettings/Catalogue")
        var declared = 0
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let text = try String(contentsOf: file, encoding: .utf8)
            declared += text.matches(of: /package static let \w+ = (Self|pool)\(/).count
        }
        // Outside of the keys there are two such lines: any text, and plain names.
        #expect(declared - 2 == SettingsCatalogue.settings.count)
    }

    @Test("The example is valid, and sets exactly what holds without it")
    func example() throws {
        for role in [nil] + ServiceRole.allCases.map(Optional.some) {
            let text = SettingsExample.text(for: role)
            let settings = Settings(SettingsSources(file: text), for: role)
            #expect(settings.problems == [], "\(String(describing: role))")
            let nothing = Settings(SettingsSources(), for: nil)
            for setting in SettingsCatalogue.settings where setting.readers.contains(role ?? .coordinator) {
                let names = setting.names(in: setting.pattern) ?? []
                guard names.first != "ISSUER" else { continue }
                for pool in names.isEmpty ? [] : DefaultPools.names {
                    #expect(
                        settings.says(setting, pool) == (setting.standardText([pool]) != nil),
                        "\(setting.pattern)"
                    )
                    guard case .integer = setting.kind else { continue }
                    #expect(settings.optionalInteger(setting, pool) == nothing.optionalInteger(setting, pool))
                }
                guard names.isEmpty else { continue }
                if case .required = setting.standard {
                    #expect(settings.says(setting))
                } else if setting.kind.isList {
                    #expect(settings.list(setting) == nothing.list(setting), "\(setting.pattern)")
                } else {
                    #expect(
                        settings.optionalText(setting) == nothing.optionalText(setting),
                        "\(setting.pattern)"
                    )
                }
            }
            #expect(try settings.pools() == DefaultPools.all())
        }
    }

    @Test("The example with all its remarks taken in is valid, too, and says every key")
    func wholeExample() {
        let lines = SettingsExample.text().split(separator: "\n").map { line in
            // What is switched off has its sign at the beginning; a remark has another one behind it, or a blank.
            let isOff = line.hasPrefix("#") && !line.hasPrefix("# ") && !line.hasPrefix("##")
            let rest = line.dropFirst().drop { $0 == " " }
            return isOff && !rest.hasPrefix("#") || line.hasPrefix("#  ")
                ? String(line.dropFirst()) : String(line)
        }
        // Of the two lifecycles there is one.
        let file = lines.filter { !$0.contains("maxAliveSeconds:") }.joined(separator: "\n")
        let settings = Settings(SettingsSources(file: file), for: .coordinator)
        #expect(settings.problems == [])
        for setting in SettingsCatalogue.settings where !setting.pattern.hasPrefix("pools.") {
            #expect(settings.says(setting, "company", "sessions"), "\(setting.pattern)")
        }
    }

    @Test("The bounds of pools are those by which pools are checked")
    func poolBounds() throws {
        for setting in Setting.poolSizes + Setting.poolLimits + [.poolCooldownSeconds] {
            guard case .integer(let range) = setting.kind else { continue }
            let name = setting.pattern.split(separator: ".").last ?? ""
            for (value, isGood) in [
                (range.lowerBound, true), (range.upperBound, true), (range.upperBound + 1, false),
            ] {
                var pool = try #require(try DefaultPools.all().first)
                pool.memoryMiB = 65_536
                pool.maxConcurrentSessions = 100_000
                pool.readySessions = 0
                switch name {
                case "memoryMiB":
                    pool.memoryMiB = value
                    pool.diskMiB = 16
                case "virtualCPUs": pool.virtualCPUs = value
                case "diskMiB": pool.diskMiB = value
                case "processes": pool.processes = value
                case "maxConcurrentSessions": pool.maxConcurrentSessions = value
                case "readySessions": pool.readySessions = value
                case "cooldownSeconds": pool.lifecycle = .timed(cooldown: .seconds(value))
                case "timeoutSeconds": pool.limits.timeout = .seconds(value)
                case "codeBytes": pool.limits.codeBytes = value
                case "outputBytes": pool.limits.outputBytes = value
                case "resultBytes": pool.limits.resultBytes = value
                case "images": pool.limits.images = value
                default: Issue.record("\(name) is not tested")
                }
                let checked = try? pool.validated()
                #expect((checked != nil) == isGood, "\(name) \(value)")
            }
        }
    }

    @Test("The words of the catalogue are those that their readers know")
    func words() {
        guard case .word(let accelerators) = Setting.accelerator.kind,
            case .word(let jails) = Setting.jail.kind,
            case .list(let algorithms?) = Setting.issuerAlgorithms.kind
        else {
            Issue.record("these are words")
            return
        }
        for name in accelerators { #expect(AcceleratorPreference.named(name) != nil) }
        for name in jails { #expect(JailPreference.named(name) != nil) }
        #expect(Set(algorithms) == Set(TokenAlgorithm.allCases.map(\.rawValue)))
        #expect(Setting.grantValue.standardText([]) == ClaimGrant.azureRole)
        #expect(Setting.processesAhead.standardText([]) == "2")
    }

    @Test("Suggestions are what a person would think of")
    func suggestions() {
        let words = ["listen.port", "listen.host", "logLevel", "name"]
        for (word, meant) in [
            ("listen.prot", "listen.port"), ("loglevel", "logLevel"), ("nmae", "name"),
            ("lisen.hots", "listen.host"),
        ] {
            #expect(Suggestion.closest(to: word, among: words) == meant)
        }
        for word in ["", "x", "something", "inbox"] {
            #expect(Suggestion.closest(to: word, among: words) == nil, "\(word)")
        }
        #expect(Suggestion.distance(from: "abcd", to: "acbd") == 1)
        #expect(Suggestion.distance(from: "", to: "abc") == 3)
        #expect(Suggestion.distance(from: "kitten", to: "sitting") == 3)
    }
}
