import Domain
import Wire

extension GoldenMessages {
    static let envelope = Golden(
        value: Envelope(
            addressee: Incarnation(0x0102_0304_0506_0708),
            sender: Incarnation(.max),
            number: 3,
            timeLeft: .seconds(4),
            replyAddress: "ipc:///c",
            content: .answer(.done)
        ),
        name: "Envelope",
        text: #"""
            version_major: 1 addressee: 72623859790382856 sender: 18446744073709551615 kind: KIND_ANSWER
            number: 3 time_left_us: 4000000 payload_size: 2 payload: "\052\000" reply_address: "ipc:///c"
            cluster_key: "\000\001\002\003\004\005\006\007\010\011\012\013\014\015\016\017\020\021\022\023\024\025\026\027\030\031\032\033\034\035\036\037"
            """#,
        hexadecimal: """
            080118888e98a8c0e080810120ffffffffffffffffff0128033003388092f401480252022a005a086970633a\
            2f2f2f636220000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
            """
    )

    static let hostFrames: [Golden<HostFrame>] = [
        hostFrame(.warmUp(.python), #"warm_up { runtime: "python" }"#, "0a080a06707974686f6e"),
        hostFrame(
            .prepare(
                Preparation(
                    entropy: [0, 1, 0xff],
                    unixTimeNanoseconds: 1_700_000_000_000_000_000,
                    machineID: [0xaa],
                    hostname: "h"
                )
            ),
            #"""
            prepare { entropy: "\000\001\377" unix_time_ns: 1700000000000000000 machine_id: "\252" hostname: "h" }
            """#,
            "12150a030001ff108080a8b1e39fe7cb171a01aa220168"
        ),
        hostFrame(
            .run(
                RunOrder(
                    execution: 1,
                    input: .code("1+1"),
                    outputBytes: 2,
                    resultBytes: 3,
                    images: 4,
                    processes: 5
                )
            ),
            #"run { execution: 1 output_bytes_max: 2 result_bytes_max: 3 images_max: 4 processes_max: 5 input { code { text: "1+1" runtime: "python" } standard_input: "" } }"#,
            "1a1b080118022003280430053a0f0a0d0a03312b311206707974686f6e"
        ),
        hostFrame(
            .interrupt(execution: 7, grace: .milliseconds(5)),
            "interrupt { execution: 7 grace_us: 5000 }",
            "22050807108827"
        ),
    ]

    static let guestFrames: [Golden<GuestFrame>] = [
        guestFrame(.ready(protocolVersion: 1), "ready { protocol_version: 1 }", "0a020801"),
        guestFrame(.warmed, "warmed { }", "1200"),
        guestFrame(.prepared, "prepared { }", "1a00"),
        guestFrame(
            .event(execution: 8, .standardOutput([0x68, 0x69])),
            #"event { execution: 8 event { standard_output: "hi" } }"#,
            "22080808120412026869"
        ),
        guestFrame(
            .event(execution: 8, .standardError([])),
            #"event { execution: 8 event { standard_error: "" } }"#,
            "2206080812021a00"
        ),
        guestFrame(
            .event(execution: 8, .value(ResultValue(text: "2", json: ""))),
            #"event { execution: 8 event { value { text: "2" has_json: true } } }"#,
            "220b0808120722050a01321001"
        ),
        guestFrame(
            .event(execution: 8, .image(ResultImage(format: "svg", bytes: [0x3c]))),
            #"event { execution: 8 event { image { format: "svg" content: "<" } } }"#,
            "220e0808120a2a080a0373766712013c"
        ),
        guestFrame(
            .event(execution: 8, .ended(Outcome(status: .cancelled, duration: .zero, wasTruncated: true))),
            "event { execution: 8 event { ended { status: CANCELLED was_truncated: true } } }",
            "220a08081206320408043001"
        ),
        guestFrame(.trouble("no"), #"trouble { message: "no" }"#, "2a040a026e6f"),
    ]

    private static func hostFrame(_ value: HostFrame, _ text: String, _ hexadecimal: String) -> Golden<
        HostFrame
    > {
        Golden(value: value, name: "HostFrame", text: text, hexadecimal: hexadecimal)
    }

    private static func guestFrame(
        _ value: GuestFrame,
        _ text: String,
        _ hexadecimal: String
    ) -> Golden<GuestFrame> {
        Golden(value: value, name: "GuestFrame", text: text, hexadecimal: hexadecimal)
    }
}
