import Domain
import Wire

/// A message, what the contract calls it, its text by hand and its encoding.
///
/// The encodings were made from the texts by Google's protoc, not by Wire:
/// `protoc -I Protos --encode=cloister.v1.Command Protos/cloister/v1/worker.proto | xxd -p`.
struct Golden<Value: Sendable>: Sendable {
    let value: Value
    let name: String
    let text: String
    let hexadecimal: String

    var bytes: [UInt8] { Hexadecimal.bytes(hexadecimal) }
}

/// One golden message of each kind.
enum GoldenMessages {
    static func contents() throws -> [Golden<Envelope.Content>] {
        try commands() + answers() + eventsAndImages() + nodesAndConsoles() + files() + terminals()
            + terminalCommands() + [
                Golden(
                    value: .announcement(
                        Announcement(
                            worker: try WorkerID("w-1"),
                            address: "tls+tcp://w:7",
                            epoch: WorkerEpoch(3),
                            capacity: WorkerCapacity(sessions: 500, weight: 8)
                        )
                    ),
                    name: "Announcement",
                    text:
                        #"worker: "w-1" address: "tls+tcp://w:7" epoch: 3 capacity { sessions: 500 weight: 8 }"#,
                    hexadecimal: "0a03772d31120d746c732b7463703a2f2f773a371803220508f4031008"
                )
            ]
    }

    static func session() throws -> SessionLife {
        SessionLife(
            key: SessionKey(pool: try PoolName("py"), identifier: try SessionIdentifier("user/1")),
            generation: SessionGeneration(2)
        )
    }

    private static let sessionText = #"session { pool: "py" identifier: "user/1" } generation: 2 "#

    private static func command(
        _ request: Command.Request,
        _ text: String,
        _ hexadecimal: String
    ) -> Golden<Envelope.Content> {
        Golden(
            value: .command(Command(epoch: WorkerEpoch(300), request: request)),
            name: "Command",
            text: "epoch: 300 " + text,
            hexadecimal: hexadecimal
        )
    }

    private static func calls() -> [Golden<Envelope.Content>] {
        [
            command(
                .hello(offset: 1_000, lease: .seconds(3)),
                "hello { offset: 1000 lease_us: 3000000 }",
                "08ac02120808e80710c08db701"
            ),
            command(
                .ping(lease: .seconds(3), endedAcknowledged: 5),
                "ping { lease_us: 3000000 ended_acknowledged: 5 }",
                "08ac021a0708c08db7011005"
            ),
            command(
                .ping(
                    lease: .seconds(3),
                    endedAcknowledged: 5,
                    standing: CoordinatorStanding(
                        coordinator: Incarnation(7),
                        inTouch: .seconds(2),
                        rosterRevision: 9,
                        roster: [Incarnation(7), Incarnation(8)]
                    )
                ),
                """
                ping { lease_us: 3000000 ended_acknowledged: 5
                standing { coordinator: 7 in_touch_us: 2000000 roster_revision: 9 roster: 7 roster: 8 } }
                """,
                """
                08ac021a2a08c08db70110051a210907000000000000001080897a180922100700000000000000080000000000\
                0000
                """
            ),
        ]
    }

    private static func commands() throws -> [Golden<Envelope.Content>] {
        let session = try session()
        let execution = try ExecutionID("run-1")
        return calls() + [
            command(
                .execute(try executeRequest()),
                executeText,
                """
                08ac0222650a0c0a0270791206757365722f3110021801220572756e2d3130c0843d3a220a02707912067079\
                74686f6e180b200c280d380f40104811501258136014700e78154080897a4a120a0b0a03c3a90012046e6f64\
                652201072801520a0a0473796e6310012001
                """
            ),
            command(
                .readEvents(
                    ReadEventsRequest(
                        session: session,
                        execution: execution,
                        fromSequence: 9,
                        wait: .milliseconds(20)
                    )
                ),
                "read_events { \(sessionText) execution: \"run-1\" from_sequence: 9 wait_us: 20000 }",
                "08ac022a1d0a0c0a0270791206757365722f3110021a0572756e2d31200928a09c01"
            ),
            command(
                .cancel(session, execution),
                "cancel { \(sessionText) execution: \"run-1\" }",
                "08ac0232170a0c0a0270791206757365722f3110021a0572756e2d31"
            ),
            command(
                .stopSession(session, .maxAlive),
                "stop_session { \(sessionText) cause: \"maxAlive\" }",
                "08ac023a1a0a0c0a0270791206757365722f3110021a086d6178416c697665"
            ),
            command(
                .keepReady([ReadyTarget(pool: try readyPool(), count: 12)]),
                keepReadyText,
                "08ac0242300a2e0a2a0a0270791206707974686f6e180120022803308092f401"
                    + "3805400648c09fab0350085809600a680b7815100c"
            ),
            command(
                .describeSessions([session]),
                "describe_sessions { sessions { \(sessionText) } }",
                "08ac024a120a100a0c0a0270791206757365722f311002"
            ),
        ]
    }

    private static let keepReadyText = """
        keep_ready { targets { pool { name: "py" runtime: "python" memory_mib: 1 virtual_cpus: 2 \
        disk_mib: 3 cooldown_us: 4000000 max_concurrent_sessions: 5 code_bytes_max: 6 \
        timeout_us_max: 7000000 output_bytes_max: 8 result_bytes_max: 9 images_max: 10 \
        ready_sessions: 11 processes_max: 21 } count: 12 } }
        """

    private static func readyPool() throws -> PoolConfiguration {
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

    private static func executeRequest() throws -> ExecuteRequest {
        ExecuteRequest(
            session: try session(),
            mayCreate: true,
            execution: try ExecutionID("run-1"),
            input: ExecutionInput(.code("é\u{0}", runtime: .node), standardInput: [7], inEmptyRuntime: true),
            timeout: .seconds(1),
            form: AnswerForm(executionType: "sync", outputStreamsMaxLength: 0, inJupyterFormat: true),
            pool: PoolConfiguration(
                name: try PoolName("py"),
                runtime: .python,
                memoryMiB: 11,
                virtualCPUs: 12,
                diskMiB: 13,
                processes: 21,
                lifecycle: .onContainerExit(maxAlive: .microseconds(14)),
                maxConcurrentSessions: 15,
                limits: ExecutionLimits(
                    codeBytes: 16,
                    timeout: .microseconds(17),
                    outputBytes: 18,
                    resultBytes: 19,
                    images: 20
                )
            ),
            wait: .seconds(2)
        )
    }

    private static let executeText = #"""
        execute {
          session { pool: "py" identifier: "user/1" } generation: 2 may_create: true execution: "run-1"
          timeout_us: 1000000
          pool {
            name: "py" runtime: "python" memory_mib: 11 virtual_cpus: 12 disk_mib: 13 max_alive_us: 14
            processes_max: 21
            max_concurrent_sessions: 15 code_bytes_max: 16 timeout_us_max: 17 output_bytes_max: 18
            result_bytes_max: 19 images_max: 20
          }
          wait_us: 2000000
          input { code { text: "\303\251\000" runtime: "node" } standard_input: "\007" in_empty_runtime: true }
          form { execution_type: "sync" has_output_bytes_max: true in_jupyter_format: true }
        }
        """#

    private static func answers() throws -> [Golden<Envelope.Content>] {
        func golden(_ answer: Answer, _ text: String, _ hexadecimal: String) -> Golden<Envelope.Content> {
            Golden(value: .answer(answer), name: "Answer", text: text, hexadecimal: hexadecimal)
        }
        let session = try session()
        return [
            golden(
                .failure(Failure(.tooManyRequests, "Später.", retryAfterSeconds: 4)),
                #"failure { code: "TooManyRequests" message: "Sp\303\244ter." retry_after_seconds: 4 }"#,
                "0a1d0a0f546f6f4d616e79526571756573747312085370c3a47465722e1804"
            ),
            golden(
                .sessions([session], nextOffset: 6),
                "sessions { sessions { \(sessionText) } next_offset: 6 }",
                "12140a100a0c0a0270791206757365722f3110021006"
            ),
            golden(
                .pong(
                    Pong(
                        epoch: WorkerEpoch(1),
                        capacity: WorkerCapacity(sessions: 2, weight: 3),
                        sessionCount: 4,
                        isAccepting: true,
                        ended: [EndedSession(number: 5, session: session, cause: .outOfMemory)],
                        isInTouch: false
                    )
                ),
                """
                pong { epoch: 1 capacity { sessions: 2 weight: 3 } session_count: 4 is_accepting: true
                ended { number: 5 \(sessionText) cause: "outOfMemory" } }
                """,
                """
                1a2d0801120408021003180420012a1f0805120c0a0270791206757365722f311802220b6f75744f664d656d\
                6f7279
                """
            ),
            golden(.done, "done { }", "2a00"),
            golden(.sessionGone(.drained), #"session_gone { cause: "drained" }"#, "32090a07647261696e6564"),
            golden(
                .descriptions([
                    SessionDescription(
                        session: session,
                        instance: "i-1",
                        createdMilliseconds: 1,
                        lastAccessedMilliseconds: 2,
                        expiresMilliseconds: 3
                    )
                ]),
                """
                session_descriptions { sessions { \(sessionText) instance: "i-1" created_ms: 1
                last_accessed_ms: 2 expires_ms: 3 } }
                """,
                "3a1d0a1b0a0c0a0270791206757365722f3110021a03692d31200128023003"
            ),
        ]
    }
}
