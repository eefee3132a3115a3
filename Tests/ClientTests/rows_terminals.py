"""Rows of the contract table: terminals (docs/terminals.md)."""

from pattern import Exactly, Having, ListOf, Text
from row import Row
from rows_files import TIME

TERMINAL = {
    "id": Text("^[0-9a-f]{16}$"), "state": "Running", "columns": 80, "rows": 24, "command": list, "createdAt": TIME,
    "inputPosition": int, "outputPosition": int,
}  # fmt: skip
NOBODY = "terminals/0123456789abcdef"

ROWS = [
    Row("a terminal is opened", "POST terminals", 201,
        Exactly({**TERMINAL, "columns": 100, "rows": 30, "command": ["/bin/cat"], "inputPosition": 0}),
        has={"location": Text("/terminals/[0-9a-f]{16}[?]")}, body={"columns": 100, "rows": 30, "command": ["/bin/cat"]}),
    Row("one that is too wide", "POST terminals", 400, "SessionRequestValidationFailed", body={"columns": 1001}),
    Row("terminals", "GET terminals", 200, Exactly({"value": Having({**TERMINAL, "command": ["/bin/sleep", "1000"]})})),
    Row("of nobody", "GET terminals", 404, "TerminalNotFound", id="{new}"),
    Row("a terminal", "GET terminals/{terminal}", 200, Exactly(TERMINAL)),
    Row("no terminal", f"GET {NOBODY}", 404, "TerminalNotFound"),
    Row("a name that none has", "GET terminals/nonsense", 404, "TerminalNotFound"),
    Row("it is resized", "PATCH terminals/{terminal}", 200, {"columns": 7, "rows": 8}, body={"columns": 7, "rows": 8}),
    Row("and back", "PATCH terminals/{terminal}", 200, Exactly(TERMINAL), body={"columns": 80, "rows": 24}),
    Row("by half", "PATCH terminals/{terminal}", 400, "SessionPropertiesMissing", body={"columns": 7}),
    Row("something is typed", "POST terminals/{terminal}/input", 200, {"inputPosition": 2}, query="from=0", body="a\n"),
    Row("input before it is missing", "POST terminals/{terminal}/input", 409, "TerminalInputGap", query="from=3", body="b"),
    Row("nobody types there", f"POST {NOBODY}/input", 404, "TerminalNotFound", body="a"),
    Row("too much is typed", "POST terminals/{terminal}/input", 413, "PayloadTooLarge", body="x" * (32 << 10) + "x"),
    Row("what it has shown", "GET terminals/{ended}/output", 200, content=b"shown\r\n", has={
        "content-type": "application/octet-stream", "x-ms-cloister-terminal-position": "0"}),
    Row("from a place on", "GET terminals/{ended}/output", 200, content=b"n\r\n", query="from=4", has={
        "x-ms-cloister-terminal-position": "4"}),
    Row("from beyond the end", "GET terminals/{ended}/output", 400, "SessionRequestValidationFailed", query="from=8"),
    Row("how it ended", "GET terminals/{ended}", 200, {"state": "Ended", "exitCode": 3, "endCause": "Exited", "outputPosition": 7}),
    Row("nobody types into it", "POST terminals/{ended}/input", 409, "TerminalEnded", body="a"),
    Row("a terminal is hung up", "DELETE terminals/{terminal}", 204),
    Row("no terminal is hung up", f"DELETE {NOBODY}", 404, "TerminalNotFound"),
]  # fmt: skip
