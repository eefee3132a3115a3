internal import APIModel
internal import ArgumentParser
internal import Client
internal import Domain
internal import NIOCore
internal import Presentation

/// `cloister files`: the files of a session.
struct FilesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "files",
        abstract: "Lists, uploads, downloads and removes the files of a session.",
        discussion: """
            Example: cloister files put table.csv --identifier notebook-1

            Paths in the session begin at /mnt/data. Patterns are for quotes, so that they mean the session's \
            files and not those here: cloister files get '*.png' --identifier notebook-1
            """,
        subcommands: [List.self, Put.self, Get.self, Cat.self, Remove.self]
    )

    /// `cloister files ls`: lists files.
    struct List: ClusterCommand {
        static let configuration = CommandConfiguration(
            commandName: "ls",
            abstract: "Lists a folder.",
            discussion: """
                Example: cloister files ls -r --identifier notebook-1 -o json

                JSON: a list of {path, type, sizeInBytes}; type is file or directory.
                """
        )

        @Argument(help: "The folder; without it the data folder.")
        var folder = ""

        @Flag(name: [.customShort("r"), .long], help: "All below it as well.")
        var recursive = false

        @OptionGroup var options: FilesOptions
        @OptionGroup var output: OutputOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let entries = try await options.files(client, connection).list(folder, isRecursive: recursive)
            var table = TextTable("SIZE", "PATH")
            for entry in entries {
                let isFolder = entry.type == "directory"
                table.add(isFolder ? "-" : ByteCount.text(entry.size), entry.path + (isFolder ? "/" : ""))
            }
            let list = entries.map { entry in
                JSONValue.object([
                    .init("path", .string(entry.path)), .init("type", .string(entry.type)),
                    .init("sizeInBytes", .integer(entry.size)),
                ])
            }
            try Report(.array(list), table: table, emptiness: "There are no files.").print(as: output.output)
        }
    }

    /// `cloister files rm`: removes files.
    struct Remove: ClusterCommand {
        static let configuration = CommandConfiguration(
            commandName: "rm",
            abstract: "Removes files.",
            discussion: """
                Example: cloister files rm 'draft-?.csv' --identifier notebook-1

                With -r all files below a folder; the folder itself stays, for the API removes no folders.
                """
        )

        @Argument(help: "Files and patterns in the session.")
        var paths: [String]

        @Flag(name: [.customShort("r"), .long], help: "All files below folders as well.")
        var recursive = false

        @OptionGroup var options: FilesOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let files = try options.files(client, connection)
            for file in try await RemoteSelection.files(paths, isRecursive: recursive, of: files) {
                try await files.remove(file.path)
            }
        }
    }

    /// `cloister files cat`: shows what is in files.
    struct Cat: ClusterCommand {
        static let configuration = CommandConfiguration(
            commandName: "cat",
            abstract: "Writes what is in files to standard output.",
            discussion: """
                Example: cloister files cat table.csv --identifier notebook-1 | head -1

                On a terminal control characters are shown as U+FFFD; a pipe gets the bytes as they are.
                """
        )

        @Argument(help: "Files and patterns in the session.")
        var paths: [String]

        @OptionGroup var options: FilesOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let files = try options.files(client, connection)
            for file in try await RemoteSelection.files(paths, isRecursive: false, of: files) {
                var filter = Console.isTerminal(1) ? TerminalText() : nil
                try await files.download(file.path) { piece, _ in
                    let bytes = Array(piece.readableBytesView)
                    try Console.deliver(filter?.next(bytes) ?? bytes)
                }
            }
        }
    }
}
