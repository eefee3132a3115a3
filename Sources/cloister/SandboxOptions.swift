internal import ArgumentParser

/// What sandboxes a worker has.
///
/// A flag and no key of the configuration: neither a file that is copied nor a variable that is left over can
/// make a worker that runs nothing.
struct SandboxOptions: ParsableArguments {
    @Flag(
        help: """
            For measurements only: sandboxes without machines, which run nothing and answer each execution with \
            "no-op sandbox: " and the beginning of its code.
            """
    )
    var noOpSandbox = false
}
