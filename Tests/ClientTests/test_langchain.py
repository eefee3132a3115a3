"""LangChain's own client for Azure dynamic sessions, unmodified (contract, sections 7.1 and 7.2)."""

import io
import json
import time
import unittest
import warnings

import cluster
import wire

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    from langchain_azure_dynamic_sessions import SessionsPythonREPLTool


class PythonTool(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tool = SessionsPythonREPLTool(
            pool_management_endpoint=f"{cluster.current.url}/pools/python",
            access_token_provider=lambda: cluster.current.key,
            session_id=wire.fresh("langchain"),
        )

    @classmethod
    def tearDownClass(cls):
        wire.stop(cls.tool.session_id)

    def test_a_result_keeps_its_type_and_print_is_apart(self):
        answer = self.tool.execute("print('hello world')\n1 + 1")
        self.assertEqual(answer["result"], 2)
        self.assertIs(type(answer["result"]), int)
        self.assertEqual((answer["stdout"], answer["stderr"], answer["status"]), ("hello world\n", "", "Success"))

    def test_variables_stay_from_call_to_call(self):
        self.tool.execute("kept = 'ünïcode ✓'")
        self.assertEqual(self.tool.execute("kept * 2")["result"], "ünïcode ✓ünïcode ✓")

    def test_the_model_sees_result_and_both_streams(self):
        shown = json.loads(self.tool.invoke("6 * 7"))
        self.assertEqual(shown, {"result": 42, "stdout": "", "stderr": ""})

    def test_an_exception_is_a_failure_with_its_traceback_and_the_session_goes_on(self):
        answer = self.tool.execute("before = 5\n1 / 0")
        self.assertEqual(answer["status"], "Failure")
        self.assertIn("ZeroDivisionError", answer["stderr"])
        self.assertEqual(self.tool.execute("before")["result"], 5)

    def test_files_go_up_are_listed_are_used_and_come_down(self):
        before = {file.filename for file in self.tool.list_files()}
        uploaded = self.tool.upload_file(data=io.BytesIO(b"hello from a file"), remote_file_path="test 1.txt")
        self.assertEqual((uploaded.filename, uploaded.size_in_bytes), ("test 1.txt", 17))
        self.tool.execute(
            "content = open('/mnt/data/test 1.txt').read()\nopen('/mnt/data/neu ✓.txt', 'w').write(content.upper())"
        )
        after = {file.filename: file.size_in_bytes for file in self.tool.list_files()}
        self.assertEqual(
            {name: after[name] for name in after if name not in before}, {"test 1.txt": 17, "neu ✓.txt": 17}
        )
        self.assertEqual(self.tool.download_file(remote_file_path="neu ✓.txt").read(), b"HELLO FROM A FILE")

    def test_files_of_sub_folders_come_down(self):
        self.tool.execute(
            "import os\nos.makedirs('/mnt/data/a b/c', exist_ok=True)\nopen('/mnt/data/a b/c/d.bin', 'wb').write(bytes(range(256)))"
        )
        self.assertIn("a b/c/d.bin", [file.filename for file in self.tool.list_files()])
        self.assertEqual(self.tool.download_file(remote_file_path="a b/c/d.bin").read(), bytes(range(256)))

    def test_a_plot_is_an_image(self):
        answer = self.tool._run("import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])\nplt.show()")
        shown, artifact = json.loads(answer[0]), answer[1]
        self.assertEqual(shown["result"], {"type": "image", "format": "png"})
        self.assertEqual(artifact["result"]["base64_data"][:11], "iVBORw0KGgo")

    def test_a_deleted_session_is_gone_and_the_tool_goes_on_in_a_new_one(self):
        tool = SessionsPythonREPLTool(
            pool_management_endpoint=f"{cluster.current.url}/pools/python/",
            access_token_provider=lambda: cluster.current.key,
        )
        old = tool.session_id
        tool.execute("gone = 1")
        tool.delete_session()
        deadline = time.monotonic() + 30
        while wire.send("GET", wire.target("session", old)).status != 404:
            self.assertLess(time.monotonic(), deadline, "the session is still there")
            time.sleep(0.1)
        self.assertIn("NameError", tool.execute("gone")["stderr"])
        wire.stop(tool.session_id)

    def test_a_wrong_key_is_an_error_of_the_client_library(self):
        tool = SessionsPythonREPLTool(
            pool_management_endpoint=f"{cluster.current.url}/pools/python", access_token_provider=lambda: "wrong"
        )
        with self.assertRaisesRegex(Exception, "401"):
            tool.execute("1")
