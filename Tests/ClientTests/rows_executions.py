"""Rows of the contract table: running code, in every generation (contract, sections 1.1, 1.2, 2, 2.3)."""

from pattern import Exactly, OneOf, Text
from row import FLAT, NATIVE, VERSIONS, Row

STREAMS = {"stdout": str, "stderr": str, "executionTimeInMilliseconds": int}


def flat(value, status="Succeeded", type="Synchronous", **streams):
    result = Exactly({**STREAMS, "executionResult": value, **streams})
    return Exactly(
        {"id": Text("^[0-9a-f-]{36}$"), "identifier": "{id}", "executionType": type, "status": status, "result": result}
    )


def wrapped(value, status="Success", **streams):
    members = Exactly({"$id": "2", "status": status, **STREAMS, "result": value, **streams})
    return Exactly({"$id": "1", "properties": members})


def first(value, status="Success", **streams):
    members = {**STREAMS, "status": status, "result": value, **streams}
    return Exactly({"$id": "1", **members, "properties": Exactly({"$id": "2", **members})})


# One black point; plots of matplotlib, which take a second each without KVM, are in test_langchain.py.
POINT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
PICTURE = f"import base64\nfrom IPython.display import Image, display\ndisplay(Image(data=base64.b64decode('{POINT}')))"
IMAGE = Exactly({"type": "image", "format": "png", "base64_data": POINT})
TIMES = {
    name: Text(r"^[0-9.]+$")
    for name in (
        "x-ms-allocation-time", "x-ms-preparation-time", "x-ms-overall-execution-time", "x-ms-execution-request-time",
        "x-ms-container-execution-duration", "x-ms-total-execution-service-time",
        "x-ms-execution-read-response-time",
    )
}  # fmt: skip

SHAPES = [
    # what                                           route                     status, body, versions
    Row("flat answers, native values", "POST executions", 200, flat(2, stdout="hi\n"), NATIVE, body={"code": "print('hi')\n1 + 1"}),
    Row("flat answers, values as strings", "POST executions", 200, flat("2"), ("2024-10-02-preview",), body={"code": "1 + 1"}),
    Row("an older version gets the shape of the route", "POST executions", 200, flat(2), VERSIONS[:4], body={"code": "1 + 1"}),
    Row("wrapped answers", "POST code/execute", 200, wrapped(2), VERSIONS, body={"properties": {"code": "1 + 1"}}),
    Row("its short name", "POST execute", 200, wrapped(2), VERSIONS, body={"properties": {"code": "1 + 1"}}),
    Row("the first preview", "POST python/execute", 200, first(2), VERSIONS, body={"properties": {"pythonCode": "1 + 1"}}),
    Row("the first preview with a slash behind", "POST python/execute/", 200, first(2), body={"code": "1 + 1"}),
    Row("no version, as the first clients have it", "POST python/execute", 200, first(2), raw="identifier={id}", body={"code": "1 + 1"}),
    Row("no query at all", "POST python/execute", 200, first(2), raw="",
        body={"properties": {"identifier": "{id}", "pythonCode": "1 + 1"}}),
    Row("the identifier in the body", "POST python/execute", 200, first(2), raw="api-version=2024-02-02-preview",
        body={"properties": {"identifier": "{id}", "pythonCode": "1 + 1", "sanitizeInput": True}}),
    Row("the query's identifier wins", "POST executions", 200, flat(2), body={"code": "1 + 1", "identifier": "someone-else"}),
    Row("a wrapped body on the flat route", "POST executions", 200, flat(3), body={"properties": {"code": "1 + 2"}}),
    Row("a flat body on the wrapped route", "POST code/execute", 200, wrapped(3), body={"code": "1 + 2"}),
    Row("doubled slashes", "POST code///execute/", 200, wrapped(3), body={"code": "1 + 2"}),
    Row("doubled slashes in front", "POST //pools//python/code/execute", 200, wrapped(3), body={"code": "1 + 2"}),
    Row("other case", "POST CODE/Execute", 200, wrapped(3), body={"code": "1 + 2"}),
    Row("other case of all fixed parts", "POST /SUBSCRIPTIONS/s/ResourceGroups/g/sessionpools/Python/executions", 200,
        flat(3), body={"code": "1 + 2"}),
    Row("other case of the parameters", "POST executions", 200, flat(3), raw="API-Version=2025-10-02-PREVIEW&Identifier={id}",
        body={"code": "1 + 2"}),
    Row("parameters that nobody knows", "POST executions", 200, flat(3), query="x=1&y&=z&&%zz=1", body={"code": "1 + 2"}),
    Row("all headers of an execution", "POST executions", 200, flat(3), body={"code": "1 + 2"},
        has={"operation-id": Text("^[0-9a-f-]{36}$"), "x-ms-session-guid": Text("."), "x-ms-new-allocation": "false",
             "operation-location": Text(r"^/.*/executions/[0-9a-f-]{36}\?api-version=2025-10-02-preview&identifier="),
             "content-type": "application/json; charset=utf-8", "x-ms-cloister-truncated": None, **TIMES}),
    Row("a key in x-ms-apikey", "POST executions", 200, flat(3), key=None, headers={"x-ms-apikey": "{key}"},
        body={"code": "1 + 2"}),
    Row("bearer in lower case", "POST executions", 200, flat(3), key=None, headers={"Authorization": "bearer {key}"},
        body={"code": "1 + 2"}),
]  # fmt: skip

REQUESTS = [
    Row("casing is echoed", "POST executions", 200, flat(2, type="synchronous"),
        body={"codeInputType": "inline", "executionType": "synchronous", "code": "1 + 1", "timeoutInSeconds": 60}),
    Row("inline text", "POST executions", 200, flat(2), body={"codeInputType": "INLINETEXT", "code": "1 + 1"}),
    Row("base64", "POST executions", 200, flat("✓"), body={"codeInputType": "InlineBase64", "code": "J+Kckyc="}),
    Row("null is absent", "POST executions", 200, flat(2), body={"code": "1 + 1", "timeoutInSeconds": None, "executionType": None}),
    Row("unknown members", "POST executions", 200, flat(2), body={"code": "1 + 1", "whatever": {"deep": [1, {}]}}),
    Row("any content type", "POST executions", 200, flat(2), body={"code": "1 + 1"}, headers={"Content-Type": "text/plain"}),
    Row("identity as encoding", "POST executions", 200, flat(2), body={"code": "1 + 1"}, headers={"Content-Encoding": "identity"}),
    Row("the longest time-out", "POST executions", 200, flat(2), body={"code": "1 + 1", "timeoutInSeconds": 220}),
    Row("no code at all to run", "POST executions", 200, flat(""), body={"code": ""}),
]  # fmt: skip

VALUES = [
    Row("nothing", "POST executions", 200, flat(""), FLAT, body={"code": "x = 1"}),
    Row("None", "POST executions", 200, flat(""), FLAT, body={"code": "None"}),
    Row("None, wrapped", "POST code/execute", 200, wrapped(""), body={"code": "None"}),
    Row("a boolean", "POST executions", 200, flat(True), body={"code": "1 < 2"}),
    Row("a great number", "POST executions", 200, flat(2**80), body={"code": "2 ** 80"}),
    Row("a string", "POST executions", 200, flat("nan"), FLAT, body={"code": "'nan'"}),
    Row("not a number", "POST executions", 200, flat(None), body={"code": "float('nan')"}),
    Row("a list", "POST executions", 200, flat([1, "a", None]), body={"code": "[1, 'a', None]"}),
    Row("a list as text", "POST code/execute", 200, wrapped("[1, 'a', None]"), body={"code": "[1, 'a', None]"}),
    Row("a dictionary", "POST executions", 200, flat({"a": {"b": 1.5}}), body={"code": "{'a': {'b': 1.5}}"}),
    Row("an object", "POST executions", 200, flat("{1, 2}"), body={"code": "{1, 2}"}),
    Row("a picture", "POST executions", 200, flat(IMAGE, stdout="", stderr=""), body={"code": PICTURE}),
    Row("a picture, wrapped", "POST code/execute", 200, wrapped(IMAGE), body={"code": PICTURE}),
    Row("several pictures", "POST executions", 200, flat(IMAGE, images=[IMAGE, IMAGE]), body={"code": PICTURE + "\n" + PICTURE}),
    Row("an exception", "POST executions", 200, flat("", "Failed", stderr=Text("ZeroDivisionError")), body={"code": "1 / 0"}),
    Row("an exception, wrapped", "POST code/execute", 200, wrapped("", "Failure", stderr=Text("ZeroDivisionError")),
        body={"code": "1 / 0"}),
    Row("an exception, first", "POST python/execute", 200, first("", "Failure", stderr=Text("ZeroDivisionError")),
        body={"code": "1 / 0"}),
    Row("no syntax", "POST executions", 200, flat("", "Failed", stderr=Text("SyntaxError")), body={"code": "1 +* 2"}),
    Row("a time-out", "POST executions", 200,
        flat("", "Failed", stderr=Text("Request timed out waiting for code execution to complete")),
        body={"code": "import time\ntime.sleep(30)", "timeoutInSeconds": 1}),
    Row("state after all that", "POST executions", 200, flat("of the table"), body={"code": "kept"}),
    Row("top-level await", "POST executions", 200, flat(7), body={"code": "import asyncio\nawait asyncio.sleep(0, 7)"}),
    Row("a magic", "POST executions", 200, flat("", stdout="from bash\n"), body={"code": "%%bash\necho from bash"}),
]  # fmt: skip

UNICODE = [
    Row("code and output", "POST executions", 200, flat("ß", stdout="日本語 😀\n"), body={"code": "print('日本語 😀')\n'ß'"}),
    Row("escaped", "POST executions", 200, flat("😀"), body='{"code": "\'\\ud83d\\ude00\'"}'),
    Row("names in the code", "POST executions", 200, flat(3), body={"code": "größe = 3\ngröße"}),
    Row("output cut inside a character", "POST executions", 200, flat("", stdout="aé", truncated=["stdout"]),
        body={"code": "print('aé😀')", "outputStreamsMaxLength": 5}, has={"x-ms-cloister-truncated": "stdout"}),
    Row("both streams cut", "POST executions", 200, flat("", stdout="12345", stderr="12345", truncated=["stdout", "stderr"]),
        body={"code": "import sys\nprint('123456')\nprint('123456', file=sys.stderr)", "outputStreamsMaxLength": 5},
        has={"x-ms-cloister-truncated": "stdout,stderr"}),
    Row("nothing left of the output", "POST executions", 200, flat("", stdout="", truncated=["stdout"]),
        body={"code": "print('1')", "outputStreamsMaxLength": 0}),
    Row("a character written in two halves", "POST executions", 200, flat("", stdout="é"),
        body={"code": "import os, time\n_ = os.write(1, b'\\xc3')\ntime.sleep(0.3)\n_ = os.write(1, b'\\xa9')"}),
    Row("bytes that are no text", "POST executions", 200, flat("", stdout="a\ufffdb\0c"),
        body={"code": "import os\n_ = os.write(1, b'a\\xffb\\0c')"}),
    Row("a lone surrogate as value", "POST executions", 200, flat(str), body={"code": "'a' + chr(0xd800)"}),
    Row("every sign that an identifier may have", "GET session", 404, "NoSessionFoundError",
        id="%21%22%23%24%25%26%27%28%29*%2B%2C-.%2F09%3A%3B%3C%3D%3E%3F%40AZ%5B%5D%5E_%60az%7B%7C%7D~"),
]  # fmt: skip

NAME = {"operation-id": "{named}"}
NAMED = [
    Row("an execution with a name", "POST executions", 200, {"id": "{named}"}, body={"code": "'once'"}, headers=NAME,
        has={"operation-id": "{named}"}),
    Row("is read again", "GET executions/{named}", 200, {"id": "{named}", "result": {"executionResult": "once"}}, NATIVE),
    Row("not under another name", "GET executions/nobody", 404, "ExecutionNotFound", VERSIONS),
    Row("not in another session", "GET executions/{named}", 404, "ExecutionNotFound", id="{new}"),
    Row("and not run again", "POST executions", 200, {"id": "{named}", "result": {"executionResult": "once"}},
        body={"code": "'once'"}, headers=NAME),
    Row("its name for something else", "POST executions", 409, "ExecutionConflict", body={"code": "2"}, headers=NAME),
    Row("nothing is left to cancel", "DELETE executions/{named}", 204),
    Row("nor was there ever", "DELETE executions/nobody", 404, "ExecutionNotFound"),
    Row("one that nobody waits for", "POST executions", 202,
        {"identifier": "{id}", "executionType": "asynchronous", "status": OneOf("NotStarted", "Running")}, FLAT,
        body={"code": "1", "executionType": "asynchronous"}, has={"operation-location": Text("/executions/")}),
    Row("the same, wrapped", "POST code/execute", 202, {"properties": {"status": OneOf("NotStarted", "Running")}},
        body={"properties": {"code": "1", "executionType": "Asynchronous"}}),
]  # fmt: skip

for each in REQUESTS + VALUES + UNICODE:
    each.once = True
ROWS = SHAPES + REQUESTS + VALUES + UNICODE + NAMED
