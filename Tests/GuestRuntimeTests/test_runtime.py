"""The promises that deploy/guest/README.md makes about the Python runtime."""

import json
import struct
import unittest
import zlib

from runtime_case import ROOT, RuntimeTestCase
from runtime_process import RuntimeProcess

MIB = 1 << 20


class Values(RuntimeTestCase):
    def check(self, code, text, value):
        result = self.run_cell(code)
        self.assertEqual(result.text, text)
        self.assertEqual(result.output, "")
        self.assertEqual(None if result.json is None else json.loads(result.json), value)

    def test_numbers_strings_and_containers_come_as_text_and_json(self):
        self.check("1 + 1", "2", 2)
        self.check("'a\"b'", "'a\"b'", 'a"b')
        self.check("[1, (2.5, None), {'k': True, 3: 'é'}]", "[1, (2.5, None), {'k': True, 3: 'é'}]",
                   [1, [2.5, None], {"k": True, "3": "é"}])  # fmt: skip

    def test_nan_and_infinity_become_null(self):
        self.check("[float('nan'), float('inf'), 1.5]", "[nan, inf, 1.5]", [None, None, 1.5])

    def test_numpy_scalars_become_plain_values(self):
        self.check(
            "import numpy as np\n[np.int64(3), np.float32(0.5), np.bool_(True), np.nan]", "[3, 0.5, True, nan]",
            [3, 0.5, True, None],
        )  # fmt: skip

    def test_arrays_frames_and_objects_come_as_text_only(self):
        self.check("import numpy as np\nnp.arange(3)", "array([0, 1, 2])", None)
        self.check("import pandas as pd\npd.DataFrame({'a': [1]})", "   a\n0  1", None)
        self.check("{1, 2}", "{1, 2}", None)
        self.check("[1, {2}]", "[1, {2}]", None)

    def test_none_assignments_and_semicolons_have_no_value(self):
        for code in ("None", "x = 5", "1 + 1;", "print(end='')", "", "# nothing"):
            result = self.run_cell(code)
            self.assertIsNone(result.text)
            self.assertIsNone(result.json)

    def test_large_values_are_cut(self):
        result = self.run_cell("'é' * 10_000_000")
        self.assertLessEqual(len(result.text.encode()), 4 * MIB)
        self.assertTrue(result.was_cut)
        self.assertTrue(result.text.endswith("[cut: the text has 20000002 bytes]"))
        self.assertIsNone(result.json)
        result = self.run_cell("list(range(1_000_000))")
        self.assertIsNone(result.json)
        self.assertTrue(result.was_cut)
        self.assertFalse(self.run_cell("list(range(1000))").was_cut)

    def test_odd_values_do_no_harm(self):
        self.assertIsNone(self.run_cell("x = []\nx.append(x)\nx").json)
        self.assertIsNone(self.run_cell("'\\ud800'").json)
        self.run_cell("10 ** 5000 > 0")
        self.run_cell("class Bad:\n    def __repr__(self): raise ValueError('no repr')\nBad()")

    def test_former_values_are_kept_but_not_all(self):
        self.run_cell("41")
        self.assertEqual(self.run_cell("_ + 1").text, "42")
        for _ in range(40):
            result = self.run_cell("0")
        self.assertEqual(result.errors, "")
        self.assertLessEqual(int(self.run_cell("len(Out)").text), 32)


class ManyCells(RuntimeTestCase):
    def test_the_texts_of_former_cells_are_kept_but_not_all(self):
        self.run_cell("def fails(): return 1 / 0")
        for number in range(1_100):
            self.run_cell(f"x = {number}")
        self.assertIn("x = 1099", self.run_cell("_i").text)
        kept = self.run_cell("import linecache\n[sum(n.startswith('_i') and n[2:].isdigit() for n in globals()),"
                             " sum(map(bool, In)), sum(n.startswith('<ipython') for n in linecache.cache)]")  # fmt: skip
        self.assertEqual(json.loads(kept.json), [1_000, 1_000, 1_000])
        self.assertIn("in fails", self.run_cell("fails()", status=1).errors)


class WhatIPythonWouldDo(RuntimeTestCase):
    """Cells of plain Python take a short way past IPython; nobody shall notice."""

    def values(self, *codes):
        return [self.run_cell(code).text for code in codes]

    def test_only_the_last_expression_has_a_value(self):
        self.assertEqual(self.values("for i in range(2): i", "if True: 5", "1; 2", "1\n2", "(1,\n 2)"),
                         [None, None, "2", "2", "(1, 2)"])  # fmt: skip
        self.assertEqual(self.values("x = ';'\nx", "'a;b'", "3 # ;", "3; # quiet"), ["';'", "'a;b'", "3", None])
        result = self.run_cell("import sys\nsys.displayhook = print")
        self.assertEqual((result.errors, *self.values("7")), ("", "7"))

    def test_cells_that_cannot_be_compiled_say_so_and_count(self):
        former = int(self.run_cell("len(In)").text)
        for code, name in (("1 +", "SyntaxError"), ("x = 1\n  y = 2", "IndentationError"),
                           ("return 5", "SyntaxError"), ("print('before')\nreturn 5", "SyntaxError")):  # fmt: skip
            result = self.run_cell(code, status=1)
            self.assertEqual(result.error, name, code)
            self.assertIn(name, result.errors)
        self.assertEqual(result.output, "before\n")
        self.assertEqual(self.values(" 1", "len(In)"), ["1", str(former + 6)])

    def test_what_was_set_for_later_cells_holds(self):
        self.run_cell("from __future__ import annotations")
        self.assertEqual(self.run_cell("def f(x: nothing): pass\nf.__annotations__").text, "{'x': 'nothing'}")
        shell = "get_ipython()"
        self.run_cell(f"{shell}.ast_node_interactivity = 'all'")
        self.assertEqual(self.run_cell("3; 'a' 'b'\nx = 1").text, "'ab'")
        self.run_cell(f"{shell}.ast_node_interactivity = 'last_expr'")
        self.run_cell(f"def seen(info): print('seen', info.raw_cell)\n{shell}.events.register('pre_run_cell', seen)")
        self.assertEqual(self.run_cell("x = 1").output, "seen x = 1\n")
        self.run_cell(f"{shell}.events.unregister('pre_run_cell', seen)")

    def test_formatters_of_the_users_are_asked(self):
        texts = "get_ipython().display_formatter.formatters['text/plain']"
        self.run_cell(f"{texts}.for_type(int, lambda value, printer, cycle: printer.text(f'<{{value}}>'))")
        self.assertEqual(self.values("5", "'s'", "True"), ["<5>", "'s'", "True"])
        self.run_cell(f"{texts}.type_printers.pop(int)")
        self.run_cell("%precision 2")
        self.assertEqual(self.values("3.14159"), ["3.14"])
        self.run_cell("%precision %r")
        self.assertEqual(self.values("3.25"), ["3.25"])
        self.assertIn("digits", self.run_cell("10 ** 5000").errors)


class Output(RuntimeTestCase):
    def test_streams_are_apart_and_complete_when_the_cell_ends(self):
        result = self.run_cell("import sys\nprint('out', end='')\nsys.stderr.write('err')\nNone")
        self.assertEqual((result.output, result.errors), ("out", "err"))

    def test_children_write_in_their_turn(self):
        result = self.run_cell("print('1', end=' ')\n!echo 2\nimport subprocess\nsubprocess.run('echo 3', shell=True)\nprint(4)")
        self.assertEqual(result.output, "1 2\n3\n4\n")

    def test_large_output_does_not_block(self):
        self.assertEqual(len(self.run_cell("print('x' * 10_000_000)").output), 10_000_001)

    def test_closed_and_redirected_descriptors_are_repaired(self):
        self.run_cell("import os\nos.close(0); os.close(1); os.close(2)")
        self.assertEqual(self.run_cell("print('back')\n!echo too").output, "back\ntoo\n")
        self.run_cell("import sys\nsys.stdout.close()")
        self.assertEqual(self.run_cell("print('again')").output, "again\n")
        self.run_cell("sys.stderr = None\n1 / 0", status=1)
        self.assertIn("division", self.run_cell("1 / 0", status=1).errors)

    def test_a_replaced_stdout_stays_until_the_code_puts_it_back(self):
        self.run_cell("import io, sys\nkept, sys.stdout = sys.stdout, io.StringIO()")
        self.assertEqual(self.run_cell("print('caught')").output, "")
        self.assertEqual(self.run_cell("text, sys.stdout = sys.stdout.getvalue(), kept\ntext").text, "'caught\\n'")

    def test_a_descriptor_made_nonblocking_is_repaired(self):
        self.run_cell("import os\nos.set_blocking(1, False)")
        self.assertEqual(len(self.run_cell("print('x' * 1_000_000)").output), 1_000_001)

    def test_threads_may_print_later(self):
        self.run_cell("import threading, time\nt = threading.Thread(target=lambda: (time.sleep(.2), print('late')))\nt.start()")
        self.assertEqual(self.run_cell("t.join()").output, "late\n")

    def test_forks_have_no_part_in_the_replies(self):
        result = self.run_cell("import os\npid = os.fork()\nif pid:\n    os.waitpid(pid, 0)\nelse:\n    print('child')\npid > 0")
        self.assertEqual((result.output, result.text), ("child\n", "True"))
        result = self.run_cell("from multiprocessing import Pool\ndef f(x): return x * x\nwith Pool(2) as p: r = p.map(f, [1, 2])\nr")
        self.assertEqual(result.text, "[1, 4]")

    def test_children_do_not_inherit_the_channel(self):
        result = self.run_cell("import subprocess, sys\nprint(subprocess.run(['ls', '/proc/self/fd'], capture_output=True, "
                               "text=True, close_fds=False).stdout)")  # fmt: skip
        self.assertEqual(result.output.split(), ["0", "1", "2", "3"])  # 3 is the folder that ls reads


class IPython(RuntimeTestCase):
    def test_magics(self):
        self.assertIn("loops each", self.run_cell("%timeit -n2 -r2 1").output + "loops each")
        self.assertEqual(self.run_cell("%%bash\necho $((1 + 2))").output, "3\n")
        self.assertEqual(self.run_cell("names = !echo a; echo b\nlist(names)").text, "['a', 'b']")
        self.assertIn("pip 2", self.run_cell("%pip --version").output)
        self.assertIn("Signature: len", self.run_cell("len?").output)

    def test_await_at_top_level(self):
        self.assertEqual(self.run_cell("import asyncio\nawait asyncio.sleep(0, 'slept')").text, "'slept'")
        self.assertEqual(self.run_cell("asyncio.run(asyncio.sleep(0, 'run'))").text, "'run'")

    def test_errors_have_name_message_and_traceback(self):
        result = self.run_cell("def f():\n    return 1 / 0\nf()", status=1)
        self.assertEqual((result.error, result.message), ("ZeroDivisionError", "division by zero"))
        self.assertIn("----> 3 f()", result.errors)
        self.assertNotIn("\x1b", result.errors)
        self.assertEqual(result.output, "")
        self.assertEqual(self.run_cell("def f(:", status=1).error, "SyntaxError")
        self.assertEqual(len(self.run_cell("raise ValueError('x' * 9999)", status=1).message), 4096 - len("ValueError") - 1)

    def test_input_says_why_it_fails(self):
        result = self.run_cell("input('name? ')", status=1)
        self.assertEqual(result.error, "EOFError")
        self.assertIn("without a keyboard", result.message)

    def test_what_ipython_adds_to_python_is_found_wherever_it_stands(self):
        cases = {
            "pwd": "'/mnt/data'",
            "x = %pwd\nx": "'/mnt/data'",
            "  6 * 7": "42",
            "\n\n6 * 7": "42",
            ">>> y = 6\n>>> y * 7": "42",
            "In [1]: 6 * 7": "42",
            "[ins] In [1]: 6 * 7": "42",
            "6 * 7\r\n": "42",
            "z = !echo hi\nz[0]": "'hi'",
            "/abs -42": "42",
            "def one():\n    return 1\n\none()": "1",
            "7 % 4": "3",
            "6 != 7": "True",
            "import asyncio\nawait asyncio.sleep(0, 42)": "42",
        }
        for code, text in cases.items():
            self.assertEqual(self.run_cell(code).text, text, code)
        self.run_cell("%macro -q again 1\nabs = 5")
        self.run_cell("get_ipython().input_transformers_cleanup.append(lambda lines: [line.replace('six', '6') for line in lines]);")
        self.assertEqual(self.run_cell("six * 7").text, "42")
        self.run_cell("%autocall 1")
        self.assertEqual(self.run_cell("len 'abc'").text, "3")

    def test_leaving_does_not_end_the_runtime(self):
        self.run_cell("x = 'kept'")
        for code in ("exit()", "quit()", "exit", "import sys; sys.exit(3)", "raise SystemExit"):
            self.assertEqual(self.run_cell(code, status=1).error, "SystemExit")
        self.assertEqual(self.run_cell("x").text, "'kept'")

    def test_the_debugger_does_not_wait(self):
        self.assertEqual(self.run_cell("breakpoint()\n1", status=1).error, "BdbQuit")

    def test_modules_are_found_in_the_working_folder(self):
        result = self.run_cell("%%writefile mine.py\nanswer = 42")
        self.assertEqual(self.run_cell("import mine, os\nmine.answer, os.getcwd()").text, "(42, '/mnt/data')")
        self.assertEqual(self.run_cell("!python mine.py && echo fine").output, "fine\n", result.errors)

    def test_objects_of_the_session_can_be_pickled(self):
        self.assertEqual(self.run_cell("import pickle\nclass A: pass\ntype(pickle.loads(pickle.dumps(A()))) is A").text, "True")

    def test_the_library_is_complete(self):
        self.run_cell("import numpy, pandas, scipy.stats, sklearn.linear_model, sympy, requests, openpyxl, PIL, tabulate, "
                      "pkg_resources, bs4, lxml, yaml, seaborn, tqdm, xlsxwriter")  # fmt: skip
        self.assertEqual(self.run_cell("sympy.integrate(sympy.sin(sympy.Symbol('x')))").text, "-cos(x)")
        for command in ("node --version", "git --version", "jq --version", "curl --version", "unzip -v", "zip -v", "ps", "file /bin/ls"):
            self.assertEqual(self.run_cell(f"!{command} > /dev/null\n_exit_code").text, "0", command)


class Figures(RuntimeTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.runtime.run("import matplotlib.pyplot as plt")

    def check_sizes(self, images, count):
        self.assertEqual(len(images), count)
        for image in images:
            self.assertEqual(image[:8], b"\x89PNG\r\n\x1a\n")

    def test_matplotlib_is_not_loaded_before_it_is_wanted(self):
        runtime = RuntimeProcess(ROOT)
        self.assertEqual(runtime.run("import sys\n[m for m in ('matplotlib', 'numpy', 'pandas') if m in sys.modules]").text, "[]")
        self.assertEqual(len(runtime.run("import matplotlib.pyplot as plt\nplt.plot([1]);").images), 1)
        self.assertEqual(runtime.end(), 0)

    def test_open_figures_are_sent_once_and_closed(self):
        result = self.run_cell("import matplotlib.pyplot as plt\nfor i in 1, 2:\n    plt.figure()\n    plt.plot([i])")
        self.check_sizes(result.images, 2)
        self.assertEqual((result.output, result.errors), ("", ""))
        self.check_sizes(self.run_cell("plt.get_fignums()").images, 0)
        self.check_sizes(self.run_cell("plt.figure();").images, 0)  # nothing on it

    def test_show_sends_at_once(self):
        self.check_sizes(self.run_cell("plt.plot([1]); plt.show(); plt.plot([2]); plt.show()").images, 2)
        result = self.run_cell("fig = plt.figure(); plt.plot([1]); fig.show()")
        self.check_sizes(result.images, 1)
        self.assertEqual(result.errors, "")

    def test_a_displayed_figure_is_not_sent_twice(self):
        self.check_sizes(self.run_cell("fig, ax = plt.subplots(); ax.plot([1]); fig").images, 1)
        self.check_sizes(self.run_cell("fig, ax = plt.subplots(); ax.plot([1]); display(fig)").images, 1)

    def test_notebook_idioms(self):
        self.check_sizes(self.run_cell("%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\nplt.plot([1]);").images, 1)
        self.run_cell("%config InlineBackend.figure_format = 'png'")
        self.check_sizes(self.run_cell("import matplotlib\nmatplotlib.use('Agg')\nplt.plot([1]); plt.savefig('a.png')").images, 1)
        self.assertEqual(self.run_cell("matplotlib.use('module://cloister_figures')").errors, "")

    def test_pictures_of_other_kinds(self):
        png = self.picture()
        with self.subTest("display(Image)"):
            result = self.run_cell(f"from IPython.display import Image\ndisplay(Image(data={png!r}))\nprint('after')")
            self.assertEqual(result.images, [png])
            self.assertEqual(result.output, "after\n")
        with self.subTest("_repr_png_"):
            self.assertEqual(self.run_cell(f"class P:\n    def _repr_png_(self): return {png!r}\nP()").images, [png])
        with self.subTest("PIL"):
            self.check_sizes(self.run_cell("import PIL.Image\nPIL.Image.new('RGB', (3, 3))").images, 1)
        with self.subTest("text"):
            self.assertEqual(self.run_cell("display([1], 'a')").output, "[1]\n'a'\n")

    def test_a_figure_that_cannot_be_drawn_is_an_error(self):
        self.run_cell("plt.plot([1]); plt.title('$\\\\frac{1$');", status=1)
        self.check_sizes(self.run_cell("plt.plot([1]);").images, 1)

    @staticmethod
    def picture():
        def chunk(kind, data):
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0\0")) + chunk(b"IEND", b"")


class Commands(RuntimeTestCase):
    def test_reseeding_gives_every_copy_its_own_numbers(self):
        self.run_cell("import random, ssl, uuid, tempfile, numpy as np")
        draw = "(random.random(), np.random.rand(), uuid.uuid1().node, next(tempfile._get_candidate_names()))"
        drawn = []
        for _ in range(2):
            self.run_cell("random.seed(1); np.random.seed(1); own = np.random.default_rng(7);")
            self.runtime.send("s")
            self.assertEqual(self.runtime.expect("k"), b"")
            drawn.append(self.run_cell(draw).text.split(","))
        for one, other in zip(*drawn):
            self.assertNotEqual(one, other)
        self.assertEqual(self.run_cell("own.random() == np.random.default_rng(7).random()").text, "True")

    def test_a_warm_runtime_is_reseeded_too_with_the_numbers_that_it_would_have_given(self):
        runtime = RuntimeProcess(ROOT)
        runtime.send("w")
        self.assertEqual(runtime.expect("k"), b"")
        twister = "np.random.mtrand._rand._bit_generator.state['state']"
        look = f"import numpy as np\nkey = {twister}\nint(key['pos']), len(set(map(int, key['key'])))"
        runtime.send("s")
        self.assertEqual(runtime.expect("k"), b"")
        position, different = eval(runtime.run(look).text)
        self.assertEqual(position, 624)
        self.assertGreater(different, 600)
        first = runtime.run("np.random.rand(3).tolist(), np.random.randn()").text
        runtime.run("np.random.seed(1); np.random.randn();")
        runtime.send("s")
        self.assertEqual(runtime.expect("k"), b"")
        self.assertNotEqual(runtime.run("np.random.rand(3).tolist(), np.random.randn()").text, first)
        self.assertEqual(runtime.run("np.random.mtrand._rand.get_state(legacy=False)['has_gauss']").text, "1")
        self.assertEqual(runtime.end(), 0)

    def test_warming_up_again_leaves_nothing_behind_either(self):
        runtime = RuntimeProcess(ROOT)
        for _ in range(2):
            runtime.send("w")
            self.assertEqual(runtime.expect("k"), b"")
        result = runtime.run("[n for n in dir() if n in ('np', 'pd', 'numbers', '_')], len(In), Out")
        self.assertEqual(result.text, "([], 2, {})")
        self.assertEqual((result.output, result.errors), ("", ""))
        self.assertEqual(runtime.end(), 0)

    def test_warming_up_leaves_nothing_behind_but_speed(self):
        runtime = RuntimeProcess(ROOT)
        runtime.send("w")
        self.assertEqual(runtime.expect("k"), b"")
        result = runtime.run("import sys\n[m in sys.modules for m in ('numpy', 'pandas', 'matplotlib.pyplot')]")
        self.assertEqual(result.text, "[True, True, True]")
        self.assertEqual((result.output, result.errors), ("", ""))
        self.assertEqual(runtime.run("[n for n in dir() if n in ('np', 'pd', 'plt', 'f', 'frame')], len(In)").text, "([], 3)")
        self.assertEqual(len(runtime.run("import matplotlib.pyplot as plt; plt.plot([1]);").images), 1)
        self.assertEqual(runtime.end(), 0)

    def test_an_end_of_the_process_closes_the_replies(self):
        runtime = RuntimeProcess(ROOT)
        self.assertIsNone(runtime.run("import os; os._exit(3)").status)
        self.assertEqual(runtime.end(), 3)

    def test_an_unknown_command_ends_the_process(self):
        runtime = RuntimeProcess(ROOT)
        runtime.send("?")
        self.assertIsNone(runtime.receive())
        self.assertNotEqual(runtime.end(), 0)


if __name__ == "__main__":
    unittest.main()
