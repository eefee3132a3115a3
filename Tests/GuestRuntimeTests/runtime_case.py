"""What the tests of a runtime have in common."""

import os
import unittest

from runtime_process import RuntimeProcess

ROOT = os.environ["CLOISTER_TEST_ROOT"]


class RuntimeTestCase(unittest.TestCase):
    """A runtime for each class of tests."""

    kind = "python"

    @classmethod
    def setUpClass(cls):
        cls.runtime = RuntimeProcess(ROOT, cls.kind)

    @classmethod
    def tearDownClass(cls):
        cls.runtime.end()

    def run_cell(self, code, status=0, **options):
        result = self.runtime.run(code, **options)
        self.assertEqual(result.status, status, (code, result.error, result.message, result.errors))
        return result
