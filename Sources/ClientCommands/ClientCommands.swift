package import ArgumentParser

/// The commands that ask a cluster, as a list for the program's root.
package enum ClientCommands {
    /// All of them, in the order of the help.
    package static let all: [any ParsableCommand.Type] = [
        PoolCommand.self, ApplyCommand.self, ShellCommand.self, KeyCommand.self, MCPCommand.self,
    ]
}
