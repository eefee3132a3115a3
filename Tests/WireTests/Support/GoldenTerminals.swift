import Domain
import Wire

/// What is said about terminals.
extension GoldenMessages {
    static func terminalSteps() throws -> [Golden<HostFrame>] {
        let size = try TerminalSize(columns: 80, rows: 24)
        let spec = try TerminalSpec(size: size, kind: "vt100", arguments: ["sh", ""])
        return [
            step(
                .open(spec, outputUpTo: 300, processes: 21),
                #"open { spec { size { columns: 80 rows: 24 } kind: "vt100" arguments: "sh" arguments: "" } output_up_to: 300 processes_max: 21 }"#,
                "321e0809121a0a130a0408501018120576743130301a0273681a0010ac021815"
            ),
            step(.input([3]), #"input: "\003""#, "320508091a0103"),
            step(.input([]), #"input: """#, "320408091a00"),
            step(.resize(size), #"resize { columns: 80 rows: 24 }"#, "32080809220408501018"),
            step(.credit(outputUpTo: 0), #"output_up_to: 0"#, "320408092800"),
            step(.hangUp(grace: .microseconds(5)), #"hang_up { grace_us: 5 }"#, "3206080932020805"),
        ]
    }

    static let terminalReports: [Golden<GuestFrame>] = [
        report(.output([255]), #"output: "\377""#, "3a0508091201ff"),
        report(.output([]), #"output: """#, "3a0408091200"),
        report(.typed(upTo: 0), #"typed_up_to: 0"#, "3a0408091800"),
        report(.ended(exitCode: 0), #"exit_code: 0"#, "3a0408092000"),
        report(.ended(exitCode: 137), #"exit_code: 137"#, "3a050809208901"),
        report(.notOpened, #"not_opened { }"#, "3a0408092a00"),
    ]

    static func terminals() throws -> [Golden<Envelope.Content>] {
        let description = TerminalDescription(
            id: TerminalID(number: 11),
            size: try TerminalSize(columns: 80, rows: 24),
            arguments: ["sh"],
            createdMilliseconds: 12,
            inputPosition: 13,
            outputPosition: 14,
            end: TerminalEnd(cause: .unattended, exitCode: 129)
        )
        return [
            reply(
                .terminal(description),
                #"terminal { terminal: 11 size { columns: 80 rows: 24 } arguments: "sh" created_ms: 12 input_position: 13 output_position: 14 end { cause: 3 exit_code: 129 } }"#,
                "aa011b0a19080b1204085010181a027368200c280d300e3a050803108101"
            ),
            reply(
                .terminals([description]),
                #"terminals { terminals { terminal: 11 size { columns: 80 rows: 24 } arguments: "sh" created_ms: 12 input_position: 13 output_position: 14 end { cause: 3 exit_code: 129 } } }"#,
                "aa011d121b0a19080b1204085010181a027368200c280d300e3a050803108101"
            ),
            reply(
                .page(TerminalPage(position: 15, bytes: [16], isEnd: true)),
                #"page { position: 15 content: "\020" is_end: true }"#,
                "aa01091a07080f1201101801"
            ),
        ]
    }

    static func terminalCommands() throws -> [Golden<Envelope.Content>] {
        let id = TerminalID(number: 11)
        return try readingCommands(id) + changingCommands(id)
    }

    private static func spec() throws -> TerminalSpec {
        try TerminalSpec(size: try TerminalSize(columns: 80, rows: 24), kind: "vt100", arguments: ["sh"])
    }

    private static func readingCommands(_ id: TerminalID) throws -> [Golden<Envelope.Content>] {
        let spec = try spec()
        return try [
            command(
                .open(id, spec),
                11,
                #"open { size { columns: 80 rows: 24 } kind: "vt100" arguments: "sh" }"#,
                """
                08ac02aa01550a0c0a0270791206757365722f3110021801222a0a0270791206707974686f6e180120022803\
                308092f4013805400648c09fab0350085809600a680b78152806300b3a110a0408501018120576743130301a\
                027368
                """
            ),
            command(
                .list,
                nil,
                #"list { }"#,
                """
                08ac02aa01420a0c0a0270791206757365722f3110021801222a0a0270791206707974686f6e180120022803\
                308092f4013805400648c09fab0350085809600a680b781528064200
                """
            ),
            command(
                .look(id),
                11,
                #"look { }"#,
                """
                08ac02aa01440a0c0a0270791206757365722f3110021801222a0a0270791206707974686f6e180120022803\
                308092f4013805400648c09fab0350085809600a680b78152806300b4a00
                """
            ),
            command(
                .read(id, from: 0),
                11,
                #"read { }"#,
                """
                08ac02aa01440a0c0a0270791206757365722f3110021801222a0a0270791206707974686f6e180120022803\
                308092f4013805400648c09fab0350085809600a680b78152806300b5200
                """
            ),
        ]
    }

    private static func changingCommands(_ id: TerminalID) throws -> [Golden<Envelope.Content>] {
        let spec = try spec()
        return try [
            command(
                .type(id, at: 0, [5]),
                11,
                #"type { has_position: true content: "\005" }"#,
                """
                08ac02aa01490a0c0a0270791206757365722f3110021801222a0a0270791206707974686f6e180120022803\
                308092f4013805400648c09fab0350085809600a680b78152806300b5a0508011a0105
                """
            ),
            command(
                .type(id, at: nil, [5]),
                11,
                #"type { content: "\005" }"#,
                """
                08ac02aa01470a0c0a0270791206757365722f3110021801222a0a0270791206707974686f6e180120022803\
                308092f4013805400648c09fab0350085809600a680b78152806300b5a031a0105
                """
            ),
            command(
                .resize(id, spec.size),
                11,
                #"resize { columns: 80 rows: 24 }"#,
                """
                08ac02aa01480a0c0a0270791206757365722f3110021801222a0a0270791206707974686f6e180120022803\
                308092f4013805400648c09fab0350085809600a680b78152806300b620408501018
                """
            ),
            command(
                .close(id),
                11,
                #"close { }"#,
                """
                08ac02aa01440a0c0a0270791206757365722f3110021801222a0a0270791206707974686f6e180120022803\
                308092f4013805400648c09fab0350085809600a680b78152806300b6a00
                """
            ),
        ]
    }

    private static func command(
        _ order: TerminalOrder,
        _ terminal: Int?,
        _ text: String,
        _ hexadecimal: String
    ) throws -> Golden<Envelope.Content> {
        let request = TerminalRequest(
            session: try session(),
            mayCreate: true,
            pool: try pool(),
            order: order,
            wait: .microseconds(6)
        )
        return Golden(
            value: .command(Command(epoch: WorkerEpoch(300), request: .terminal(request))),
            name: "Command",
            text: #"""
                epoch: 300 terminal { session { pool: "py" identifier: "user/1" } generation: 2 may_create: true
                \#(poolText) wait_us: 6 \#(terminal.map { "terminal: \($0)" } ?? "") \#(text) }
                """#,
            hexadecimal: hexadecimal
        )
    }

    private static func reply(
        _ reply: TerminalReply,
        _ text: String,
        _ hexadecimal: String
    ) -> Golden<Envelope.Content> {
        Golden(
            value: .answer(.terminal(reply)),
            name: "Answer",
            text: "terminal { \(text) }",
            hexadecimal: hexadecimal
        )
    }

    private static func step(_ step: TerminalStep, _ text: String, _ hexadecimal: String) -> Golden<HostFrame>
    {
        Golden(
            value: .terminal(number: 9, step),
            name: "HostFrame",
            text: "terminal { number: 9 \(text) }",
            hexadecimal: hexadecimal
        )
    }

    private static func report(
        _ report: TerminalReport,
        _ text: String,
        _ hexadecimal: String
    ) -> Golden<GuestFrame> {
        Golden(
            value: .terminal(number: 9, report),
            name: "GuestFrame",
            text: "terminal { number: 9 \(text) }",
            hexadecimal: hexadecimal
        )
    }
}
