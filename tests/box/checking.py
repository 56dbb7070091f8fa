"""Whether a request and its answer are what GitHub's description says they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from .calls import Answer
from .description import Description, Found, Operation

_DIALECT = "http://json-schema.org/draft-07/schema#"
_DROPPED = ("example", "examples", "x-github", "description", "externalDocs", "readOnly", "deprecated", "xml")
# Formats that are no promise about JSON, or that JSON Schema means otherwise.
_LOOSE_FORMATS = frozenset({"uri-template", "repo.nwo", "binary", "timestamp", "int64", "int32", "double"})
# Every operation can answer these, described there or not; they carry a message.
_ERRORS = frozenset({400, 401, 403, 404, 405, 406, 408, 409, 410, 413, 415, 422, 429, 451, 500, 502, 503})
# PyGithub sends these with every list, also where there are no pages; GitHub passes over them.
_PAGES = ("page", "per_page")
# The description allows a bare list of names in words only.
_BARE_LISTS = ("/repos/{owner}/{repo}/issues/{issue_number}/labels",)
# Described as a moment, but it takes the spans of GitHub's search.
_SPANS = ("created",)
_SHOWN = 3


def translate(told: Any, *, closed: bool) -> Any:
    """A schema of OpenAPI 3.0 as JSON Schema; `closed` refuses properties that are not named."""
    if isinstance(told, list):
        return [translate(part, closed=closed) for part in told]
    if not isinstance(told, dict):
        return told
    made = {key: held for key, held in told.items() if key not in _DROPPED or isinstance(held, dict)}
    if isinstance(made.get("format"), str) and made["format"] in _LOOSE_FORMATS:
        del made["format"]
    # Some alternatives of the description overlap: an error is of several kinds at once.
    if "oneOf" in made and "anyOf" not in made:
        made["anyOf"] = made.pop("oneOf")
    empty = made.pop("nullable", False) is True
    if made.get("format") == "uri" and made.get("default") == "":
        del made["format"]
    if isinstance(made.get("properties"), dict):
        properties = made["properties"]
        made["properties"] = {name: translate(part, closed=closed) for name, part in properties.items()}
        if closed and "additionalProperties" not in made and "allOf" not in made:
            made["additionalProperties"] = False
    made = {
        k: held if k in ("properties", "enum", "default") else translate(held, closed=closed)
        for k, held in made.items()
    }
    return {"anyOf": [made, {"type": "null"}]} if empty else made


class Checks:
    """Compiles a validator for an operation when it is first met."""

    def __init__(self, description: Description) -> None:
        self.description = description
        self._validators: dict[tuple[str, str, str], Any] = {}

    def request(self, found: Found, query: Mapping[str, str], body: bytes) -> Iterator[str]:
        """What is wrong with a request."""
        operation = found.operation
        where = f"{operation.method} {operation.template}: "
        known = {*operation.parameters_in("query"), *(_PAGES if operation.method == "GET" else ())}
        for name in sorted(set(query) - known):
            yield f"{where}no such query parameter: {name}"
        for place, given in (("path", found.params), ("query", query)):
            for name, parameter in operation.parameters_in(place).items():
                yield from (where + fault for fault in self._parameter(operation, name, parameter, given))
        yield from (where + fault for fault in self._request_body(operation, body))

    def answer(self, operation: Operation, answer: Answer) -> Iterator[str]:
        """What is wrong with an answer."""
        if answer.status == 304:
            return
        where = f"{operation.method} {operation.template}: answer {answer.status}: "
        told = self.description.resolve(operation.told["responses"].get(str(answer.status)))
        if told is None:
            yield from (where + fault for fault in _undescribed(answer))
            return
        for name in self.description.resolve(told).get("headers", {}):
            if name.lower() == "location" and not any(held.lower() == "location" for held in answer.headers):
                yield f"{where}without the header {name}"
        content = told.get("content", {})
        kind: Any = content.get("application/json") or next(iter(content.values()), {})
        schema = kind.get("schema")
        if not content:
            # GitHub gives errors a message also where the description shows nothing.
            if answer.body not in (None, b"", {}) and answer.status < 400:
                yield f"{where}a body where none is described"
        elif schema is not None and not isinstance(answer.body, bytes):
            # Through JSON, so that the very document that a client sees is judged.
            seen = json.loads(answer.bytes() or b"null")
            key = (operation.method, operation.template, f"answer {answer.status}")
            yield from (where + fault for fault in self._judge(key, schema, seen, closed=False))

    def _parameter(
        self, operation: Operation, name: str, parameter: Mapping[str, Any], given: Mapping[str, str]
    ) -> Iterator[str]:
        if name not in given:
            if parameter.get("required"):
                yield f"the {parameter['in']} parameter {name} is missing"
            return
        schema = (
            {"type": "string"} if name in _SPANS else self.description.resolve(parameter.get("schema", {}))
        )
        key = (operation.method, operation.template, f"{parameter['in']} {name}")
        for fault in self._judge(key, schema, _typed(schema, given[name]), closed=False):
            yield f"{parameter['in']} parameter {name}: {fault}"

    def _request_body(self, operation: Operation, body: bytes) -> Iterator[str]:
        told = self.description.resolve(operation.told.get("requestBody"))
        if told is None:
            # Clients send an empty object with a bare POST, which GitHub lets pass.
            if body.strip() not in (b"", b"{}", b"null"):
                yield "a body where none is described"
            return
        if not body.strip():
            if told.get("required"):
                yield "the body is missing"
            return
        try:
            seen = json.loads(body)
        except ValueError:
            yield "the body is no JSON"
            return
        if isinstance(seen, list) and operation.template in _BARE_LISTS:
            seen = {"labels": seen}
        schema = told["content"].get("application/json", {}).get("schema", {})
        yield from self._judge((operation.method, operation.template, "request"), schema, seen, closed=True)

    def _judge(self, key: tuple[str, str, str], schema: Any, seen: Any, *, closed: bool) -> Iterator[str]:
        validator = self._validators.get(key)
        if validator is None:
            validator = self._validators[key] = self._compile(schema, closed=closed)
        for at, error in enumerate(validator.iter_errors(seen)):
            if at == _SHOWN:
                yield "and more"
                return
            place = "/".join(str(part) for part in error.instance_path)
            yield f"body at /{place}: {error.message[:300]}"

    def _compile(self, schema: Any, *, closed: bool) -> Any:
        parts: dict[str, Any] = {}
        whole: dict[str, Any] = {
            "$schema": _DIALECT,
            "allOf": [self._gather(translate(schema, closed=closed), parts, closed)],
        }
        whole["components"] = {"schemas": parts}
        return jsonschema_rs.validator_for(whole, validate_formats=True)

    def _gather(self, schema: Any, parts: dict[str, Any], closed: bool) -> Any:
        """The schema, with all that it refers to put into `parts`."""
        waiting = [schema]
        while waiting:
            held = waiting.pop()
            if isinstance(held, list):
                waiting.extend(held)
            elif isinstance(held, dict):
                reference = held.get("$ref")
                if isinstance(reference, str):
                    name = reference.rsplit("/", 1)[-1]
                    if name not in parts:
                        parts[name] = translate(self.description.resolve(held), closed=closed)
                        waiting.append(parts[name])
                waiting.extend(held.values())
        return schema


def _undescribed(answer: Answer) -> Iterator[str]:
    if answer.status not in _ERRORS:
        yield "a status that is not described"
    elif not isinstance(answer.body, dict) or not isinstance(answer.body.get("message"), str):
        yield "an error without a message"


def _typed(schema: Any, text: str) -> Any:
    """A parameter as the type that its schema wants, the text itself when it is none."""
    kinds = [schema.get("type")] + [part.get("type") for part in schema.get("oneOf", schema.get("anyOf", ()))]
    if "integer" in kinds and text.lstrip("-").isdigit():
        return int(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    if schema.get("type") == "array":
        return text.split(",")
    return text
