"""The promises that deploy/guest/README.md makes about the Node.js runtime."""

import json
import time
import unittest

from runtime_case import ROOT, RuntimeTestCase
from runtime_process import RuntimeProcess


class NodeTestCase(RuntimeTestCase):
    kind = "node"


class Values(NodeTestCase):
    def test_the_last_expression_comes_as_text_and_as_json_if_json_knows_it(self):
        cases = {
            "1 + 1": ("2", 2),
            "'a\"b'": ("'a\"b'", 'a"b'),
            "({a: [1, null, true], b: {c: 'é'}})": ("{ a: [ 1, null, true ], b: { c: 'é' } }", {"a": [1, None, True], "b": {"c": "é"}}),
            "{a: 1}": ("{ a: 1 }", {"a": 1}),
            "[NaN, 1]": ("[ NaN, 1 ]", [None, 1]),
            "12n": ("12n", None),
            "new Map([[1, 2]])": ("Map(1) { 1 => 2 }", None),
            "Symbol('s')": ("Symbol(s)", None),
            "(function f() {})": ("[Function: f]", None),
            "new Date(0)": ("1970-01-01T00:00:00.000Z", None),
            "const loop = {}; loop.me = loop; loop": ("<ref *1> { me: [Circular *1] }", None),
            "Promise.resolve(5)": ("Promise { 5 }", None),
            "await Promise.resolve(5)": ("5", 5),
            "null": ("null", None),
        }
        for code, (text, value) in cases.items():
            result = self.run_cell(code)
            self.assertEqual(result.text, text, code)
            self.assertEqual(None if result.json is None else json.loads(result.json), value, code)
        self.assertEqual(self.run_cell("null").json, "null")

    def test_undefined_is_no_value(self):
        for code in ("undefined", "", "let nothing", "// a remark", "console.log()"):
            result = self.run_cell(code)
            self.assertIsNone(result.text, code)
            self.assertIsNone(result.json, code)

    def test_large_and_odd_values_do_no_harm(self):
        result = self.run_cell("'é'.repeat(5_000_000)")
        self.assertLessEqual(len(result.text.encode()), 4 << 20)
        self.assertTrue(result.was_cut)
        result = self.run_cell("Array(3_000_000).fill(1)")
        self.assertIsNone(result.json)
        self.assertTrue(result.was_cut)
        self.assertFalse(self.run_cell("[1, 2]").was_cut)
        self.assertIsNone(self.run_cell("({ get a() { throw new Error('no') } })").json)
        self.run_cell("({ [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('no'); } })")


class State(NodeTestCase):
    def test_names_are_kept_and_may_be_declared_again(self):
        self.run_cell("let a = 1; const b = 2; class C { m() { return 3; } }; var d = 4; function f() { return a; }")
        self.assertEqual(self.run_cell("a + b + new C().m() + d + f()").text, "11")
        self.run_cell("let a = 10; const b = 20; class C { m() { return 30; } }")
        self.assertEqual(self.run_cell("a + b + new C().m()").text, "60")
        self.run_cell("throw new Error('state survives')", status=1)
        self.assertEqual(self.run_cell("a").text, "10")

    def test_modules_are_required_and_imported(self):
        self.assertEqual(self.run_cell("const fs = require('fs'); typeof fs.readFileSync").text, "'function'")
        self.assertEqual(self.run_cell("const { join } = await import('node:path'); join('a', 'b')").text, "'a/b'")
        self.assertEqual(self.run_cell("import os, { tmpdir as t } from 'os'\nimport * as all from 'os'\n[os.tmpdir(), t(), all.tmpdir()]").json, '["/tmp","/tmp","/tmp"]')
        self.run_cell("fs.writeFileSync('mine.mjs', 'export const answer = 42'); fs.writeFileSync('old.js', 'exports.answer = 41')")
        self.assertEqual(self.run_cell("[(await import('./mine.mjs')).answer, require('./old.js').answer, process.cwd()]").json, '[42,41,"/mnt/data"]')
        self.assertEqual(self.run_cell("util.types.isDate(new Date())").text, "true")
        self.assertEqual(self.run_cell("await import('nowhere')", status=1).error, "Error")

    def test_process_exit_ends_the_cell_only(self):
        self.run_cell("let kept = 'kept'")
        result = self.run_cell("process.exit(3)", status=1)
        self.assertEqual((result.error, result.message), ("ProcessExit", "process.exit(3) does not end the session."))
        self.assertEqual(self.run_cell("kept").text, "'kept'")


class Output(NodeTestCase):
    def test_streams_are_apart_and_complete(self):
        result = self.run_cell("console.log('out', [1]); console.error('err'); process.stdout.write('x')")
        self.assertEqual((result.output, result.errors), ("out [ 1 ]\nx", "err\n"))
        self.assertEqual(len(self.run_cell("console.log('x'.repeat(10_000_000))").output), 10_000_001)
        self.assertEqual(self.run_cell("for (let i = 0; i < 5; i++) await new Promise(r => setTimeout(() => { console.log(i); r(); }, 5))").output, "0\n1\n2\n3\n4\n")

    def test_streams_tell_of_an_end_and_stay_usable(self):
        self.run_cell("fs.writeFileSync('a.txt', 'text\\n'.repeat(50_000)); const { pipeline, finished } = require('stream/promises')")
        for stream, written in (("stdout", "output"), ("stderr", "errors")):
            for code, expected in (
                (f"for (let i = 0; i < 3; i++) await pipeline(fs.createReadStream('a.txt'), process.{stream})", "text\n" * 150_000),
                (f"await pipeline(['x', 'y'], async function* (from) {{ yield* from; }}, process.{stream})", "xy"),
                (f"const told = finished(process.{stream}); process.{stream}.end(); await told", ""),
                (f"await new Promise(r => process.{stream}.end('x', r))", "x"),
                (f"await new Promise(r => process.{stream}.end('eA==', 'base64', r))", "x"),
                (f"let calls = 0; process.{stream}.end('x', () => calls++); await events.once(process.{stream}, 'close'); process.{stream}.write(`${{calls}}`)", "x1"),
                (f"process.{stream}.end(null); await events.once(process.{stream}, 'finish')", ""),
                (f"process.{stream}.destroy(new Error('no')); await events.once(process.{stream}, 'close')", ""),
            ):
                with self.subTest(code):
                    self.assertEqual(getattr(self.run_cell(code), written), expected)
            result = self.run_cell(f"await pipeline(fs.createReadStream('nowhere'), process.{stream})", status=1)
            self.assertIn("ENOENT", result.message)
            self.assertEqual(getattr(self.run_cell(f"process.{stream}.write('on')"), written), "on")

    def test_children_write_in_their_turn_and_have_no_part_in_the_replies(self):
        code = "console.log(1); require('child_process').execSync('echo 2; ls /proc/self/fd', { stdio: 'inherit' }); console.log(4)"
        self.assertEqual(self.run_cell(code).output.split(), ["1", "2", "0", "1", "2", "3", "4"])  # 3 is the folder that ls reads
        self.assertEqual(len(self.run_cell("console.log('x'.repeat(1_000_000))").output), 1_000_001)

    def test_errors_show_the_lines_of_the_code_and_none_of_the_runtime(self):
        result = self.run_cell("function f() {\n  throw new TypeError('bad');\n}\nf()", status=1)
        self.assertEqual((result.error, result.message), ("TypeError", "bad"))
        self.assertRegex(result.errors, r"^TypeError: bad\n    at f \(cell-\d+\.js:2:9\)\n    at cell-\d+\.js:4:1\n$")
        result = self.run_cell("1 +\nlet x = ;", status=1)
        self.assertEqual(result.error, "SyntaxError")
        self.assertRegex(result.errors, r"^cell-\d+\.js:\d:\d+\nSyntaxError: .*\n$")
        result = self.run_cell("await (async () => { await null; throw Object.assign(new Error('late'), { code: 7 }); })()", status=1)
        self.assertNotIn("cloister", result.errors)
        self.assertNotIn("node:inspector", result.errors)
        self.assertIn("code: 7", result.errors)
        result = self.run_cell("throw { a: 1 }", status=1)
        self.assertEqual((result.error, result.message, result.errors), ("Thrown", "{ a: 1 }", "{ a: 1 }\n"))
        self.assertEqual(self.run_cell("throw null", status=1).message, "null")

    def test_errors_of_timers_and_promises_are_told_and_end_nothing(self):
        result = self.run_cell("setTimeout(() => { throw new Error('timer'); }, 1); Promise.reject(new Error('promise'));"
                               "await new Promise(r => setTimeout(r, 50)); 'on'")  # fmt: skip
        self.assertIn("Error: timer", result.errors)
        self.assertIn("Error: promise", result.errors)
        self.assertEqual(result.text, "'on'")
        self.assertIn("Error: at once", self.run_cell("Promise.reject(new Error('at once')); 1").errors)


class Interrupts(NodeTestCase):
    def test_running_code_is_interrupted(self):
        self.run_cell("let kept = 'kept'")
        for code in (
            "while (true) {}",
            "for (;;) console.log(1)",
            "await new Promise(() => {})",
            "await new Promise(r => setTimeout(r, 60_000))",
            "for (;;) await null",
            "try { for (;;) {} } finally { for (;;) {} }",
            "setTimeout(() => { for (;;) {} }, 10); await new Promise(() => {})",
            "(function f() { process.nextTick(f); })()\nawait new Promise(() => {})",
            "require('child_process').execSync('sleep 60')",
            "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
            "({ get a() { for (;;) {} } })",
        ):
            with self.subTest(code):
                started = time.monotonic()
                result = self.runtime.run(code, interrupt_after=0.3)
                self.assertLess(time.monotonic() - started, 5)
                self.assertIn(result.status, (1, 2), result.errors)
                self.assertEqual(self.run_cell("console.log(kept)").output, "kept\n")

    def test_an_interrupted_await_is_over(self):
        self.run_cell("let ticks = 0; for (;;) { await new Promise(r => setTimeout(r, 10)); ticks++; }", status=2, interrupt_after=0.3)
        before = self.run_cell("ticks").text
        time.sleep(0.1)
        self.assertEqual(self.run_cell("ticks").text, before)

    def test_waits_of_every_kind_are_over_after_an_interrupt(self):
        self.run_cell("const waits = require('timers/promises'); let ticks = 0; const tick = () => { ticks++; console.log('x'); }")
        for code in (
            "for await (const _ of waits.setInterval(10)) tick()",
            "for (;;) { await waits.setImmediate(); tick(); }",
            "for (;;) { await waits.scheduler.wait(10); tick(); }",
            "for (;;) { await waits.setTimeout(10, 'value', { ref: false }); tick(); }",
            "for (;;) { await util.promisify(setTimeout)(10); tick(); }",
            "for (;;) { await util.promisify(setImmediate)(); tick(); }",
            "(function again() { tick(); setImmediate(again); })(); await new Promise(() => {})",
            "(function again() { tick(); setTimeout(again, 10); })(); await new Promise(() => {})",
            "setInterval(tick, 10); await new Promise(() => {})",
        ):
            with self.subTest(code):
                self.run_cell(f"ticks = 0; {code}", status=2, interrupt_after=0.3)
                before = self.run_cell("ticks").text
                time.sleep(0.1)
                after = self.run_cell("ticks")
                self.assertEqual((after.text, after.output), (before, ""))

    def test_what_earlier_cells_left_running_outlives_an_interrupt(self):
        self.run_cell("let beats = [0, 0, 0]; let beat = setInterval(() => beats[0]++, 5); let cleared = setInterval(() => beats[1]++, 5)")
        self.run_cell("(async () => { for await (const _ of require('timers/promises').setInterval(5)) beats[2]++; })()")
        self.run_cell("let server = http.createServer((_, answer) => answer.end('served')); await new Promise(r => server.listen(4000, r))")
        self.run_cell("clearInterval(+cleared); await new Promise(() => {})", status=2, interrupt_after=0.3)
        before = json.loads(self.run_cell("beats").json)
        after = json.loads(self.run_cell("await new Promise(r => setTimeout(r, 100)); beats").json)
        self.assertEqual([after[i] > before[i] for i in range(3)], [True, False, True])
        self.assertEqual(self.run_cell("await (await fetch('http://127.0.0.1:4000')).text()").text, "'served'")
        self.run_cell("clearInterval(beat); server.close()")

    def test_between_cells_it_does_nothing(self):
        for _ in range(20):
            self.runtime.interrupt()
            time.sleep(0.03)  # on its way from the signal to the code it crosses threads
            self.assertEqual(self.run_cell("1 + 1").text, "2")

    def test_a_hail_of_interrupts_breaks_nothing(self):
        self.run_cell("let kept = 'kept'")
        for gap in (0.01, 0.03):
            for _ in range(20):
                self.runtime.send("x", b"while (true) {}")
                deadline = time.monotonic() + 10
                while not self.runtime.has_reply() and time.monotonic() < deadline:
                    self.runtime.interrupt()
                    time.sleep(gap)
                self.assertEqual(self.runtime.finish().status, 2)
        time.sleep(0.1)
        self.assertEqual(self.run_cell("kept").text, "'kept'")


class Commands(unittest.TestCase):
    def test_reseeding_renews_the_numbers_and_warming_leaves_no_trace(self):
        runtime = RuntimeProcess(ROOT, "node")
        for _ in range(2):
            runtime.send("w")
            self.assertEqual(runtime.expect("k"), b"")
        result = runtime.run("Object.keys(globalThis).filter(name => !/^(set|clear|queue|struct|perf|fetch|atob|btoa|global|crypto)/.test(name))")
        self.assertEqual(json.loads(result.json), ["require", "module", "exports"])
        self.assertEqual((result.output, result.errors), ("", ""))
        drawn = set()
        for _ in range(3):
            runtime.send("s")
            self.assertEqual(runtime.expect("k"), b"")
            numbers = json.loads(runtime.run("Array.from({ length: 1000 }, Math.random)").json)
            self.assertTrue(all(0 <= number < 1 for number in numbers))
            self.assertAlmostEqual(sum(numbers) / 1000, 0.5, delta=0.1)
            drawn.update(numbers)
        self.assertEqual(len(drawn), 3000)
        self.assertEqual(runtime.end(), 0)

    def test_an_end_of_the_process_closes_the_replies(self):
        runtime = RuntimeProcess(ROOT, "node")
        self.assertIsNone(runtime.run("process.kill(process.pid, 'SIGKILL'); for (;;) {}").status)
        self.assertNotEqual(runtime.end(), 0)

    def test_an_unknown_command_ends_the_process(self):
        runtime = RuntimeProcess(ROOT, "node")
        runtime.send("?")
        self.assertIsNone(runtime.receive())
        self.assertNotEqual(runtime.end(), 0)


if __name__ == "__main__":
    unittest.main()
