"""The community's `azure-dynamic-sessions-code-interpreter`, unmodified (contract, section 7.13)."""

import io
import unittest

import cluster
import wire
from azure_dynamic_sessions_code_interpreter import CodeInterpreterTool


class Tool(unittest.TestCase):
    def test_it_runs_code_and_moves_files(self):
        tool = CodeInterpreterTool(pool_management_endpoint=f"{cluster.current.url}/pools/python")
        # Its own way to a token is Microsoft's identity service.
        tool.access_token_provider = lambda: cluster.current.key
        self.addCleanup(lambda: wire.stop(tool.session_id))
        self.assertEqual(tool.execute("print('a')\n6 * 7")["result"], 42)
        uploaded = tool.upload_file(data=io.BytesIO(b"12345"), remote_file_path="numbers.txt")
        self.assertEqual(uploaded.size_in_bytes, 5)
        self.assertEqual([file.filename for file in tool.list_files()], ["numbers.txt"])
        self.assertEqual(tool.download_file(remote_file_path="numbers.txt").read(), b"12345")
