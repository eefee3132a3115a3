"""What a client of the mix does; each operation checks what comes back and raises when it is not right."""

import base64
import dataclasses
import hashlib
import json
import time
import typing

import events
import wire
from mix_client import Wrong, expect


def begin(client):
    answer = client.execute(f"import hashlib\ncount, owner = 0, {client.identifier!r}\nowner")
    expect(answer["result"]["executionResult"] == client.identifier, answer)
    client.count = 0


def count_up(client):
    client.count += 1
    answer = client.execute("count += 1\nprint(owner)\ncount")
    expect(answer["result"]["executionResult"] == client.count, client.count, answer)
    expect(answer["result"]["stdout"] == client.identifier + "\n", answer)


def count_up_wrapped(client):
    client.count += 1
    body = json.dumps(
        {
            "properties": {
                "codeInputType": "inline",
                "executionType": "synchronous",
                "code": "count += 1\n(owner, count)",
            }
        }
    )
    answer = client.send(
        "POST", wire.target("code/execute", client.identifier, version="2024-02-02-preview"), body.encode()
    )
    expect(
        answer.status == 200 and answer.json["properties"]["result"] == repr((client.identifier, client.count)),
        client.count,
        answer,
    )


def count_up_base64(client):
    client.count += 1
    answer = client.execute(
        base64.b64encode("count += 1\nf'{count} ✓'".encode()).decode(), codeInputType="InlineBase64"
    )
    expect(answer["result"]["executionResult"] == f"{client.count} ✓", answer)


def fail(client):
    word = f"{client.lots.getrandbits(64):x}"
    answer = client.execute(f"raise ValueError('{word}')")
    expect(answer["status"] == "Failed" and f"ValueError: {word}" in answer["result"]["stderr"], answer)


def print_much(client):
    seed, lines = client.lots.getrandbits(30), client.lots.randrange(1, 20000)
    answer = client.execute(f"for line in range({lines}): print({seed}, line)")
    expect(
        answer["result"]["stdout"] == "".join(f"{seed} {line}\n" for line in range(lines)),
        seed,
        lines,
        str(answer)[:500],
    )


def draw(client):
    answer = client.execute("import matplotlib.pyplot as plt\nplt.plot([1, count])\nplt.show()")
    image = base64.b64decode(answer["result"]["executionResult"]["base64_data"])
    expect(image.startswith(b"\x89PNG") and image.endswith(b"IEND\xaeB`\x82"), image[:20])


def time_out(client):
    answer = client.execute("while True: pass", timeoutInSeconds=1)
    expect(answer["status"] == "Failed" and "Request timed out" in answer["result"]["stderr"], answer)


def upload(client):
    name = f"file-{client.lots.randrange(8)}.bin"
    content = client.lots.randbytes(client.lots.choice([0, 1, 1000, 70_000, 2_000_000]))
    body, headers = wire.form([(name, content)])
    answer = client.send("POST", wire.target("files", client.identifier), body, headers)
    expect(answer.status == 200 and answer.json["sizeInBytes"] == len(content), answer)
    client.files[name] = content


def some_file(client):
    if not client.files:
        upload(client)
    return client.lots.choice(sorted(client.files.items()))


def download(client):
    name, content = some_file(client)
    answer = client.send("GET", wire.target(f"files/{name}/content", client.identifier))
    expect(answer.status == 200 and answer.body == content, name, len(content), len(answer.body), answer.status)


def download_part(client):
    name, content = some_file(client)
    if not content:
        return
    first = client.lots.randrange(len(content))
    last = client.lots.randrange(first, len(content))
    answer = client.send(
        "GET", wire.target(f"files/{name}/content", client.identifier), headers={"Range": f"bytes={first}-{last}"}
    )
    whole = first == 0 and last == len(content) - 1
    expect(
        answer.status in ((200, 206) if whole else (206,)) and answer.body == content[first : last + 1],
        name,
        first,
        last,
        answer.status,
    )


def list_files(client):
    answer = client.send("GET", wire.target("files", client.identifier))
    names = {item["name"]: item["sizeInBytes"] for item in answer.json["value"]}
    expect(
        names == {name: len(content) for name, content in client.files.items()},
        names,
        sorted(client.files),
        answer.status,
    )


def show_file(client):
    name, content = some_file(client)
    answer = client.send("GET", wire.target(f"files/{name}", client.identifier))
    expect(answer.status == 200 and (answer.json["name"], answer.json["sizeInBytes"]) == (name, len(content)), answer)


def remove_file(client):
    name, _ = some_file(client)
    answer = client.send("DELETE", wire.target(f"files/{name}", client.identifier))
    expect(answer.status == 204, answer)
    del client.files[name]


def hash_file(client):
    """What was uploaded is what code finds."""
    name, content = some_file(client)
    answer = client.execute(f"hashlib.sha256(open('/mnt/data/{name}', 'rb').read()).hexdigest()")
    expect(answer["result"]["executionResult"] == hashlib.sha256(content).hexdigest(), name, answer)


def miss_file(client):
    answer = client.send("GET", wire.target("files/none.txt/content", client.identifier))
    expect((answer.status, answer.code) == (404, "FileNotFound"), answer)


def show_session(client):
    answer = client.send("GET", wire.target("session", client.identifier))
    expect(answer.status == 200 and answer.json["identifier"] == client.identifier, answer)


def list_sessions(client):
    answer = client.send("POST", wire.target(".management/listSessions"), b"")
    expect(answer.status == 200 and client.identifier in [each["identifier"] for each in answer.json["value"]], answer)


def stop_session(client):
    answer = client.send("DELETE", wire.target("session", client.identifier))
    expect(answer.status == 204, answer)
    client.count, client.files = None, {}
    # What comes next is another session of the same name, with nothing in it.
    if client.lots.random() < 0.5:
        list_files(client)


def wrong_key(client):
    answer = client.send("GET", wire.target("session", client.identifier), key="wrong")
    expect((answer.status, answer.code) == (401, "Unauthorized"), answer)


def bad_request(client):
    answer = client.send("POST", wire.target("executions", client.identifier), b'{"code":')
    expect((answer.status, answer.code) == (400, "SessionPropertiesMissing"), answer)


def keys(client):
    body = json.dumps({"name": f"mix {client.number}", "roles": ["executor"], "pools": ["python"]}).encode()
    made = client.send("POST", "/cloister/v1/keys", body)
    expect(made.status == 201, made)
    used = client.send("GET", wire.target("listSessions"), key=made.json["secret"])
    gone = client.send("DELETE", f"/cloister/v1/keys/{made.json['id']}")
    after = client.send("GET", wire.target("listSessions"), key=made.json["secret"])
    expect((used.status, gone.status, after.status) == (200, 204, 401), used, gone, after)


def hang_up(client):
    """A client that goes away in the middle; its execution is cancelled, its session goes on."""
    line = wire.connect(timeout=1)
    try:
        body = json.dumps({"code": "while True: pass", "timeoutInSeconds": 60}).encode()
        wire.send("POST", wire.target("executions", client.identifier), body, connection=line)
        raise Wrong("an endless loop has ended")
    except TimeoutError:
        pass
    finally:
        line.close()
    count_up(client)


def not_waited_for(client):
    client.count += 1
    answer = client.send(
        "POST",
        wire.target("executions", client.identifier),
        b'{"code":"count += 1\\ncount","executionType":"Asynchronous"}',
    )
    expect(answer.status == 202, answer)
    deadline = time.monotonic() + 180
    while (state := client.send("GET", answer.header("operation-location"))).json["status"] in (
        "NotStarted",
        "Running",
    ):
        expect(time.monotonic() < deadline, state)
        time.sleep(0.05)
    expect(state.status == 200 and state.json["result"]["executionResult"] == client.count, client.count, state)


def live(client):
    client.count += 1
    with events.begin(
        "count += 1\nfor line in range(50): print(owner, line)\ncount", client.identifier, seconds=180
    ) as stream:
        everything = stream.until("end")
    lines = "".join(f"{client.identifier} {line}\n" for line in range(50))
    expect(events.text(everything, "stdout") == lines, everything)
    values = [event.data["executionResult"] for event in everything if event.name == "result"]
    expect(values == [client.count] and everything[-1].data["status"] == "Succeeded", client.count, everything)


def shell(client):
    body = json.dumps({"shellCommand": f"echo '{client.identifier} ✓'; exit 3"}).encode()
    answer = client.send("POST", wire.target("executions", client.identifier, "shell"), body)
    expect(answer.status == 200 and answer.json["status"] == "3", answer)
    expect(answer.json["result"]["stdout"] == f"{client.identifier} ✓\n", answer)


def node(client):
    body = json.dumps({"code": f"await Promise.resolve({{owner: '{client.identifier}'}})"}).encode()
    answer = client.send("POST", wire.target("executions", client.identifier, "node"), body)
    expect(answer.status == 200 and answer.json["result"]["executionResult"] == {"owner": client.identifier}, answer)


@dataclasses.dataclass
class Operation:
    name: str
    weight: int
    run: typing.Callable


BEGIN = Operation("session: begin", 0, begin)
ALL = [
    Operation("execute", 30, count_up), Operation("execute, wrapped", 10, count_up_wrapped), Operation("execute, base64", 5, count_up_base64),
    Operation("execute, exception", 5, fail), Operation("execute, much output", 4, print_much), Operation("execute, plot", 1, draw),
    Operation("execute, time-out", 1, time_out), Operation("execute, hang up", 1, hang_up), Operation("file: upload", 8, upload),
    Operation("file: download", 8, download), Operation("file: download a part", 4, download_part), Operation("file: list", 5, list_files),
    Operation("file: show", 4, show_file), Operation("file: remove", 3, remove_file), Operation("file: read by code", 4, hash_file),
    Operation("file: missing", 2, miss_file), Operation("session: show", 4, show_session), Operation("session: list", 3, list_sessions),
    Operation("session: stop", 2, stop_session), Operation("key: wrong", 2, wrong_key), Operation("key: make, use, revoke", 1, keys),
    Operation("refused body", 2, bad_request),
    Operation("execute, not waited for", 5, not_waited_for),
    Operation("execute, live", 5, live),
    Operation("shell", 4, shell),
    Operation("node", 4, node),
]  # fmt: skip
