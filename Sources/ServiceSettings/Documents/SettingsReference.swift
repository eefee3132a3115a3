/// The page docs/configuration.md.
package enum SettingsReference {
    /// The page's content.
    package static var text: String {
        introduction + SettingsCatalogue.topics.map(section).joined(separator: "\n") + "\n" + ending
    }

    private static let introduction = """
        # Configuration

        Generated from the catalogue that the services read by (`Sources/ServiceSettings/Catalogue`); do not edit. A test
        compares both; `CLOISTER_UPDATE=1 swift test --filter ServiceSettingsTests` writes it anew.

        ```sh
        cloister config example > cloister.yaml        # every key there is, with what it means
        cloister config check cloister.yaml            # everything that is wrong with it, at once
        cloister up --config cloister.yaml
        cloister coordinator --config cloister.yaml    # one file can be for both services: each reads its own keys
        cloister worker --config cloister.yaml --set inbox=tcp://127.0.0.1:7401 --set name=worker-1
        ```

        A value comes from the YAML file, from a variable of the environment, or from a flag; the later wins:

        | where | how |
        | --- | --- |
        | file | `listen:` and below it `port: 9090`, or in one `listen.port: 9090` |
        | environment | `CLOISTER_` and the key in capitals, `_` for each dot and before each capital that follows a small letter: `CLOISTER_LISTEN_PORT=9090`; lists have commas; an empty variable says nothing |
        | flag | `--set listen.port=9090`, again and again; lists have commas |

        Everything is checked at the start, and everything that is wrong is told at once, with the place. An unknown key is an
        error, and so is a variable that looks like one of these and is none. A key without a value is an error; a section
        without keys is none. Numbers are written without zeros before them, and yes and no as `true` and `false`. Relative
        paths count from the working directory. No key holds a secret: secrets stand in files. A file that everybody can read is
        refused, and the keys of API and cluster if anybody but their owner can (`chmod 600`).

        Services: C is `cloister coordinator`, W `cloister worker`, U `cloister up` (with `--config`, else the
        environment alone).


        """

    private static let ending = """
        ## Other variables

        | variable | for |
        | --- | --- |
        | `CLOISTER_URL`, `CLOISTER_API_KEY`, `CLOISTER_CA_FILE`, `CLOISTER_CONTEXT`, `CLOISTER_POOL` | the commands that ask a cluster ([cli.md](cli.md)) |
        | `CLOISTER_STATE_DIR` | the folder for keys and files of the local cluster |
        | `CLOISTER_IMAGE`, `CLOISTER_CACHE` | guest image and templates; `./cloister` sets both |
        | `CLOISTER_DEBIAN_MIRROR`, `CLOISTER_DEBIAN_SECURITY_MIRROR` | where the packages of the guest image come from |

        """

    private static func section(_ topic: SettingsCatalogue.Topic) -> String {
        let rows = topic.settings.map { setting in
            "| `\(setting.pattern)` | \(readers(setting)) | \(allowed(setting.kind)) | \(standard(setting)) | \(setting.meaning) |"
        }
        return """
            ## \(topic.title)

            \(topic.introduction)

            | key | services | allowed | default | meaning |
            | --- | --- | --- | --- | --- |
            \(rows.joined(separator: "\n"))

            """
    }

    private static func readers(_ setting: Setting) -> String {
        let letters: [(ServiceRole, String)] = [(.coordinator, "C"), (.worker, "W"), (.up, "U")]
        return letters.filter { setting.readers.contains($0.0) }.map(\.1).joined(separator: " ")
    }

    private static func allowed(_ kind: SettingKind) -> String {
        switch kind {
        case .text(let form): form.description
        case .path: "a path"
        case .secretFile: "the path of a secret's file"
        case .integer(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .flag: "`true`, `false`"
        case .word(let words): words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(let words?): "a list of " + words.map { "`\($0)`" }.joined(separator: ", ")
        case .list(nil): "a list"
        }
    }

    private static func standard(_ setting: Setting) -> String {
        switch setting.standard {
        case .required: "required; such as `\(setting.example)`"
        case .absent(let text): "none: \(text)"
        case .value(let text): "`\(text)`"
        case .valueOfName(let texts):
            DefaultPools.names.compactMap { name in texts[name].map { "`\(name)` \($0)" } }.joined(
                separator: ", "
            )
        }
    }
}
