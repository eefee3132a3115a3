"""What docs/operations.md, docs/monitoring.md and the files of deploy/ say exists."""

import glob
import os
import re
import subprocess
import tempfile
import unittest

import cluster

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.M | re.S)


def text_of(path):
    with open(os.path.join(TOP, path), encoding="utf-8") as file:
        return file.read()


def run(*words):
    return subprocess.run([cluster.current.binary, *words], capture_output=True, text=True, timeout=60)


def unknown_keys(document):
    """What `config check` says of keys that do not exist; what else is wrong with a part of a file is none of this."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        file.write(document)
        file.flush()
        told = run("config", "check", file.name)
    return [line for line in (told.stdout + told.stderr).splitlines() if "there is no key" in line]


class OperationsDocument(unittest.TestCase):
    def test_every_key_exists(self):
        documents = [body for kind, body in FENCE.findall(text_of("docs/operations.md") + text_of("docs/monitoring.md")) if kind == "yaml"]
        self.assertGreater(len(documents), 0)
        documents += [text_of(path) for path in glob.glob("deploy/debian/files/*.yaml", root_dir=TOP)]
        for path in glob.glob("deploy/kubernetes/*.yaml", root_dir=TOP):
            documents += embedded(text_of(path))
        self.assertGreater(len(documents), 4)
        for document in documents:
            self.assertEqual(unknown_keys(document), [], document)
        self.assertTrue(unknown_keys("listen:\n  prot: 1\n"), "the check itself")

    def test_every_command_and_option_exists(self):
        seen = 0
        for kind, body in FENCE.findall(text_of("docs/operations.md") + text_of("docs/monitoring.md")):
            if kind != "sh":
                continue
            for words, rest in re.findall(r"^(?:\./)?cloister ((?:[a-z]+ ?)+)(.*)", body, re.M):
                seen += 1
                help_text = self.help_of(words.split())
                for option in re.findall(r"(--[a-z][a-z-]+)", rest.split("#")[0]):
                    self.assertIn(option, help_text, f"cloister {words}{rest}")
        self.assertGreater(seen, 5)

    def help_of(self, words):
        """The help of the command that some words begin with; what follows them are its arguments."""
        found = run(words[0], "--help")
        self.assertEqual(found.returncode, 0, words)
        if len(words) > 1 and "SUBCOMMANDS" in found.stdout:
            self.assertRegex(found.stdout, rf"\n  {words[1]}\b", f"cloister {' '.join(words)}")
            found = run(words[0], words[1], "--help")
        return found.stdout

    def test_every_setting_in_prose_exists(self):
        known = text_of("docs/configuration.md")
        for key in re.findall(r"`((?:listen|audit|tls|capacity|store|rateLimit)\.[a-zA-Z.]+)`", text_of("docs/operations.md")):
            self.assertTrue(f"| `{key}` |" in known, key)


def embedded(manifest):
    """The configuration files in a ConfigMap."""
    found, lines = [], manifest.splitlines()
    for number, line in enumerate(lines):
        if re.fullmatch(r"  \w+\.yaml: \|", line):
            body = []
            for following in lines[number + 1 :]:
                if not following.startswith("    "):
                    break
                body.append(following[4:])
            found.append("\n".join(body) + "\n")
    return found
