"""The OpenAPI document: valid, complete, and true of every answer of the contract table."""

import pathlib
import re
import unittest

import document
import openapi_spec_validator
import test_contract

DOCUMENTS = pathlib.Path(__file__).parents[2] / "docs"


class OpenAPI(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.document = document.Document()

    def test_it_is_a_valid_document(self):
        openapi_spec_validator.validate(self.document.json)
        self.assertTrue(self.document.json["openapi"].startswith("3.1"))

    def test_every_operation_has_a_row_and_every_route_of_the_table_is_in_it(self):
        asked = set()
        for row in test_contract.ROWS:
            if row.status < 400:
                for _, prefix in row.cases():
                    place = self.document.place(row.method, prefix + row.path)
                    self.assertIsNotNone(place, row)
                    asked.add((row.method, place))
        others = {place for place in self.document.operations - asked if not _is_asked_elsewhere(*place)}
        self.assertEqual(others, set(), "operations of the document that no row asks")


def _is_asked_elsewhere(method, path):
    """What test_asynchronous.py, ClusterTests/DrainTests and NodeTLSTests ask, and names that stand for one another below the two prefixes."""
    if (method, path) == ("DELETE", "/cloister/v1/nodes/{node}"):
        return True
    if re.match(r"/cloister/v1/(authority|join|tokens)\b", path):
        return True
    return re.search(r"/executions/\{[a-z]+\}$", path, re.IGNORECASE) is not None or path == "/openapi.json"
