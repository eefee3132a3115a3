"""The OpenAPI document that the server serves, and whether answers are what it says."""

import re

import jsonschema
import referencing
import referencing.jsonschema
import wire

METHODS = ("get", "post", "put", "delete", "head", "patch")


class Document:
    def __init__(self):
        answer = wire.send("GET", "/openapi.json", key=None)
        if answer.status != 200:
            raise AssertionError(answer)
        self.json = answer.json
        resource = referencing.Resource.from_contents(self.json, referencing.jsonschema.DRAFT202012)
        self.registry = referencing.Registry().with_resource("document:", resource)
        self.paths = [
            (re.compile(_expression(server["url"].rstrip("/") + path), re.IGNORECASE), path)
            for path, item in self.json["paths"].items()
            for server in item.get("servers", self.json.get("servers", [{"url": "/"}]))
        ]

    @property
    def operations(self):
        """(method, path) of everything that the document has."""
        return {
            (method.upper(), path) for path, item in self.json["paths"].items() for method in item if method in METHODS
        }

    def place(self, method, path):
        """The path of the document that a request is for; the one with the fewest parameters."""
        path = "/" + "/".join(part for part in path.split("?")[0].split("/") if part)
        known = "get" if method == "HEAD" else method.lower()
        fitting = [
            each for expression, each in self.paths if expression.fullmatch(path) and known in self.json["paths"][each]
        ]
        return min(fitting, key=lambda each: (each.count("{"), -len(each)), default=None)

    def complaint(self, method, path, answer):
        """Why an answer is not what the document says, or None."""
        place = self.place(method, path)
        if place is None:
            return None if answer.status in (404, 405) else f"the document has no {method} {path}"
        known = "get" if method == "HEAD" else method.lower()
        pointer = f"/paths/{_escaped(place)}/{known}/responses"
        responses = self.json["paths"][place][known]["responses"]
        status = next(
            (each for each in (str(answer.status), f"{answer.status // 100}XX", "default") if each in responses), None
        )
        if status is None:
            return f"{method} {place} has no answer {answer.status}"
        response, pointer = self._resolved(responses[status], f"{pointer}/{status}")
        if method == "HEAD" or not answer.body:
            return None
        label = answer.header("content-type").split(";")[0]
        content = response.get("content", {})
        kind = next((each for each in (label, "application/octet-stream", "*/*") if each in content), None)
        if kind is None:
            return f"{method} {place} {status} is no {label}"
        if not label.endswith("json") or "schema" not in content[kind]:
            return None
        reference = f"document:#{pointer}/content/{_escaped(kind)}/schema"
        validator = jsonschema.Draft202012Validator({"$ref": reference}, registry=self.registry)
        errors = [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(answer.json)]
        return f"{method} {place} {status}: {errors}" if errors else None

    def _resolved(self, value, pointer):
        while "$ref" in value:
            pointer = value["$ref"].removeprefix("#")
            value = self.json
            for part in pointer.strip("/").split("/"):
                value = value[part.replace("~1", "/").replace("~0", "~")]
        return value, pointer


def _expression(path):
    # A file's name may hold slashes.
    parts = [
        ".+" if part in ("{name}", "{path}", "{file}") else "[^/]+" if part.startswith("{") else re.escape(part)
        for part in path.split("/")
    ]
    return "/".join(parts)


def _escaped(part):
    return part.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D").replace("*", "%2A")
