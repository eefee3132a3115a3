import Domain
import Wire

/// What is said about files.
extension GoldenMessages {
    static let poolText = """
        pool { name: "py" runtime: "python" memory_mib: 1 virtual_cpus: 2 disk_mib: 3
        cooldown_us: 4000000 max_concurrent_sessions: 5 code_bytes_max: 6 timeout_us_max: 7000000
        output_bytes_max: 8 result_bytes_max: 9 images_max: 10 ready_sessions: 11 processes_max: 21 }
        """

    static func pool() throws -> PoolConfiguration {
        PoolConfiguration(
            name: try PoolName("py"),
            memoryMiB: 1,
            virtualCPUs: 2,
            diskMiB: 3,
            processes: 21,
            lifecycle: .timed(cooldown: .seconds(4)),
            maxConcurrentSessions: 5,
            readySessions: 11,
            limits: ExecutionLimits(
                codeBytes: 6,
                timeout: .seconds(7),
                outputBytes: 8,
                resultBytes: 9,
                images: 10
            )
        )
    }

    static func files() throws -> [Golden<Envelope.Content>] {
        let request = FileRequest(
            session: try session(),
            mayCreate: true,
            pool: try pool(),
            order: .write(transfer: 3, offset: 4, [5]),
            wait: .microseconds(6)
        )
        return [
            Golden(
                value: .command(Command(epoch: WorkerEpoch(300), request: .file(request))),
                name: "Command",
                text: #"""
                    epoch: 300 file { session { pool: "py" identifier: "user/1" } generation: 2 may_create: true
                    \#(poolText)
                    order { write { transfer: 3 offset: 4 content: "\005" } } wait_us: 6 }
                    """#,
                hexadecimal: """
                    08ac02a2014b0a0c0a0270791206757365722f3110021801222a0a0270791206707974686f6e180120022803\
                    308092f4013805400648c09fab0350085809600a680b78152a093a07080310041a01053006
                    """
            ),
            Golden(
                value: .answer(.file(.content(offset: 7, [8]))),
                name: "Answer",
                text: #"file { content { offset: 7 content: "\010" } }"#,
                hexadecimal: "a2010722050807120108"
            ),
        ]
    }

    static func fileOrders() throws -> [Golden<HostFrame>] {
        let list = FileOrder.list(
            try SessionFilePath("a"),
            isRecursive: true,
            after: try SessionFilePath("a/é"),
            most: 10
        )
        return [
            order(
                list,
                #"list { folder: "a" recursive: true after: "a/\303\251" count_max: 10 }"#,
                "2a130809120f0a0d0a016110011a04612fc3a9200a"
            ),
            order(
                .openToWrite(try SessionFilePath("b"), transfer: 11),
                #"open_to_write { path: "b" transfer: 11 }"#,
                "2a0b0809120732050a0162100b"
            ),
            order(
                .commit(transfer: 11, size: 12),
                "commit { transfer: 11 size: 12 }",
                "2a0a080912064204080b100c"
            ),
        ]
    }

    static func fileReplies() throws -> [Golden<GuestFrame>] {
        let folder = SessionFile(path: try SessionFilePath("a"), isFolder: true, size: 13, modified: -1)
        return [
            reply(.trouble(.full), "trouble { kind: 6 }", "3208080912040a020806"),
            reply(
                .files(SessionFileList(files: [folder], isComplete: true)),
                #"files { files { path: "a" is_folder: true size: 13 modified_ns: -1 } is_complete: true }"#,
                "321c0809121812160a120a01611001180d20ffffffffffffffffff011001"
            ),
            reply(.done, "done { }", "3206080912022a00"),
        ]
    }

    private static func order(_ order: FileOrder, _ text: String, _ hexadecimal: String) -> Golden<HostFrame>
    {
        Golden(
            value: .file(number: 9, order),
            name: "HostFrame",
            text: "file { number: 9 order { \(text) } }",
            hexadecimal: hexadecimal
        )
    }

    private static func reply(_ reply: FileReply, _ text: String, _ hexadecimal: String) -> Golden<GuestFrame>
    {
        Golden(
            value: .file(number: 9, reply),
            name: "GuestFrame",
            text: "file { number: 9 reply { \(text) } }",
            hexadecimal: hexadecimal
        )
    }
}
