"""`cloister files` as a process: folders, patterns, hostile names, progress on terminals only."""

import os
import pathlib
import signal
import tempfile
import time
import unittest

import program
import wire
from test_cli_exec import on_terminal


class Files(unittest.TestCase):
    def setUp(self):
        self.session = wire.fresh("files")
        self.addCleanup(lambda: wire.stop(self.session))
        folder = tempfile.TemporaryDirectory(prefix="cloister-files-")
        self.addCleanup(folder.cleanup)
        self.here = pathlib.Path(folder.name)

    def files(self, command, *arguments, **options):
        return program.run("files", command, *arguments, "--identifier", self.session, cwd=self.here, **options)

    def do(self, command, *arguments):
        ended = self.files(command, *arguments)
        self.assertEqual((ended.returncode, ended.stderr), (0, b""), ended)
        return ended.stdout

    def write(self, path, content):
        (self.here / path).parent.mkdir(parents=True, exist_ok=True)
        (self.here / path).write_bytes(content)

    def test_files_go_and_come_back_as_they_were(self):
        great = os.urandom(20_000_000)
        self.write("great.bin", great)
        self.write("empty.txt", b"")
        self.do("put", "great.bin", "empty.txt")
        self.do("get", "great.bin", "empty.txt", "--to", "back")
        self.assertEqual((self.here / "back/great.bin").read_bytes(), great)
        self.assertEqual((self.here / "back/empty.txt").read_bytes(), b"")
        self.assertEqual(sorted(os.listdir(self.here / "back")), ["empty.txt", "great.bin"])

    def test_folders_and_patterns(self):
        for name in ("tree/a.csv", "tree/b.csv", "tree/below/c.csv", "tree/.hidden"):
            self.write(name, name.encode())
        self.do("put", "-r", "tree", "--to", "up")
        listed = program.document("files", "ls", "-r", "--identifier", self.session)
        self.assertEqual(
            [each["path"] for each in listed if each["type"] == "file"],
            ["up/tree/.hidden", "up/tree/a.csv", "up/tree/b.csv", "up/tree/below/c.csv"],
        )
        self.assertEqual(self.do("cat", "up/tree/[ab].csv"), b"tree/a.csvtree/b.csv")
        self.do("get", "up/tree/*", "--to", "flat")
        self.assertEqual(sorted(os.listdir(self.here / "flat")), ["a.csv", "b.csv"])
        self.do("get", "-r", "up/tree", "--to", "whole")
        self.assertEqual((self.here / "whole/tree/below/c.csv").read_bytes(), b"tree/below/c.csv")
        self.do("rm", "up/*/?.csv")
        self.assertEqual(self.do("ls", "up/tree").split(), [b"SIZE", b"PATH", b"12", b"B", b".hidden", b"-", b"below/"])

    def test_what_is_not_there_is_said_and_leaves_nothing(self):
        for arguments, word in (
            (("get", "nothing.txt"), b"FileNotFound"), (("get", "*.nothing"), b"Nothing matches"),
            (("cat", "nothing.txt"), b"FileNotFound"), (("rm", "nothing.txt"), b"FileNotFound"),
            (("put", "nothing.txt"), b"nothing.txt cannot be read"), (("put", "."), b"give -r"),
        ):  # fmt: skip
            with self.subTest(arguments):
                ended = self.files(*arguments)
                self.assertEqual(ended.returncode, 2, ended)
                self.assertIn(word, ended.stderr)
        self.assertEqual(os.listdir(self.here), [])
        self.assertEqual(program.run("files", "ls").returncode, 64, "the identifier is required")

    def test_names_of_a_hostile_guest_stay_in_the_folder(self):
        wire.run(
            "import os\nos.chdir('/mnt/data')\nos.makedirs('d')\n"
            "open('d/\\x1b[2Jname\\n', 'w').write('1')\nopen('d/..x', 'w').write('2')\nopen('d/-rf', 'w').write('3')",
            self.session,
        )
        # Links that stand here already are nobody's way out either.
        (self.here / "out").mkdir()
        (self.here / "elsewhere").mkdir()
        (self.here / "out/d").symlink_to(self.here / "elsewhere")
        refused = self.files("get", "-r", "d", "--to", "out")
        self.assertEqual(refused.returncode, 2)
        self.assertEqual(os.listdir(self.here / "elsewhere"), [])
        (self.here / "out/d").unlink()
        self.do("get", "-r", "d", "--to", "out")
        self.assertEqual(sorted(os.listdir(self.here / "out/d")), ["-rf", "..x", "_[2Jname_"])
        self.assertEqual(sorted(os.listdir(self.here)), ["elsewhere", "out"])
        self.assertNotIn(b"\x1b", self.do("ls", "d"))

    def test_a_slash_with_a_mark_behind_it_is_a_slash(self):
        wire.run(
            "import os\nos.chdir('/mnt/data')\nos.makedirs('m')\nopen('m/\u0301x', 'w').write('1')\n"
            "open('m/\u200D_init__.py', 'w').write('2')",
            self.session,
        )
        self.do("get", "-r", "m", "--to", "out")
        self.assertEqual(sorted(os.listdir(self.here)), ["out"])
        self.assertEqual(sorted(os.listdir(self.here / "out/m")), ["__init__.py", "\u0301x"])

    def test_recursive_takes_files_as_well_and_a_name_is_meant_as_it_stands(self):
        wire.run(
            "import os\nos.chdir('/mnt/data')\nopen('a[1].txt', 'w').write('[')\nopen('a1.txt', 'w').write('1')",
            self.session,
        )
        self.assertEqual(self.do("cat", "a[1].txt"), b"[")
        self.assertEqual(self.do("cat", "/mnt/data/a?.txt"), b"1")
        self.do("get", "-r", "a1.txt", "a[1].txt")
        self.assertEqual(sorted(os.listdir(self.here)), ["a1.txt", "a[1].txt"])
        self.do("rm", "-r", "a[1].txt")
        self.assertEqual(self.do("ls").split(), [b"SIZE", b"PATH", b"1", b"B", b"a1.txt"])
        self.assertEqual(self.files("rm", "-r", "nothing").returncode, 2)

    def test_nothing_is_replaced_without_a_word(self):
        self.write("a/x.csv", b"first")
        self.write("b/x.csv", b"second")
        refused = self.files("put", "a/x.csv", "b/x.csv")
        self.assertEqual(refused.returncode, 2)
        self.assertIn(b"Two of the files would be x.csv", refused.stderr)
        self.assertIn(b"There are no files", self.files("ls").stdout + self.files("ls").stderr)
        self.do("put", "a/x.csv")
        refused = self.files("get", "x.csv", "--to", "b")
        self.assertEqual(refused.returncode, 2)
        self.assertIn(b"--force", refused.stderr)
        self.assertEqual((self.here / "b/x.csv").read_bytes(), b"second")
        self.do("get", "x.csv", "--to", "b", "--force")
        self.assertEqual((self.here / "b/x.csv").read_bytes(), b"first")
        self.assertEqual(os.listdir(self.here / "b"), ["x.csv"])

    def test_a_download_that_is_interrupted_leaves_nothing(self):
        wire.run("with open('/mnt/data/great', 'wb') as f: f.truncate(60_000_000)", self.session)
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            folder = self.here / str(code)
            with program.start("files", "get", "great", "--identifier", self.session, "--to", str(folder)) as running:
                until = time.monotonic() + program.PATIENCE
                while not (folder.is_dir() and os.listdir(folder)) and time.monotonic() < until:
                    time.sleep(0.001)
                running.send_signal(number)
                self.assertEqual(running.wait(program.PATIENCE), code)
            self.assertEqual(os.listdir(folder), [])

    def test_progress_is_shown_on_a_terminal_only(self):
        self.write("great.bin", os.urandom(3_000_000))
        self.do("put", "great.bin")
        shown = on_terminal("files", "put", str(self.here / "great.bin"), "--identifier", self.session)
        self.assertIn("100%", shown)
        self.assertIn("MiB/s", shown)

    def test_a_reader_that_goes_is_no_trouble(self):
        self.write("great.bin", os.urandom(5_000_000))
        self.do("put", "great.bin")
        with program.start("files", "cat", "great.bin", "--identifier", self.session) as running:
            running.stdout.read(10)
            running.stdout.close()
            self.assertEqual(running.wait(program.PATIENCE), 141)
            self.assertEqual(running.stderr.read(), b"")
