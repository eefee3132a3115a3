"""The official Python client of the Model Context Protocol, unmodified, over HTTP and over `cloister mcp`."""

import asyncio
import base64
import contextlib
import http.server
import json
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import anyio
import cluster
import httpx2
import wire
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

DOCUMENTS = pathlib.Path(__file__).parents[2] / "docs"
GROUP = "/subscriptions/s/resourceGroups/g/providers/Microsoft.App/sessionPools"
PYTHON, SHELL = "runPythonCodeInRemoteEnvironment", "runShellCommandInRemoteEnvironment"
NODE = "runNodeCodeInRemoteEnvironment"
# Of 2026-07-28, without a handshake, and of the versions before, with one.
MODES = ("auto", "legacy")


def credentials(route, pool="python"):
    answer = wire.send("POST", f"{GROUP}/{pool}/{route}?api-version=2025-10-02-preview")
    assert answer.status == 200, answer
    return answer.json["apiKey"]


@contextlib.asynccontextmanager
async def over_http(mode, headers, pool="python"):
    async with httpx2.AsyncClient(headers=headers, timeout=120) as http:
        transport = streamable_http_client(f"{cluster.current.url}/pools/{pool}/mcp", http_client=http)
        async with Client(transport, mode=mode) as client:
            yield client


def bridge(pool="python", key=None):
    environment = {"CLOISTER_URL": cluster.current.url, "CLOISTER_API_KEY": key or cluster.current.key}
    return StdioServerParameters(command=cluster.current.binary, args=["mcp", "--pool", pool], env=environment)


@contextlib.asynccontextmanager
async def over_stdio(mode):
    async with Client(bridge(), mode=mode) as client:
        yield client


def clients():
    """(what, how to get a client) of every way there is."""
    bearer = {"Authorization": f"Bearer {cluster.current.key}"}
    for mode in MODES:
        yield f"HTTP, {mode}", lambda mode=mode: over_http(mode, bearer)
        yield f"stdio, {mode}", lambda mode=mode: over_stdio(mode)


class Tools(unittest.TestCase):
    def each(self, body):
        for what, client in clients():
            with self.subTest(what):

                async def run(client=client):
                    async with client() as connected:
                        await body(connected)

                asyncio.run(run())

    async def launch(self, client, tool="launchPythonEnvironment"):
        environment = (await client.call_tool(tool, {})).structured_content["environmentId"]
        self.addCleanup(lambda: wire.stop(environment))
        return {"environmentId": environment}

    def test_the_server_says_what_it_is_and_lists_its_tools(self):
        async def body(client):
            self.assertEqual(client.server_info.name, "cloister")
            self.assertIn("environmentId", client.instructions)
            self.assertIn(client.protocol_version, ("2026-07-28", "2025-11-25"))
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            self.assertLessEqual({"launchShell", "launchPythonEnvironment", SHELL, PYTHON, NODE}, tools.keys())
            self.assertEqual(tools[PYTHON].input_schema["required"], ["environmentId", "pythonCode"])
            self.assertTrue(tools["listFilesInRemoteEnvironment"].annotations.read_only_hint)

        self.each(body)

    def test_code_and_commands_run_in_one_environment(self):
        async def body(client):
            here = await self.launch(client)
            first = await client.call_tool(PYTHON, {**here, "pythonCode": "kept = 'é✓'\nprint('out')\nkept * 2"})
            self.assertFalse(first.is_error)
            told = first.structured_content
            self.assertEqual((told["stdout"], told["result"], told["isNewEnvironment"]), ("out\n", "'é✓é✓'", True))
            self.assertEqual(json.loads(first.content[0].text), told)
            second = await client.call_tool(PYTHON, {**here, "pythonCode": "open('/mnt/data/x', 'w').write(kept)"})
            self.assertFalse(second.structured_content["isNewEnvironment"])
            shown = await client.call_tool(SHELL, {**here, "shellCommand": "cat x; exit 4"})
            self.assertEqual((shown.structured_content["stdout"], shown.structured_content["exitCode"]), ("é✓", 4))
            self.assertFalse(shown.is_error)
            listed = await client.call_tool(SHELL, {**here, "execCommandAndArgs": ["printf", "%s", "a b"]})
            self.assertEqual(listed.structured_content["stdout"], "a b")

        self.each(body)

    def test_javascript_runs_beside_python_in_any_pool(self):
        async def body():
            async with over_http("auto", {"Authorization": f"Bearer {cluster.current.key}"}) as client:
                here = await self.launch(client, "launchNodeEnvironment")
                await client.call_tool(PYTHON, {**here, "pythonCode": "open('/mnt/data/n', 'w').write('5')"})
                code = "let n = Number(require('fs').readFileSync('/mnt/data/n')); console.log('n'); [n, n * 2]"
                ran = (await client.call_tool(NODE, {**here, "nodeCode": code})).structured_content
                self.assertEqual((ran["stdout"], ran["result"]), ("n\n", "[ 5, 10 ]"))
                again = await client.call_tool(NODE, {**here, "nodeCode": "n + 1"})
                self.assertEqual(again.structured_content["result"], "6")

        asyncio.run(body())

    def test_an_exception_is_an_error_that_a_model_reads(self):
        async def body(client):
            here = await self.launch(client)
            failed = await client.call_tool(PYTHON, {**here, "pythonCode": "1 / 0"})
            self.assertTrue(failed.is_error)
            self.assertIn("ZeroDivisionError", failed.content[0].text)
            late = await client.call_tool(SHELL, {**here, "shellCommand": "sleep 60", "timeoutInSeconds": 1})
            self.assertTrue(late.is_error)
            self.assertEqual(late.structured_content["exitCode"], -1)
            for arguments, word in (({}, "environmentId"), ({"environmentId": "1"}, "InvalidLengthOfSession")):
                refused = await client.call_tool(PYTHON, {"pythonCode": "1", **arguments})
                self.assertTrue(refused.is_error)
                self.assertIn(word, refused.content[0].text)
            with self.assertRaisesRegex(MCPError, "Unknown tool"):
                await client.call_tool("nope", {})

        self.each(body)

    def test_pictures_are_images(self):
        async def body(client):
            here = await self.launch(client)
            code = "from IPython.display import Image, display\nimport base64\n" + (
                "display(Image(base64.b64decode('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==')))"
            )
            shown = await client.call_tool(PYTHON, {**here, "pythonCode": code})
            self.assertEqual([block.type for block in shown.content], ["text", "image"], shown)
            self.assertEqual(shown.content[1].mime_type, "image/png")
            self.assertEqual(base64.b64decode(shown.content[1].data)[:4], b"\x89PNG")

        self.each(body)

    def test_files_go_in_are_listed_and_come_out(self):
        async def body(client):
            here = await self.launch(client)
            write = lambda **more: client.call_tool("writeFileInRemoteEnvironment", {**here, **more})
            read = lambda **more: client.call_tool("readFileInRemoteEnvironment", {**here, **more})
            self.assertEqual((await write(path="a/grüße.csv", text="ä,b\n")).structured_content["sizeInBytes"], 5)
            blob = bytes(range(256)) * 8
            await write(path="blob.bin", base64=base64.b64encode(blob).decode())
            listed = (await client.call_tool("listFilesInRemoteEnvironment", {**here, "recursive": True}))
            paths = [file["path"] for file in listed.structured_content["files"]]
            self.assertEqual(paths, ["a", "a/grüße.csv", "blob.bin"])
            self.assertEqual((await read(path="a/grüße.csv")).content[0].text, "ä,b\n")
            self.assertEqual(base64.b64decode((await read(path="blob.bin")).content[0].resource.blob), blob)
            part = (await read(path="blob.bin", offset=250, length=12)).content[0].resource.blob
            self.assertEqual(base64.b64decode(part), blob[250:262])
            self.assertIn("FileNotFound", (await read(path="none")).content[0].text)
            await client.call_tool(SHELL, {**here, "shellCommand": "head -c 2000000 /dev/zero > large"})
            self.assertIn("offset and length", (await read(path="large")).content[0].text)

        self.each(body)

    def test_progress_comes_while_the_code_runs(self):
        async def body(client):
            here = await self.launch(client)
            heard = []

            async def listen(progress, total, message):
                heard.append((progress, message, time.monotonic()))

            code = "import time\nfor i in range(3):\n    print('step', i, flush=True)\n    time.sleep(0.6)"
            ended = await client.call_tool(PYTHON, {**here, "pythonCode": code}, progress_callback=listen)
            now = time.monotonic()
            self.assertEqual(ended.structured_content["stdout"], "step 0\nstep 1\nstep 2\n")
            self.assertIn("step 0", heard[0][1])
            self.assertGreater(now - heard[0][2], 0.5, "it came while the code ran")
            self.assertEqual([each[0] for each in heard], sorted({each[0] for each in heard}))

        self.each(body)

    def test_what_is_cancelled_stops_in_the_guest(self):
        async def body(client):
            here = await self.launch(client)
            await client.call_tool(PYTHON, {**here, "pythonCode": "import time"})
            code = (
                "try:\n    open('/mnt/data/began', 'w').close(); time.sleep(120)\n"
                "except KeyboardInterrupt:\n    open('/mnt/data/stopped', 'w').close(); raise"
            )

            async def names():
                listed = await client.call_tool("listFilesInRemoteEnvironment", here)
                return {file["path"] for file in listed.structured_content["files"]}

            async def appears(name):
                with anyio.fail_after(30):
                    while name not in await names():
                        await anyio.sleep(0.1)

            async with anyio.create_task_group() as group:
                group.start_soon(lambda: client.call_tool(PYTHON, {**here, "pythonCode": code}))
                await appears("began")
                group.cancel_scope.cancel()
            await appears("stopped")
            after = await client.call_tool(PYTHON, {**here, "pythonCode": "'goes on'"})
            self.assertEqual(after.structured_content["result"], "'goes on'")

        self.each(body)

    def test_calls_of_one_client_go_on_beside_each_other(self):
        async def body(client):
            both = [await self.launch(client), await self.launch(client)]
            for here in both:
                await client.call_tool(PYTHON, {**here, "pythonCode": "import time"})
            ends = []

            async def run(here, seconds):
                await client.call_tool(PYTHON, {**here, "pythonCode": f"time.sleep({seconds})"})
                ends.append(seconds)

            async with anyio.create_task_group() as group:
                group.start_soon(run, both[0], 2)
                group.start_soon(run, both[1], 0)
            self.assertEqual(ends, [0, 2])

        self.each(body)

    def test_an_environment_that_has_ended_is_not_begun_anew(self):
        async def body(client):
            here = await self.launch(client)
            await client.call_tool(PYTHON, {**here, "pythonCode": "kept = 1"})
            wire.stop(here["environmentId"])
            with anyio.fail_after(30):
                while not wire.send("GET", wire.target("endedSessions", here["environmentId"])).json["value"]:
                    await anyio.sleep(0.1)
            with self.assertRaisesRegex(MCPError, "^Environment not found: .*stopped.*launch") as caught:
                await client.call_tool(PYTHON, {**here, "pythonCode": "kept"})
            self.assertEqual((caught.exception.code, caught.exception.error.data["cause"]), (-32000, "stopped"))

        self.each(body)


class Keys(unittest.TestCase):
    def status(self, headers, pool="python"):
        body = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
        return wire.send("POST", f"/pools/{pool}/mcp", body, headers, key=None).status

    def test_the_key_of_the_pool_is_enough_for_an_agent(self):
        key = credentials("fetchMCPServerCredentials")

        async def body(headers, mode):
            async with over_http(mode, headers) as client:
                here = await client.call_tool("launchShell", {})
                environment = here.structured_content["environmentId"]
                self.addCleanup(lambda: wire.stop(environment))
                ran = await client.call_tool(SHELL, {"environmentId": environment, "command": ["echo", "hi"]})
                self.assertEqual(ran.structured_content["stdout"], "hi\n")

        for mode in MODES:
            for headers in ({"x-ms-apikey": key}, {"Authorization": f"Bearer {key}"}):
                asyncio.run(body(headers, mode))

    def test_a_rotated_key_is_refused_at_once(self):
        old = credentials("fetchMCPServerCredentials")
        self.assertEqual(self.status({"x-ms-apikey": old}), 200)
        new = credentials("rotateMCPServerCredentials")
        self.assertEqual((self.status({"x-ms-apikey": old}), self.status({"x-ms-apikey": new})), (401, 200))
        self.assertEqual(self.status({"x-ms-apikey": new}, "node"), 401)
        self.assertEqual(credentials("fetchMCPServerCredentials"), new)


class Bridge(unittest.TestCase):
    def run_bridge(self, lines, *arguments, **environment):
        began = time.monotonic()
        ran = subprocess.run(
            [cluster.current.binary, "mcp", *arguments],
            input="".join(line + "\n" for line in lines),
            env={"CLOISTER_URL": cluster.current.url, "CLOISTER_API_KEY": cluster.current.key, **environment},
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertLess(time.monotonic() - began, 30)
        return ran, [json.loads(line) for line in ran.stdout.splitlines()]

    def test_it_ends_with_its_input_and_says_nothing_but_messages(self):
        ran, messages = self.run_bridge(
            ['{"jsonrpc":"2.0","id":1,"method":"ping"}', "", "{bad", '{"jsonrpc":"2.0","method":"notifications/x"}']
        )
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        answers = {message["id"]: message for message in messages}
        self.assertEqual(answers[1]["result"], {})
        self.assertEqual(answers[None]["error"]["code"], -32700)
        self.assertEqual(len(messages), 2)

    def sleeping(self, seconds):
        environment = f"bridge-{time.monotonic_ns()}"
        self.addCleanup(lambda: wire.stop(environment))
        arguments = {"environmentId": environment, "shellCommand": f"sleep {seconds}; echo slept"}
        return json.dumps(
            {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": SHELL, "arguments": arguments}}
        )

    def test_calls_that_run_when_the_input_ends_are_answered_also_that_of_a_line_without_end(self):
        ran = subprocess.run(
            [cluster.current.binary, "mcp", "--pool", "shell"], input=self.sleeping(3), env=bridge().env,
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertEqual((ran.returncode, ran.stderr), (0, ""))
        self.assertEqual(json.loads(ran.stdout)["result"]["structuredContent"]["stdout"], "slept\n")

    def test_a_call_with_the_id_of_one_that_goes_on_is_refused(self):
        slow = self.sleeping(2)
        ran, messages = self.run_bridge([slow, slow, '{"jsonrpc":"2.0","id":2,"method":"ping"}'], "--pool", "shell")
        self.assertEqual(ran.returncode, 0)
        refused, slept = sorted((message for message in messages if message["id"] == 1), key=lambda m: "result" in m)
        self.assertEqual(refused["error"]["code"], -32600)
        self.assertEqual(slept["result"]["structuredContent"]["stdout"], "slept\n")

    def test_more_than_can_be_under_way_are_refused_and_the_rest_is_answered(self):
        # No cluster holds so many calls at once; this server does until all of them are there.
        go_on = threading.Event()

        class Patient(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def answer(self, body):
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.answer(b"{}")

            def do_POST(self):
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                go_on.wait(60)
                self.answer(json.dumps({"jsonrpc": "2.0", "id": call["id"], "result": {}}).encode())

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Patient)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.addCleanup(go_on.set)
        with subprocess.Popen(
            [cluster.current.binary, "mcp", "--pool", "shell"], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={"CLOISTER_URL": f"http://127.0.0.1:{server.server_port}", "CLOISTER_API_KEY": "none"},
        ) as running:  # fmt: skip
            self.addCleanup(running.kill)
            calls = [{"jsonrpc": "2.0", "id": number, "method": "ping"} for number in range(300)]
            running.stdin.write("".join(json.dumps(call) + "\n" for call in calls))
            running.stdin.close()
            refused = [json.loads(running.stdout.readline()) for _ in range(300 - 256)]
            self.assertTrue(all("under way already" in message["error"]["message"] for message in refused))
            go_on.set()
            answered = [json.loads(line) for line in running.stdout]
            self.assertEqual(running.wait(timeout=30), 0)
        self.assertTrue(all(message["result"] == {} for message in answered))
        self.assertEqual(sorted(message["id"] for message in refused + answered), list(range(300)))

    def test_it_ends_when_nobody_reads_its_answers(self):
        with subprocess.Popen(
            [cluster.current.binary, "mcp", "--pool", "shell"], env=bridge().env, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        ) as running:  # fmt: skip
            running.stdin.write(self.sleeping(100) + "\n")
            running.stdin.close()
            running.stdout.close()
            self.assertEqual(running.wait(timeout=30), 0)

    def test_what_the_cluster_refuses_is_an_error_of_the_request(self):
        ping = '{"jsonrpc":"2.0","id":"x","method":"ping"}'
        for arguments, environment, word in (
            (["--pool", "none"], {}, "SessionPoolNotFound"),
            ([], {"CLOISTER_API_KEY": "clk_nobody-nobody-nobody"}, "Unauthorized"),
        ):
            with self.subTest(word):
                ran, (message,) = self.run_bridge([ping], *arguments, **environment)
                self.assertEqual(message["id"], "x")
                self.assertIn(word, message["error"]["message"])
                self.assertIn(word, ran.stderr)
                self.assertNotIn("clk_", ran.stderr + ran.stdout)

    def test_without_a_cluster_it_ends_and_says_so(self):
        ran, messages = self.run_bridge([], CLOISTER_URL="http://127.0.0.1:1")
        self.assertEqual((ran.returncode, messages), (2, []))
        self.assertIn("server", ran.stderr)


class Examples(unittest.TestCase):
    def environment(self):
        return {**os.environ, "CLOISTER": cluster.current.url, "KEY": cluster.current.key}

    def test_the_agent_of_the_examples_saves_a_chart(self):
        with tempfile.TemporaryDirectory() as folder:
            picture = pathlib.Path(folder) / "chart.png"
            ran = subprocess.run(
                [sys.executable, DOCUMENTS / "examples" / "agent-loop.py", picture],
                env=self.environment(), capture_output=True, text=True, timeout=120,
            )  # fmt: skip
            self.assertEqual(ran.returncode, 0, ran.stderr)
            self.assertIn("best month: 6", ran.stdout)
            content = picture.read_bytes()
        self.assertEqual(content[:8], b"\x89PNG\r\n\x1a\n")
        width, height = struct.unpack(">II", content[16:24])
        self.assertGreater(min(width, height), 200)
        self.assertEqual(content[-8:-4], b"IEND")

    def test_the_examples_of_the_document_run_as_pasted(self):
        text = (DOCUMENTS / "mcp.md").read_text(encoding="utf-8")
        (example,) = re.findall(r"(?s)```sh\n(.*?)```", text)
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", example],
            env=self.environment(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        self.assertEqual((ran.returncode, ran.stderr), (0, ""), ran.stdout)
        for word in ('"protocolVersion"', '"launchShell"', '"exitCode":0'):
            self.assertIn(word, ran.stdout)
