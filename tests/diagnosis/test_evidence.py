"""Evidence: the decisive line first, then the rest in the log's order, each once and as it stands there."""

from __future__ import annotations

import pytest
from made import REFUSED, diagnosed, failed, job, line_of, stamped, step

from remediate.logs.formats import FORMATS
from remediate.rules.catalog import Catalog

LINES = [f"npm error Missing: gizmo{n}@1.{n}.0 from lock file" for n in range(30)]
SAID = (
    "npm error `npm ci` can only install packages when your package.json and package-lock.json are in sync."
)


@pytest.mark.parametrize(
    "log",
    [
        failed("a", "b", REFUSED, "c", "d"),
        failed(SAID, *LINES, command="npm ci"),
        failed(REFUSED),
        job(step("./a", "x"), step("npm ci", SAID, *LINES[:3], code=1), step("./b", "y")),
        failed("no rule knows this", command="npm ci"),
        f"one\n{REFUSED}\nthree\n".encode(),
        stamped(
            ["\x1b[31mred\x1b[0m", REFUSED, "##[error]Process completed with exit code 7."], newline="\r\n"
        ),
    ],
)
def test_evidence_is_what_stands_in_the_log(log: bytes, catalog: Catalog) -> None:
    found = diagnosed(log, catalog)
    rows, form = log.split(b"\n"), FORMATS[found.format]
    first, *rest = found.evidence
    assert first.role == "decisive"
    assert all(one.role != "decisive" for one in rest)
    assert [one.line for one in rest] == sorted(one.line for one in rest)
    assert len({one.line for one in found.evidence}) == len(found.evidence) <= 12
    for one in found.evidence:
        raw = (
            rows[one.line - 1].replace(b"\x1b[31m", b"").replace(b"\x1b[0m", b"").replace(b"\x1b[36;1m", b"")
        )
        assert form.content(raw).text.decode() == one.text
        if one.offset >= 0:
            assert log.startswith(rows[one.line - 1], one.offset)


def test_context_stands_around_the_decisive_line(catalog: Catalog) -> None:
    log = failed("one", "two", "three", REFUSED, "four", "five", "six")
    at = line_of(log, REFUSED)
    roles = {e.line: (e.role, e.text) for e in diagnosed(log, catalog).evidence}
    assert roles[at] == ("decisive", REFUSED)
    assert [roles[n] for n in (at - 2, at - 1, at + 1, at + 2)] == [
        ("context", "two"), ("context", "three"), ("context", "four"), ("context", "five"),
    ]  # fmt: skip
    assert roles[line_of(log, "##[error]Process")] == ("consequence", "Process completed with exit code 1.")


def test_support_is_of_the_same_cause_and_names_its_rule(catalog: Catalog) -> None:
    found = diagnosed(failed(SAID, *LINES, command="npm ci"), catalog)
    support = [e for e in found.evidence if e.role == "supporting"]
    assert 1 <= len(support) <= 5
    assert all(e.rule and e.rule.startswith("npm-") and e.offset > 0 for e in support)


def test_only_lines_with_text_are_shown(catalog: Catalog) -> None:
    found = diagnosed(failed("", "   ", REFUSED, "", "\t"), catalog)
    assert all(one.text.strip() for one in found.evidence)


def test_step_of_which_no_line_is_known_shows_its_last_words(catalog: Catalog) -> None:
    log = failed("starting", "the grue has no such lantern", "bye", command="pytest -q")
    found = diagnosed(log, catalog)
    shown = {e.text: e for e in found.evidence}
    assert found.cause == "test"
    assert found.evidence[0].role == "decisive"
    assert found.evidence[0].text == "the grue has no such lantern"
    assert shown["bye"].line == line_of(log, "Z bye")
