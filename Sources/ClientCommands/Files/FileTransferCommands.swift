internal import ArgumentParser
internal import Client
internal import Domain
internal import NIOCore
internal import Presentation
internal import Synchronization

extension FilesCommand {
    /// `cloister files put`: uploads files.
    struct Put: ClusterCommand {
        static let configuration = CommandConfiguration(
            commandName: "put",
            abstract: "Uploads files.",
            discussion: """
                Example: cloister files put *.csv --to reports --identifier notebook-1

                A file of the same name is replaced when the new one is complete. With -r folders go whole, under \
                their own name; links in them are left out.
                """
        )

        @Argument(help: "Files of this machine.", completion: .file())
        var paths: [String]

        @Option(
            help: ArgumentHelp("The folder in the session; without it the data folder.", valueName: "folder")
        )
        var to = ""

        @Flag(name: [.customShort("r"), .long], help: "Folders as well.")
        var recursive = false

        @OptionGroup var options: FilesOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let files = try options.files(client, connection)
            let chosen = try await chosen()
            // All names are looked at before anything is sent.
            try DistinctNames.check(chosen.map(\.name), "in the session; put them into different folders")
            for (path, name) in chosen { try await send(path, as: name, files) }
        }

        private func chosen() async throws -> [(path: String, name: String)] {
            var chosen: [(path: String, name: String)] = []
            for path in paths {
                guard recursive, LocalTree.isFolder(path) else {
                    chosen.append((path, lastName(path)))
                    continue
                }
                let folder = lastName(AbsolutePath.of(path))
                chosen += try await LocalTree.files(below: path).map { ("\(path)/\($0)", "\(folder)/\($0)") }
            }
            return chosen
        }

        private func send(_ path: String, as name: String, _ files: SessionFiles) async throws {
            let line = Mutex<ProgressLine?>(nil)
            let file = try LocalFile(path) { count in line.withLock { $0?.advance(by: count) } }
            line.withLock { $0 = ProgressLine(TransferProgress(name: name, total: file.size)) }
            _ = try await files.upload(
                LocalPieces(file: file),
                size: file.size,
                to: to.isEmpty ? name : "\(to)/\(name)"
            )
            line.withLock { $0?.finish() }
        }

        private func lastName(_ path: String) -> String {
            PathParts.of(path).last { $0 != "." } ?? ""
        }
    }

    /// `cloister files get`: downloads files.
    struct Get: ClusterCommand {
        static let configuration = CommandConfiguration(
            commandName: "get",
            abstract: "Downloads files.",
            discussion: """
                Example: cloister files get '*.png' --to pictures --identifier notebook-1

                A file appears here when it is complete, and never outside of the folder, whatever the session \
                calls its files. With -r folders go whole, under their own name. Files that are here already \
                stay as they are, unless --force is given.
                """
        )

        @Argument(help: "Files and patterns in the session.")
        var paths: [String]

        @Option(
            help: ArgumentHelp(
                "The folder on this machine; it is made if it is not there.",
                valueName: "folder"
            ),
            completion: .directory
        )
        var to = "."

        @Flag(name: [.customShort("r"), .long], help: "Folders as well.")
        var recursive = false

        @Flag(help: "Replace files that are here already.")
        var force = false

        @OptionGroup var options: FilesOptions
        @OptionGroup var connection: ConnectionOptions

        func perform(with client: CloisterClient) async throws {
            let files = try options.files(client, connection)
            try await Interruption.cancelling { try await fetchAll(files) }
        }

        private func fetchAll(_ files: SessionFiles) async throws {
            let chosen = try await RemoteSelection.files(paths, isRecursive: recursive, of: files)
            // All names are looked at before anything is written.
            let places = try chosen.map { try LocalName.parts(of: $0.shown) }
            try DistinctNames.check(places.map { $0.joined(separator: "/") }, "here; get them one by one")
            let folder = try LocalFolder(making: to)
            if !force, let taken = places.first(where: folder.has) { throw Self.taken(taken) }
            for (file, names) in zip(chosen, places) { try await fetch(file.path, names, folder, files) }
        }

        private func fetch(
            _ path: String,
            _ names: [String],
            _ folder: LocalFolder,
            _ files: SessionFiles
        ) async throws {
            var draft: LocalDraft?
            var line: ProgressLine?
            let name = names[names.count - 1]
            func begun(_ size: Int?) throws(Failure) -> LocalDraft {
                if let draft { return draft }
                // Not before there is an answer: a file that is not there leaves no folder.
                let new = try folder.below(names.dropLast()).draft(of: name)
                line = ProgressLine(TransferProgress(name: name, total: size))
                draft = new
                return new
            }
            try await files.download(path) { piece, size in
                try await begun(size).write(Array(piece.readableBytesView))
                line?.advance(by: piece.readableBytes)
            }
            let whole = try begun(0)
            // A connection that is given up may look like one that has come to its end.
            try Task.checkCancellation()
            guard try whole.keep(replacing: force) else { throw Self.taken(names) }
            line?.finish()
        }

        private static func taken(_ names: [String]) -> Failure {
            Failure(
                .filePathInvalid,
                "\(names.joined(separator: "/")) is here already; give --force to replace it, or --to another folder."
            )
        }
    }
}
