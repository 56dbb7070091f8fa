"""What a diagnosis promises: the root first, no recovery on a doubt, and "I don't know" with a reason."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from made import (
    COMPILE_ERROR,
    OUT_OF_SYNC,
    OVERCOME,
    PYTEST_BEGINS,
    PYTEST_ENDS,
    REFUSED,
    TEST_FAILED,
    diagnosed,
    failed,
    job,
    line_of,
    passed,
    read,
    stamped,
    step,
    texts,
)  # fmt: skip
from running import ROOT

from remediate.diagnosis.diagnose import Knowledge, conclude
from remediate.diagnosis.ranking import Fit, load_fit
from remediate.model.cause import CAUSES, REASONS
from remediate.rules.catalog import Catalog
from remediate.rules.packs import shipped_packs

# Written out, not taken from the table: a strategy that slips into the table must not slip through here.
HANDS_OFF = frozenset(
    [
        "dependency",
        "out-of-memory",
        "timeout",
        "cancelled",
        "compile",
        "test",
        "lint",
        "config",
        "auth",
        "security",
        "data",
        "policy",
        "human-error",
    ]
)
SCARY = (
    REFUSED,
    "fatal: the world ends",
    COMPILE_ERROR,
    TEST_FAILED,
    "Error: No space left on device",
    "FAILED",
)
TESTS = (PYTEST_BEGINS, "collected 42 items", REFUSED, TEST_FAILED, PYTEST_ENDS)


def test_trouble_of_the_step_is_named_and_its_recovery_recommended(catalog: Catalog) -> None:
    log = failed("fetching", REFUSED)
    found = diagnosed(log, catalog)
    assert (found.cause, found.recovery, found.withheld, found.transient) == ("network", "rerun", None, True)
    assert found.confidence >= 0.85
    assert (found.evidence[0].role, found.evidence[0].line) == ("decisive", line_of(log, REFUSED))
    assert found.evidence[0].text == REFUSED
    assert found.step is not None
    assert (found.step.name, found.step.exit_code) == ("make release", 1)


def test_trouble_in_a_failing_tests_output_is_the_tests(catalog: Catalog) -> None:
    for command in ("pytest -q", "make release"):
        found = diagnosed(failed(*TESTS, command=command), catalog)
        assert (found.cause, found.recovery) == ("test", None)


def test_warning_that_was_retried_and_overcome_is_no_cause(catalog: Catalog) -> None:
    retried = (
        "npm warn network retrying, read ECONNRESET",
        "npm http fetch GET 200",
        "added 12 packages in 3s",
    )
    found = diagnosed(failed(*retried, COMPILE_ERROR), catalog)
    assert (found.cause, found.recovery) == ("compile", None)


@pytest.mark.parametrize("line", SCARY)
def test_scary_line_of_a_job_that_succeeded_is_no_failure(line: str, catalog: Catalog) -> None:
    found = diagnosed(passed("working", line, "going on", command="./run-all"), catalog)
    assert (found.cause, found.reason, found.recovery) == ("unclassified", "no-failure", None)
    assert (found.rule, found.evidence, found.alternatives, found.signature) == (None, (), (), None)


def test_failure_above_the_root_is_an_alternative(catalog: Catalog) -> None:
    log = failed(REFUSED, *["working"] * 30, COMPILE_ERROR, "1 error generated.")
    found = diagnosed(log, catalog)
    assert found.cause == "compile"
    (other,) = [a for a in found.alternatives if a.cause == "network"]
    assert (other.relation, other.line, other.text) == ("alternative", line_of(log, REFUSED), REFUSED)
    assert other.confidence < found.confidence


def test_failure_that_follows_the_root_is_a_consequence(catalog: Catalog) -> None:
    lost = "Error: Unable to find any artifacts for the associated workflow"
    log = job(
        step("make release", COMPILE_ERROR, "1 error generated.", code=2),
        step("./upload", REFUSED, lost, code=1),
    )
    found = diagnosed(log, catalog)
    assert found.cause == "compile"
    assert found.evidence[0].line == line_of(log, COMPILE_ERROR)
    assert {a.relation for a in found.alternatives if a.line > line_of(log, COMPILE_ERROR)} == {"consequence"}
    assert "network" in {a.cause for a in found.alternatives}


def test_alternatives_are_other_causes_strongest_first(catalog: Catalog) -> None:
    found = diagnosed(failed(REFUSED, TEST_FAILED, OUT_OF_SYNC, COMPILE_ERROR), catalog)
    causes = [a.cause for a in found.alternatives]
    assert len(causes) == len(set(causes)) >= 2
    assert found.cause not in causes
    assert [a.confidence for a in found.alternatives] == sorted(
        (a.confidence for a in found.alternatives), reverse=True
    )


def test_recovery_is_null_for_what_a_machine_must_not_touch() -> None:
    assert {name for name, cause in CAUSES.items() if not cause.strategies} == HANDS_OFF
    for pack in shipped_packs():
        for rule in pack.rules:
            assert rule.recovery is None or rule.cause not in HANDS_OFF, rule.id


def test_no_shipped_rule_leads_to_a_recovery_that_its_cause_forbids(catalog: Catalog) -> None:
    told = 0
    for pack in shipped_packs():
        for rule in pack.rules:
            if rule.role != "context":
                found = diagnosed(failed("working", pack.examples[rule.id][0]), catalog)
                assert 0 <= found.confidence < 1, rule.id
                if found.recovery:
                    told += 1
                    assert found.cause not in HANDS_OFF, rule.id
                    assert found.recovery in CAUSES[found.cause].strategies, rule.id
                    assert found.withheld is None, rule.id
    assert told > 50


def test_confidence_of_a_clear_case_is_high_and_of_a_mixed_one_lower(catalog: Catalog) -> None:
    clear = diagnosed(failed(REFUSED), catalog).confidence
    mixed = diagnosed(failed(REFUSED, OUT_OF_SYNC, COMPILE_ERROR, "x"), catalog).confidence
    assert mixed < clear < 1.0


NOTHING_WINS = Fit(provenance={}, ranking={"nothing": 50.0}, calibration={})


def test_log_that_is_empty(catalog: Catalog) -> None:
    for log in (b"", b"\n\n \t\r\n", b"\xef\xbb\xbf"):
        assert diagnosed(log, catalog).reason == "log-empty"


@pytest.mark.parametrize(
    "note",
    [
        b"<Error><Code>BlobNotFound</Code><Message>The specified blob does not exist.</Message></Error>\n",
        b"log not found: 12345\n",
        b"The logs for this run have expired and are no longer available.\n",
    ],
)
def test_log_that_is_missing(note: bytes, catalog: Catalog) -> None:
    assert diagnosed(note, catalog).reason == "log-missing"


def test_note_within_a_log_is_no_missing_log(catalog: Catalog) -> None:
    assert diagnosed(failed(*["x"] * 30, "BlobNotFound"), catalog).reason != "log-missing"


def test_log_that_was_cut(catalog: Catalog) -> None:
    found = diagnosed(job(step("make release", "working"), cleaned=False), catalog)
    assert (found.cause, found.reason) == ("unclassified", "log-cut")


def test_failure_that_no_rule_knows(catalog: Catalog) -> None:
    log = failed("zork", "the grue ate it")
    found = diagnosed(log, catalog)
    assert (found.cause, found.reason, found.confidence) == ("unclassified", "no-rule", 0.0)
    assert [(e.line, e.text) for e in found.evidence] == [
        (line_of(log, "##[error]Process"), "Process completed with exit code 1.")
    ]
    assert found.signature
    assert found.step is not None


def test_complaint_in_a_log_without_marks_that_no_rule_knows(catalog: Catalog) -> None:
    assert diagnosed(b"building\nfatal: zork\n", catalog).reason == "no-rule"
    assert diagnosed(b"building\nall is well\n", catalog).reason == "no-failure"


def test_evidence_that_is_too_weak(catalog: Catalog) -> None:
    found = conclude(read(failed(REFUSED), catalog), Knowledge(catalog, NOTHING_WINS), source="x")
    assert (found.cause, found.reason, found.recovery) == ("unclassified", "weak-evidence", None)
    assert found.title == REASONS["weak-evidence"]


@pytest.mark.parametrize("reason", [None, *REASONS])
def test_document_keeps_its_schema(reason: str | None, catalog: Catalog) -> None:
    logs = {
        None: failed(REFUSED, COMPILE_ERROR, TEST_FAILED),
        "no-failure": passed("fine"),
        "no-rule": failed("zork"),
        "weak-evidence": failed(REFUSED),
        "log-missing": b"log not found\n",
        "log-empty": b"",
        "log-cut": job(step("make release", "working"), cleaned=False),
    }
    fit = NOTHING_WINS if reason == "weak-evidence" else load_fit()
    found = conclude(read(logs[reason], catalog), Knowledge(catalog, fit), source="x")
    assert found.reason == reason
    document = json.loads(msgspec.json.encode(found))
    schema = json.loads((ROOT / "docs" / "diagnosis.schema.json").read_text("utf-8"))
    assert not list(violations(document, schema, schema, "$"))
    assert set(document) == set(schema["$defs"]["Diagnosis"]["required"])


def violations(value: Any, schema: dict[str, Any], root: dict[str, Any], place: str) -> list[str]:
    """Where a value breaks a schema, of the few keywords that ours uses; an unknown one is an error."""
    known = {"$ref", "$schema", "$defs", "title", "description", "default", "type", "const", "enum", "anyOf",
             "properties", "required", "items", "minimum", "maximum"}  # fmt: skip
    assert set(schema) <= known, set(schema) - known
    if "$ref" in schema:
        return violations(value, root["$defs"][schema["$ref"].rsplit("/", 1)[1]], root, place)
    if "anyOf" in schema:
        tries = [violations(value, each, root, place) for each in schema["anyOf"]]
        return [] if [] in tries else [f"{place}: none of anyOf"]
    kinds = {"object": dict, "array": list, "string": str, "null": type(None), "boolean": bool,
             "integer": int, "number": (int, float)}  # fmt: skip
    if "type" in schema and not isinstance(value, kinds[schema["type"]]):
        return [f"{place}: no {schema['type']}: {value!r}"]
    found = [f"{place}: {value!r}"] if "const" in schema and value != schema["const"] else []
    found += (
        [f"{place}: {value!r} is not in the enum"] if "enum" in schema and value not in schema["enum"] else []
    )
    if isinstance(value, (int, float)) and not schema.get("minimum", value) <= value <= schema.get(
        "maximum", value
    ):
        found.append(f"{place}: {value} is out of bounds")
    if isinstance(value, list):
        found += [
            v
            for n, each in enumerate(value)
            for v in violations(each, schema["items"], root, f"{place}[{n}]")
        ]
    if isinstance(value, dict):
        found += [f"{place}.{key}: missing" for key in schema["required"] if key not in value]
        found += [f"{place}.{key}: unknown" for key in value if key not in schema["properties"]]
        for key in set(value) & set(schema["properties"]):
            found += violations(value[key], schema["properties"][key], root, f"{place}.{key}")
    return found


def test_small_validator_objects() -> None:
    schema = json.loads((ROOT / "docs" / "diagnosis.schema.json").read_text("utf-8"))
    assert violations({"schema": "x"}, schema, schema, "$")
    assert violations([], schema, schema, "$")


def test_same_failure_elsewhere_has_the_same_signature(catalog: Catalog) -> None:
    def log(day: str, root: str, runner: str, number: int, seconds: float) -> bytes:
        lines = (
            PYTEST_BEGINS,
            f"rootdir: {root}/shop",
            f"run {number} of the shop",
            f"{root}/shop/tests/test_parser.py:{number}: AssertionError",
            f"FAILED tests/test_parser.py::test_empty - AssertionError: assert {number} == 2",
            f"=================== 1 failed, {number} passed in {seconds:.2f}s ===================",
        )
        return job(step("pytest", *lines, code=1), day=day, runner=runner)

    one = diagnosed(log("2024-05-01", "/home/runner/work", "2.320.0", 41, 3.2), catalog)
    other = diagnosed(log("2025-11-30", "/builds/group", "2.331.1", 812, 71.08), catalog)
    assert one.cause == "test"
    assert one.signature == other.signature


def test_failure_of_another_test_has_another_signature(catalog: Catalog) -> None:
    signs = {
        diagnosed(
            failed(*TESTS[:3], TEST_FAILED.replace("test_empty", name), PYTEST_ENDS, command="pytest"),
            catalog,
        ).signature
        for name in ("test_empty", "test_full", "test_nested")
    }
    assert len(signs) == 3


def test_signature_does_not_hang_on_where_the_failure_stands(catalog: Catalog) -> None:
    early = job(step("./prepare"), step("make release", "x", REFUSED, code=1))
    late = job(step("./prepare", *["noise"] * 500), step("make release", *["y"] * 50, REFUSED, code=1))
    assert diagnosed(early, catalog).signature == diagnosed(late, catalog).signature


def test_job_that_broke_off_after_its_failure_is_still_diagnosed(catalog: Catalog) -> None:
    log = stamped(texts(step("make release", REFUSED, code=1), cleaned=False))
    assert diagnosed(log, catalog).cause == "network"


def test_overcome_trouble_is_not_touched_though_nothing_else_is_known(catalog: Catalog) -> None:
    assert diagnosed(failed(REFUSED, OVERCOME), catalog).recovery is None
