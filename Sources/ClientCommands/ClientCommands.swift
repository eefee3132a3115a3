package import ArgumentParser

/// The commands that ask a cluster, as a list for the program's root.
package enum ClientCommands {
    /// All of them, in the order of the help.
    package static let all: [any ParsableCommand.Type] = [
        ExecCommand.self, ShellCommand.self, FilesCommand.self, SessionCommand.self, LogsCommand.self,
        PoolCommand.self, ApplyCommand.self, MCPCommand.self, NodeCommand.self, TopCommand.self,
        KeyCommand.self,
        TokenCommand.self,
        ContextCommand.self, VersionCommand.self,
    ]
}
