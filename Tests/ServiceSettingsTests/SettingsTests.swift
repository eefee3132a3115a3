import Domain
import Identity
import MicroVM
import ServiceSettings
import Testing

@Suite("The services' configuration")
struct SettingsTests {
    /// What is wrong with a file, each with its place.
    private func problems(
        _ file: String,
        _ environment: [String: String] = [:],
        _ flags: [String] = [],
        for role: ServiceRole? = nil
    ) -> [String] {
        Settings(
            SettingsSources(fileName: "c.yaml", file: file, environment: environment, flags: flags),
            for: role
        ).problems.map(\.text)
    }

    @Test(
        "Each mistake in a file has its sentence, with the place and what is allowed",
        arguments: [
            ("listen:\n  prot: 80", "c.yaml:2: there is no key listen.prot; did you mean listen.port?"),
            ("Listen:\n  port: 80", "c.yaml:2: there is no key Listen.port; did you mean listen.port?"),
            ("port: 80", "c.yaml:1: there is no key port; did you mean listen.port?"),
            ("apiKey: hidden", "c.yaml:1: there is no key apiKey; `cloister config example` shows them all."),
            ("quite: other", "c.yaml:1: there is no key quite; `cloister config example` shows them all."),
            (
                "pools:\n  pyhton:\n    images: 1",
                "c.yaml:3: there is no key pools.pyhton.images; did you mean pools.python.images?"
            ),
            ("listen: 80", "c.yaml:1: listen is a section and has keys below it, no value of its own."),
            ("listen:\n  port: 99999", "c.yaml:2: listen.port is 99999 and has to be from 0 to 65535."),
            ("listen.port: many", "c.yaml:1: listen.port is many and has to be a whole number."),
            ("listen.port: 0x50", "c.yaml:1: listen.port is 0x50 and has to be a whole number."),
            ("listen.port: 080", "c.yaml:1: listen.port is 080 and has to be a whole number."),
            ("listen.port: [80]", "c.yaml:1: listen.port is a list and has to be one value."),
            ("listen.port:", "c.yaml:1: listen.port has no value; give it one or leave it out."),
            ("listen.host: ''", "c.yaml:1: listen.host has no value; give it one or leave it out."),
            ("listen.host: ~", "c.yaml:1: listen.host has no value; give it one or leave it out."),
            ("audit.keepsCode: yes", "c.yaml:1: audit.keepsCode is yes and has to be true or false."),
            ("accelerator: xen", "c.yaml:1: accelerator is xen and has to be auto, kvm or tcg."),
            ("coordinators: tcp://a:1", "c.yaml:1: coordinators has to be a list."),
            ("coordinators: []", "c.yaml:1: coordinators is empty; leave it out or name something."),
            ("coordinators: [[a]]", "c.yaml:1: coordinators has to be a list of texts."),
            ("servedPools: [ruby]", "c.yaml:1: servedPools names ruby; there are python, node, shell."),
            ("servedPools: [node, node]", "c.yaml:1: servedPools names node twice."),
            ("name: a\nname: b", "c.yaml:1: name is given twice in one section."),
            ("listen.port: 1\nlisten:\n  port: 2", "c.yaml:3: listen.port is given twice."),
            ("- a", "c.yaml:1: the file has to be keys with values."),
            (
                "inbox: tcp://0.0.0.0:1",
                "c.yaml:1: inbox is tcp://0.0.0.0:1 and has to be an address that the other nodes reach, such as tls+tcp://192.0.2.10:7400 (no wildcard)."
            ),
            (
                "listen.publicUrl: https://a/b",
                "c.yaml:1: listen.publicUrl is https://a/b and has to be like https://cloister.example:8443."
            ),
            (
                "listen.keyFile: /k",
                "c.yaml: the key listen.certificateFile is missing; it comes together with listen.keyFile."
            ),
            (
                "issuer.acme.url: https://a.example",
                "c.yaml:1: issuer.acme.url is for nobody: issuers does not name acme."
            ),
            (
                "pools.python: {memoryMiB: 256, diskMiB: 200}",
                "c.yaml: pools.python: diskMiB is 200 and has to be from 16 to 128 (half of memoryMiB)."
            ),
            (
                "pools.node.maxAliveSeconds: 9",
                "c.yaml: pools.node: maxAliveSeconds is for the lifecycle OnContainerExit only."
            ),
        ]
    )
    func mistake(file: String, sentence: String) {
        #expect(problems(file) == [sentence])
    }

    @Test("What is no YAML is said with its line")
    func notYAML() {
        for text in ["a: [1", "a: b: c", "\tport: 1", "a: *nothing"] {
            let found = problems(text)
            #expect(found.count == 1 && found[0].hasPrefix("c.yaml:"), "\(found)")
        }
    }

    @Test("Anchors that would grow without end, and endless depth, are refused quickly")
    func bombs() {
        var bomb = "a0: &a0 {x: 1, y: 2}\n"
        for level in 1...40 { bomb += "a\(level): &a\(level) {x: *a\(level - 1), y: *a\(level - 1)}\n" }
        #expect(problems(bomb).contains { $0.contains("more than 1000 values") })
        #expect(!problems(String(repeating: "[", count: 200_000)).isEmpty)
        #expect(!problems(String(repeating: "{a: ", count: 50_000)).isEmpty)
    }

    @Test("Everything that is wrong is told at once, and what has to be there as well")
    func allAtOnce() {
        let file = "listen:\n  port: x\nlogLevel: loud\nnane: w\npools.shell.images: 65"
        let found = problems(file, ["CLOISTER_AUDIT_FIEL": "x"], ["a"], for: .coordinator)
        for part in [
            "listen.port is x", "logLevel is loud", "did you mean name?", "pools.shell.images is 65",
            "CLOISTER_AUDIT_FILE", "key=value", "the key inbox is missing", "clusterKeyFile is missing",
            "apiKeyFile is missing", "storeFile is missing",
        ] {
            #expect(found.filter { $0.contains(part) }.count == 1, "\(part): \(found)")
        }
        #expect(found.count == 10, "\(found)")
    }

    @Test("Each service misses its own keys only, and a key of the other is no mistake")
    func roles() {
        let shared = """
            inbox: tcp://127.0.0.1:1
            clusterKeyFile: /k
            storeFile: /s
            apiKeyFile: /a
            name: w
            coordinators: [tcp://127.0.0.1:1]
            runDirectory: /r
            """
        for role in ServiceRole.allCases { #expect(problems(shared, for: role) == []) }
        #expect(problems("", for: .up) == [])
        #expect(problems("", for: .worker).count == 5)
        #expect(
            problems("issuers: [a]", for: .coordinator).contains { $0.contains("issuer.a.url is missing") }
        )
        #expect(!problems("issuers: [a]", for: .worker).contains { $0.contains("issuer.a.url") })
    }

    @Test("A flag goes before a variable, a variable before the file; lists have commas there")
    func precedence() {
        func settings(_ environment: [String: String], _ flags: [String]) -> Settings {
            let file = "listen.port: 1\ncoordinators: [a]\nlisten.host: file"
            return Settings(SettingsSources(file: file, environment: environment, flags: flags), for: nil)
        }
        #expect(settings([:], []).integer(.listenPort) == 1)
        let variables = [
            "CLOISTER_LISTEN_PORT": "2", "CLOISTER_COORDINATORS": "b, c", "CLOISTER_LISTEN_HOST": "",
        ]
        let second = settings(variables, [])
        #expect(second.integer(.listenPort) == 2 && second.list(.coordinators) == ["b", "c"])
        #expect(second.text(.listenHost) == "file", "an empty variable says nothing")
        #expect(
            second.variables == ["CLOISTER_LISTEN_PORT", "CLOISTER_COORDINATORS", "CLOISTER_LISTEN_HOST"]
        )
        let third = settings(variables, ["listen.port=3", "coordinators=d"])
        #expect(third.integer(.listenPort) == 3 && third.list(.coordinators) == ["d"])
        #expect(third.problems.isEmpty)
    }

    @Test("A variable that looks like a key of ours and is none is a mistake; others are nobody's business")
    func variables() {
        for (name, meant) in [
            ("CLOISTER_LISTEN_PROT", "CLOISTER_LISTEN_PORT"), ("CLOISTER_LOGLEVEL", "CLOISTER_LOG_LEVEL"),
            ("CLOISTER_POOLS_PYTHON_SOMETHING_OTHER", "docs/configuration.md"),
        ] {
            let found = problems("", [name: "1"])
            #expect(found.count == 1 && found[0].contains(name) && found[0].contains(meant), "\(found)")
        }
        let others = [
            "CLOISTER_URL", "CLOISTER_API_KEY", "CLOISTER_CACHE", "CLOISTER_IMAGE", "CLOISTER_TEST_ROOT",
            "CLOISTER_PORT_8080_TCP", "CLOISTER_SEED", "CLOISTER_FUZZ_CASES", "PATH",
        ]
        #expect(problems("", Dictionary(uniqueKeysWithValues: others.map { ($0, "x") })) == [])
    }

    @Test("Words are read in any case, and pools as they were said")
    func pools() throws {
        let file = """
            servedPools: [shell, python]
            pools:
              python: {lifecycle: oncontainerexit, maxAliveSeconds: 60, timeoutSeconds: 7}
              shell: {readySessions: 4, cooldownSeconds: 9}
            """
        let pools = try Settings(SettingsSources(file: file), for: .up).pools(readySessions: 3)
        #expect(pools.map(\.name.text) == ["shell", "python"])
        #expect(pools.map(\.readySessions) == [3, 3], "a flag goes before the file")
        #expect(pools[1].lifecycle == .onContainerExit(maxAlive: .seconds(60)))
        #expect(pools[0].lifecycle == .timed(cooldown: .seconds(9)))
        #expect(pools[1].limits.timeout == .seconds(7) && pools[0].memoryMiB == 256)
    }

    @Test("Nothing said is the product's own pools")
    func standard() throws {
        #expect(try Settings(SettingsSources(), for: .up).pools() == DefaultPools.all())
    }

    @Test("A section may be empty, as it is when all keys in it are remarks")
    func emptySection() {
        #expect(problems("listen:\n#  port: 1\npools:\n  python:\n") == [])
    }

    @Test("What was said can be said again in another file")
    func lines() {
        let file = "jail: \"off\"\nservedPools: [node]\nlisten.port: 3\naudit.file: '/a \"b\\'"
        let settings = Settings(SettingsSources(file: file), for: nil)
        #expect(settings.problems == [])
        #expect(settings.lines(for: .worker, without: [.servedPools]) == ["jail: off"])
        let again = settings.lines(for: .up, without: []).joined(separator: "\n")
        let read = Settings(SettingsSources(file: again), for: nil)
        #expect(read.problems == [] && read.optionalText(.auditFile) == "/a \"b\\")
        #expect(read.list(.servedPools) == ["node"])
    }
}
