import Domain
import Testing

@testable import ClientCommands

/// Which cluster is meant, and with which key.
@Suite("The choice of a cluster")
struct ConnectionChoiceTests {
    private static let work = ClusterContext(
        name: "work",
        url: "https://work.example",
        apiKeyFile: "/keys/work",
        pool: "mine"
    )

    private func choice(
        _ flags: ConnectionChoice.Flags = ConnectionChoice.Flags(),
        _ environment: [String: String] = [:],
        current: String? = nil,
        published: String? = nil
    ) throws(Failure) -> ConnectionChoice {
        try ConnectionChoice.make(
            flags,
            environment: { environment[$0] },
            published: { _ in published },
            contexts: { () throws(Failure) in try Contexts([Self.work], current: current) }
        )
    }

    private func flags(_ change: (inout ConnectionChoice.Flags) -> Void) -> ConnectionChoice.Flags {
        var flags = ConnectionChoice.Flags()
        change(&flags)
        return flags
    }

    @Test("Flags win over the environment, that over the context in use, and that over the local cluster")
    func precedence() throws {
        let url = flags {
            $0.url = "https://flag.example"
            $0.apiKeyFile = "/keys/flag"
        }
        let environment = ["CLOISTER_URL": "https://variable.example", "CLOISTER_API_KEY": "secret"]
        #expect(try choice(url, environment, current: "work").place == .url("https://flag.example"))
        #expect(try choice(url, environment).key == .file("/keys/flag"))
        #expect(try choice(.init(), environment, current: "work").place == .url("https://variable.example"))
        #expect(try choice(.init(), ["CLOISTER_CONTEXT": "work"]).context == "work")
        #expect(try choice(current: "work").key == .file("/keys/work"))
        #expect(try choice(current: "work").pool == "mine")
        #expect(try choice().place == .local(StateDirectory(path: StateDirectory.standardPath)))
        let folder = flags { $0.stateDir = "/state" }
        #expect(try choice(folder, [:], current: "work").key == .file("/state/api-key"))
        #expect(
            try choice(folder, environment).key == .text("secret", variable: "CLOISTER_API_KEY")
        )
        #expect(
            try choice(.init(), ["CLOISTER_STATE_DIR": "/other"], current: "work").key
                == .file("/other/api-key")
        )
    }

    @Test("A key goes to no other place than the one that it was given for")
    func keys() throws {
        // The local cluster's key stays on this machine.
        #expect(throws: Failure.self) { try choice(flags { $0.url = "https://else.example" }) }
        #expect(throws: Failure.self) { try choice(flags { $0.url = "http://localhost.example" }) }
        #expect(throws: Failure.self) { try choice(flags { $0.url = "http://127.0.0.1.example" }) }
        let own = "http://127.0.0.1:8080"
        for url in [own, own + "/"] {
            let local = try choice(flags { $0.url = url }, published: own)
            #expect(local.key == .file(StateDirectory.standardPath + "/api-key"))
        }
        // Another port of this machine may be a tunnel, and without a cluster anybody may have the port.
        #expect(throws: Failure.self) {
            try choice(flags { $0.url = "http://127.0.0.1:8081" }, published: own)
        }
        #expect(throws: Failure.self) { try choice(flags { $0.url = own }) }
        // A context's key stays with its address, and one of the environment does not go to a context by name.
        #expect(throws: Failure.self) {
            try choice(flags { $0.url = "https://else.example" }, current: "work")
        }
        let named = try choice(flags { $0.context = "work" }, ["CLOISTER_API_KEY": "for something else"])
        #expect(named.key == .file("/keys/work"))
    }

    @Test("Certificates are believed wherever the cluster is; those of a context before the environment's")
    func certificates() throws {
        let variable = ["CLOISTER_CA_FILE": "/variable.pem"]
        let given = flags { $0.caFile = "/flag.pem" }
        #expect(try choice(given, variable).caFile == "/flag.pem")
        #expect(try choice(.init(), variable).caFile == "/variable.pem")
        #expect(try choice(.init(), variable, current: "work").caFile == "/variable.pem")
        #expect(try choice(given, variable, current: "work").caFile == "/flag.pem")
        #expect(try choice().caFile == nil)
    }

    @Test("Two clusters at once, one that is not known, and no address are refused")
    func refusals() {
        let both = flags {
            $0.url = "https://a.example"
            $0.context = "work"
        }
        #expect(throws: Failure.self) { try choice(both) }
        #expect(throws: Failure.self) { try choice(flags { $0.context = "nowhere" }) }
        #expect(throws: Failure.self) { try choice(.init(), ["CLOISTER_CONTEXT": "nowhere"]) }
        for url in [
            "", "a.example", "ftp://a", "http://", "http:///x", "http://u:p@a", "http://a?b", "http://a b",
        ] {
            #expect(throws: Failure.self, "\(url)") {
                try choice(flags { $0.url = url }, ["CLOISTER_API_KEY": "secret"])
            }
        }
    }

    @Test("local names this machine's cluster while another context is in use")
    func local() throws {
        let chosen = try choice(flags { $0.context = "local" }, current: "work")
        #expect(chosen.place == .local(StateDirectory(path: StateDirectory.standardPath)))
        #expect(chosen.context == nil)
    }

    @Test("Contexts have names that are files' names, each once, and the one in use is one of them")
    func contexts() throws {
        for name in ["", "local", ".hidden", "..", "a/b", "a b", String(repeating: "a", count: 64)] {
            #expect(throws: Failure.self, "\(name)") {
                try Contexts([ClusterContext(name: name, url: "http://a")], current: nil)
            }
        }
        #expect(throws: Failure.self) { try Contexts([Self.work, Self.work], current: nil) }
        #expect(throws: Failure.self) { try Contexts([Self.work], current: "other") }
        var contexts = try Contexts([Self.work], current: "work")
        try contexts.remove("work")
        #expect(contexts == Contexts())
        #expect(throws: Failure.self) { try contexts.remove("work") }
    }
}
