"""Rows of the contract table: the Model Context Protocol and its keys (contract, section 4)."""

from pattern import Exactly, Having, ListOf, Text
from row import VERSIONS, Row
from rows_pools import GROUP

META = {"io.modelcontextprotocol/protocolVersion": "2026-07-28", "io.modelcontextprotocol/clientCapabilities": {}}
STATELESS = {"MCP-Protocol-Version": "2026-07-28"}
GUID = Text("^[0-9a-f-]{36}$")


def message(method, id=1, **params):
    return {"jsonrpc": "2.0", "id": id, "method": method, **({"params": params} if params else {})}


def result(value, id=1):
    return Exactly({"jsonrpc": "2.0", "id": id, "result": value})


def error(code, id=1, **members):
    return Exactly({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": Text(r"\S"), **members}})


def tool(name, **arguments):
    return message("tools/call", name=name, arguments=arguments)


def row(what, body, status, expected, **more):
    """A request to the endpoint below both prefixes, which want no query."""
    return Row(what, "POST mcp", status, expected, body=body, raw="", **more)


HANDSHAKE = {
    "protocolVersion": "2025-11-25", "serverInfo": {"name": "cloister"}, "capabilities": {"tools": {}},
    "instructions": Text("environmentId"),
}  # fmt: skip

ROWS = [
    row("a handshake, as Azure's documentation sends it", message("initialize", id="1"), 200, result(HANDSHAKE, "1"),
        has={"mcp-session-id": GUID}),
    *(row("a handshake of an older version", message("initialize", protocolVersion=version), 200,
          result({"protocolVersion": version})) for version in ("2024-11-05", "2025-03-26", "2025-06-18")),
    row("nothing", message("ping"), 200, result(Exactly({}))),
    row("a notification", {"jsonrpc": "2.0", "method": "notifications/initialized"}, 202, None, content=b""),
    row("the tools", message("tools/list"), 200, result({"tools": Having({"name": "launchShell"})})),
    row("a batch", [message("ping"), message("ping", id="b")], 200, [result({}), result({}, "b")]),
    row("without a handshake", message("server/discover", _meta=META), 200,
        result({"supportedVersions": Having("2026-07-28"), "resultType": "complete"}),
        headers={**STATELESS, "Mcp-Method": "server/discover"}),
    row("a launch", tool("launchShell"), 200,
        result({"structuredContent": Exactly({"environmentId": GUID}), "isError": False})),
    row("code", tool("runPythonCodeInRemoteEnvironment", environmentId="{id}", pythonCode="print('é'); 6 * 7"), 200,
        result({"isError": False, "structuredContent": {"stdout": "é\n", "stderr": "", "result": "42"}})),
    row("code that fails", tool("runPythonCodeInRemoteEnvironment", environmentId="{id}", pythonCode="1 / 0"), 200,
        result({"isError": True, "structuredContent": {"stderr": Text("ZeroDivisionError")}})),
    row("a command", tool("runShellCommandInRemoteEnvironment", environmentId="{id}", shellCommand="echo a; exit 3"),
        200, result({"isError": False, "structuredContent": {"stdout": "a\n", "exitCode": 3}})),
    row("an identifier that is too short", tool("runShellCommandInRemoteEnvironment", environmentId="1", command="a"),
        200, result({"isError": True, "content": ListOf({"text": Text("^InvalidLengthOfSessionIdentifier")})})),
    row("an environment that has ended",
        tool("runShellCommandInRemoteEnvironment", environmentId="{stopped}", command="a"), 200,
        error(-32000, message=Text("^Environment not found: "), data={"cause": "stopped", "environmentId": "{stopped}"})),

    row("no JSON", "{bad", 400, error(-32700, None)),
    row("no message", {}, 400, error(-32600, None)),
    row("no method", message("nope"), 200, error(-32601)),
    row("no method, without a handshake", message("nope", _meta=META), 404, error(-32601),
        headers={**STATELESS, "Mcp-Method": "nope"}),
    row("no tool", tool("nope"), 200, error(-32602)),
    row("headers that are not what the body says", message("tools/list", _meta=META), 400, error(-32020),
        headers=STATELESS),
    row("no version", message("ping"), 400, error(-32022, data={"requested": "1"}),
        headers={"MCP-Protocol-Version": "1"}),
    row("a page from elsewhere", message("ping"), 403, "Forbidden", headers={"Origin": "http://evil.example"}),
    row("nobody", message("ping"), 401, "Unauthorized", key=None),
    row("a key for another pool", message("ping"), 403, "Forbidden", key="elsewhere"),
    row("too much", " " * ((8 << 20) + 1), 413, "PayloadTooLarge"),
    Row("nothing to get", "GET mcp", 405, "MethodNotAllowed", raw="", has={"allow": "POST, DELETE"}),
    Row("the end of a session", "DELETE mcp", 204, raw="", once=True, headers={"Mcp-Session-Id": "{new}"}),
    Row("the end of none", "DELETE mcp", 400, "SessionRequestValidationFailed", raw=""),
    row("a session that has ended", message("ping"), 404, "NotFound", headers={"Mcp-Session-Id": "{new}"}),

    *(Row("a key", f"POST {GROUP}/python/{name}", 200, Exactly({"apiKey": Text("^clm_.{43}$")}), VERSIONS, id="",
          has={"cache-control": "no-store"})
      for name in ("fetchMCPServerCredentials", "rotateMCPServerCredentials", "regenerateCredentials")),
    Row("no operator", f"POST {GROUP}/python/fetchMCPServerCredentials", 403, "Forbidden", id="", key="executor"),
    Row("a pool for it", f"PUT {GROUP}/without-mcp", 201, {}, id="", body={"location": "local"}),
    Row("no server", f"POST {GROUP}/without-mcp/fetchMcpServerCredentials", 400, "SessionMCPServerNotEnabled", id=""),
    Row("no server at the endpoint", "POST /pools/without-mcp/mcp", 400, "SessionMCPServerNotEnabled", raw="",
        body=message("ping")),
    Row("without the pool", f"DELETE {GROUP}/without-mcp", 202, id="", content=b""),
]  # fmt: skip
