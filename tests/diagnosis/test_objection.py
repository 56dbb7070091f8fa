"""Each reason for which a recovery is withheld, and that none of them speaks where it should not."""

from __future__ import annotations

import pytest
from made import (
    COMPILE_ERROR,
    OVERCOME,
    PYTEST_BEGINS,
    REFUSED,
    TEST_FAILED,
    diagnosed,
    failed,
    job,
    line_of,
    read,
    step,
)  # fmt: skip

from remediate.diagnosis.candidates import Candidate, nominate
from remediate.diagnosis.objection import objection
from remediate.diagnosis.scene import survey
from remediate.rules.catalog import Catalog

FETCH = step("./fetch", REFUSED, code=7)

WITHHELD: dict[str, tuple[str, bytes]] = {
    "outside": (
        "the line stands outside of the step that failed",
        job(step("./fetch", REFUSED), step("make release", "zork", code=2)),
    ),
    "tests": ("the line stands in a test's own output", failed(PYTEST_BEGINS, "collected 9 items", REFUSED)),
    "overcome": ("a later line says that the trouble was overcome", failed(REFUSED, OVERCOME)),
    "another step": (
        "another step failed as well, for another reason",
        job(FETCH, step("./report", COMPILE_ERROR, code=2)),
    ),
    "judging step": (
        "the step only runs tests or checks, which fetch nothing themselves",
        failed(REFUSED, command="pytest"),
    ),
    "defect above": ("the same step also shows", failed(COMPILE_ERROR, REFUSED)),
    "sign of a defect below": ("the same step also shows", failed(REFUSED, "AssertionError: 1 != 2")),
    "unjudged": (
        "nothing in the log says that the job failed, and it goes on below the line",
        f"fetching\n{REFUSED}\none\ntwo\nthree\nfour\n".encode(),
    ),
}


def trouble(log: bytes, catalog: Catalog) -> tuple[Candidate, str | None]:
    """The candidate of the refused connection, and what is objected to healing it."""
    reading = read(log, catalog)
    scene = survey(reading, catalog)
    candidates = nominate(reading, catalog, scene)
    (root,) = [c for c in candidates if c.rule.recovery]
    return root, objection(root, candidates, scene, reading)


@pytest.mark.parametrize("why", WITHHELD)
def test_recovery_is_withheld(why: str, catalog: Catalog) -> None:
    reason, log = WITHHELD[why]
    root, said = trouble(log, catalog)
    assert root.rule.recovery == "rerun"
    assert said is not None
    assert said.startswith(reason)


@pytest.mark.parametrize("why", WITHHELD)
def test_document_says_why_or_names_another_cause(why: str, catalog: Catalog) -> None:
    reason, log = WITHHELD[why]
    found = diagnosed(log, catalog)
    assert found.recovery is None
    if found.cause == "network":
        assert found.withheld is not None
        assert found.withheld.startswith(reason)
    else:
        assert found.withheld is None  # such a rule knows no recovery that could be withheld


def test_defect_beside_is_named_with_its_line(catalog: Catalog) -> None:
    log = failed(COMPILE_ERROR, REFUSED)
    said = trouble(log, catalog)[1]
    assert said is not None
    assert said.endswith(f"on line {line_of(log, COMPILE_ERROR)}")
    assert "`gcc-clang-error`" in said


HEALED = {
    "alone": failed("working", REFUSED),
    "overcome before it came": failed(OVERCOME, REFUSED),
    "defect in a step that succeeded": job(step("./try", COMPILE_ERROR), step("./fetch", REFUSED, code=7)),
    "lesser sign of a defect above": failed("AssertionError: 1 != 2", "rescued", REFUSED),
    "last words of a log that nobody judged": f"fetching\n{REFUSED}\n".encode(),
    "the same cause in another failed step": job(FETCH, step("./again", REFUSED, code=7)),
    "tests ended before": failed(
        PYTEST_BEGINS, "=============== 3 passed in 0.10s ===============", "fetching", REFUSED
    ),
}


@pytest.mark.parametrize("why", HEALED)
def test_nothing_is_objected(why: str, catalog: Catalog) -> None:
    assert trouble(HEALED[why], catalog)[1] is None


def test_tests_that_failed_are_a_defect(catalog: Catalog) -> None:
    said = trouble(failed(REFUSED, *["x"] * 5, TEST_FAILED), catalog)[1]
    assert said is not None
