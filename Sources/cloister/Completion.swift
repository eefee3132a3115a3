internal import ArgumentParser
internal import Presentation

/// `cloister completion`: what makes a shell complete commands, options, pools, contexts and sessions.
struct Completion: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prints a completion script for bash, zsh or fish.",
        discussion: """
            bash, now and in every new shell:
              source <(cloister completion bash)
              cloister completion bash > ~/.local/share/bash-completion/completions/cloister
            zsh, with a folder that is in fpath before compinit:
              cloister completion zsh > "${fpath[1]}/_cloister"
            fish:
              cloister completion fish > ~/.config/fish/completions/cloister.fish

            The names of pools, contexts and sessions come from the cluster that is meant, if it answers at once.
            """
    )

    /// The shells.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "The shell.")
    var shell: Shell

    func run() throws {
        let shell: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Console.output(line: Cloister.completionScript(for: shell))
    }
}
