"""AutoGen's executor for Azure dynamic sessions, unmodified (contract, section 7.7)."""

import pathlib
import tempfile
import types
import unittest

import cluster
import wire
from autogen_core import CancellationToken
from autogen_core.code_executor import CodeBlock
from autogen_ext.code_executors.azure import ACADynamicSessionsCodeExecutor


class Executor(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        credential = types.SimpleNamespace(get_token=lambda *_: types.SimpleNamespace(token=cluster.current.key))
        self.executor = ACADynamicSessionsCodeExecutor(
            pool_management_endpoint=f"{cluster.current.url}/pools/python",
            credential=credential,
            work_dir=self.folder.name,
            session_id=wire.fresh("autogen"),
        )
        self.addCleanup(lambda: wire.stop(self.executor._session_id))

    async def run_blocks(self, *codes):
        blocks = [CodeBlock(code=code, language="python") for code in codes]
        return await self.executor.execute_code_blocks(blocks, CancellationToken())

    async def test_blocks_run_in_one_session_in_the_data_folder(self):
        result = await self.run_blocks("import os\nname = 'x'", "print(name, os.getcwd())\n20 + 22")
        self.assertEqual((result.exit_code, result.output), (0, "x /mnt/data\n42"))

    async def test_the_packages_of_the_session_are_found_one_by_one(self):
        await self.run_blocks("1")
        packages = self.executor._available_packages
        self.assertLessEqual({"numpy", "pandas", "matplotlib"}, packages)
        self.assertFalse([name for name in packages if "Warning" in name or "\n" in name or " " in name])

    async def test_an_exception_is_exit_code_1_with_the_traceback(self):
        result = await self.run_blocks("raise ValueError('häßlich')")
        self.assertEqual(result.exit_code, 1)
        self.assertIn("ValueError: häßlich", result.output)

    async def test_files_go_up_are_listed_and_come_down(self):
        pathlib.Path(self.folder.name, "in.csv").write_bytes(b"a,b\n1,2\n")
        await self.executor.upload_files(["in.csv"], CancellationToken())
        result = await self.run_blocks("open('out.csv', 'w').write(open('in.csv').read() * 2)")
        self.assertEqual((result.exit_code, result.output), (0, "16"))
        names = await self.executor.get_file_list(CancellationToken())
        self.assertEqual(sorted(names), ["in.csv", "out.csv"])
        await self.executor.download_files(["out.csv"], CancellationToken())
        self.assertEqual(pathlib.Path(self.folder.name, "out.csv").read_bytes(), b"a,b\n1,2\n" * 2)
