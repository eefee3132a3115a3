import Domain
import Testing
import Wire

/// What people ask of nodes, and what these answer.
extension GoldenMessages {
    static func nodesAndConsoles() throws -> [Golden<Envelope.Content>] {
        func golden(_ answer: Answer, _ text: String, _ hexadecimal: String) -> Golden<Envelope.Content> {
            Golden(value: .answer(answer), name: "Answer", text: text, hexadecimal: hexadecimal)
        }
        return [
            Golden(
                value: .command(Command(epoch: WorkerEpoch(300), request: .describeWorker)),
                name: "Command",
                text: "epoch: 300 describe_worker { }",
                hexadecimal: "08ac02f20100"
            ),
            Golden(
                value: .command(
                    Command(
                        epoch: WorkerEpoch(300),
                        request: .describeWorker,
                        origin: RequestOrigin(
                            trace: TraceContext(traceHigh: 1, traceLow: 2, span: 3, isSampled: true),
                            account: "key-1"
                        )
                    )
                ),
                name: "Command",
                text: #"""
                    epoch: 300 describe_worker { }
                    origin { trace_high: 1 trace_low: 2 span: 3 is_sampled: true account: "key-1" }
                    """#,
                hexadecimal: "08ac02f20100c202240901000000000000001102000000000000001903000000000000002001"
                    + "2a056b65792d31"
            ),
            Golden(
                value: .command(Command(epoch: WorkerEpoch(300), request: .readConsole(try session()))),
                name: "Command",
                text:
                    #"epoch: 300 read_console { session { pool: "py" identifier: "user/1" } generation: 2 }"#,
                hexadecimal: "08ac02fa01100a0c0a0270791206757365722f311002"
            ),
            golden(
                .worker(
                    WorkerDescription(
                        version: "1",
                        startedMilliseconds: 5,
                        ready: [.init(pool: try PoolName("py"), wanted: 2, ready: 1, starting: 1)]
                    )
                ),
                #"""
                worker_description {
                  version: "1" started_ms: 5 ready { pool: "py" wanted: 2 ready: 1 starting: 1 }
                }
                """#,
                "f201110a013110051a0a0a027079100218012001"
            ),
            Golden(
                value: .command(
                    Command(
                        epoch: WorkerEpoch(300),
                        request: .readTemplate(try #require(TemplatePieceName("00000000000000ff", 3)))
                    )
                ),
                name: "Command",
                text: #"epoch: 300 read_template { name: "00000000000000ff" piece: 3 }"#,
                hexadecimal: "08ac028202140a10303030303030303030303030303066661003"
            ),
            golden(.templatePiece([1]), #"template_piece { content: "\001" }"#, "8202030a0101"),
            golden(.console([0x68, 0x0A]), #"console { text: "h\n" }"#, "fa01040a02680a"),
        ]
    }
}
