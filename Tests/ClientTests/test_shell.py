"""Shell pools: the contract (sections 1.2, 3.6, 7.2), and LangChain's clients for them, unmodified."""

import io
import json
import time
import unittest
import warnings

import cluster
import wire

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from langchain_azure_dynamic_sessions import SessionsBashTool
    from langchain_azure_dynamic_sessions.backends.sessions import SessionsBashBackend


def run(session, **members):
    return wire.send(
        "POST", wire.target("executions", session, "shell", "2025-02-02-preview"), json.dumps(members).encode()
    )


class Shell(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.session = wire.fresh("shell")
        cls.addClassCleanup(lambda: wire.stop(cls.session, "shell"))

    def check(self, status, stdout, stderr="", **members):
        answer = run(self.session, **members)
        self.assertEqual(answer.status, 200, answer)
        self.assertNotIn("executionResult", answer.json["result"])
        result = answer.json["result"]
        self.assertEqual((answer.json["status"], result["stdout"], result["stderr"]), (status, stdout, stderr), members)
        return answer

    def test_the_exit_code_is_the_status(self):
        for code in (0, 1, 3, 126, 255):
            self.check(str(code), "", shellCommand=f"exit {code}")
        self.check("1", "", shellCommand="false")
        self.check("137", "", shellCommand="kill -9 $$")

    def test_it_is_a_login_shell_in_the_data_folder(self):
        self.check("0", "/mnt/data\n", shellCommand="pwd")
        self.check("0", "yes\n", shellCommand="shopt -q login_shell && echo yes")

    def test_files_stay_and_variables_do_not(self):
        self.check("0", "", shellCommand="x=1; echo ünïcode > kept")
        self.check("0", "ünïcode none\n", shellCommand='echo "$(cat kept) ${x-none}"')

    def test_a_program_without_a_shell_and_its_input(self):
        self.check("0", "a b $HOME", execCommandAndArgs=["printf", "%s", "a b $HOME"])
        self.check("0", "in\n😀", shellCommand="cat", stdin="in\n😀")
        self.check("0", "3\n", execCommandAndArgs=["wc", "-c"], stdin="abc")

    def test_a_time_out_is_minus_one(self):
        answer = run(self.session, shellCommand="echo before; sleep 60", timeoutInSeconds=5)
        self.assertEqual((answer.json["status"], answer.json["result"]["stdout"]), ("-1", "before\n"), answer)
        self.assertEqual(answer.json["result"]["executionTimeInMilliseconds"], 5000)

    def test_what_runs_in_the_background_lives_on(self):
        began = time.monotonic()
        self.check(
            "0", "", shellCommand="(while ! [ -e stop ]; do sleep 0.1; done; echo done > ended) > /dev/null 2>&1 &"
        )
        self.assertLess(time.monotonic() - began, 20)
        self.check("0", "", shellCommand="touch stop")
        self.check(
            "0", "done\n", shellCommand="for i in $(seq 300); do [ -s ended ] && break; sleep 0.1; done; cat ended"
        )

    def test_what_is_not_for_shells_is_refused(self):
        for members, code in (
            ({"code": "1"}, "SessionRequestNotSupported"),
            ({}, "SessionPropertiesMissing"),
            ({"shellCommand": "a", "execCommandAndArgs": ["a"]}, "SessionRequestValidationFailed"),
            ({"shellCommand": 5}, "SessionRequestValidationFailed"),
            ({"execCommandAndArgs": "ls"}, "SessionRequestValidationFailed"),
        ):
            answer = run(self.session, **members)
            self.assertEqual((answer.status, answer.code), (400, code), members)

    def test_executions_of_both_kinds_are_told_apart_and_members_of_others_ignored(self):
        answer = self.check("0", "x\n", shellCommand="echo x", codeInputType="Inline", executionType="Synchronous")
        self.assertEqual(answer.json["executionType"], "Synchronous")
        self.assertNotIn("executionType", self.check("0", "", shellCommand="true").json)


class LangChain(unittest.TestCase):
    def setUp(self):
        self.endpoint = f"{cluster.current.url}/pools/shell"
        self.session = wire.fresh("bash")
        self.addCleanup(lambda: wire.stop(self.session, "shell"))

    def test_the_bash_tool(self):
        tool = SessionsBashTool(
            pool_management_endpoint=self.endpoint,
            access_token_provider=lambda: cluster.current.key,
            session_id=self.session,
        )
        self.assertEqual(
            json.loads(tool.invoke("echo hello; exit 4")), {"stdout": "hello\n", "stderr": "", "exitCode": 4}
        )
        uploaded = tool.upload_file(data=io.BytesIO(b"1\n2\n"), remote_file_path="in put.txt")
        self.assertEqual((uploaded.filename, uploaded.size_in_bytes), ("in put.txt", 4))
        self.assertEqual(json.loads(tool.invoke("wc -l < 'in put.txt' | tee out.txt"))["stdout"].strip(), "2")
        self.assertEqual({file.filename for file in tool.list_files()}, {"in put.txt", "out.txt"})
        self.assertEqual(tool.download_file(remote_file_path="out.txt").read().strip(), b"2")

    def test_the_backend_of_deep_agents(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            backend = SessionsBashBackend(
                self.endpoint, access_token_provider=lambda: cluster.current.key, session_id=self.session
            )
        self.assertEqual(backend.execute("echo x; exit 3").exit_code, 3)
        self.assertIsNone(backend.write("/mnt/data/a/b.txt", "one\ntwo ✓\n").error)
        self.assertIn("already exists", backend.write("/mnt/data/a/b.txt", "again").error)
        self.assertIn("two ✓", backend.read("/mnt/data/a/b.txt"))
        self.assertIn("not found", backend.read("/mnt/data/none"))
        self.assertEqual(backend.edit("/mnt/data/a/b.txt", "one", "three").occurrences, 1)
        self.assertIn("not found", backend.edit("/mnt/data/a/b.txt", "zero", "x").error)
        self.assertEqual(backend.execute("cat a/b.txt").output, "three\ntwo ✓\n")
        self.assertEqual([item["path"] for item in backend.glob_info("*.txt", "/mnt/data/a")], ["b.txt"])
        self.assertIn({"path": "b.txt", "is_dir": False}, backend.ls_info("/mnt/data/a"))
        sent = backend.upload_files([("/mnt/data/up.bin", bytes(range(256)))])
        self.assertIsNone(sent[0].error)
        self.assertEqual(backend.download_files(["/mnt/data/up.bin"])[0].content, bytes(range(256)))
