"""Which of several failed jobs decides for the whole run; how findings are cut to what can be passed on."""

from __future__ import annotations

from itertools import permutations

import msgspec
import pytest

from remediate.decision.whole_run import deciding
from remediate.model.actions import Job, WorkflowRun
from remediate.model.case import Case
from remediate.model.cause import UNCLASSIFIED
from remediate.model.diagnosis import Alternative, Diagnosis, Evidence, StepRef
from remediate.model.stage import Agenda, Finding, Findings, Head, JobFinding
from remediate.stages.cutting_down import fit
from remediate.stages.passing_on import packed

RUN = WorkflowRun(
    id=7, attempt=1, repository="o/n", home="o/n", workflow="ci.yml", name="ci", event="push", branch="main",
    commit="c" * 40, status="completed", conclusion="failure", created=1.0, started=1.0, updated=2.0,
)  # fmt: skip


def diagnosis(cause: str, recovery: str | None = None, confidence: float = 0.95, **more: object) -> Diagnosis:
    known = {
        "source": "s", "format": "github", "cause": cause, "type": None, "severity": "medium",
        "confidence": confidence, "transient": False, "signature": "s1", "rule": "r", "title": "t",
        "evidence": (), "step": None, "recovery": recovery, "hint": None,
    }  # fmt: skip
    return Diagnosis(**{**known, **more})  # type: ignore[arg-type]


def job(name: str, found: Diagnosis, conclusion: str = "failure") -> JobFinding:
    one = Job(id=1, run=7, attempt=1, name=name, status="completed", conclusion=conclusion)
    return JobFinding(job=one, rung="log", diagnosis=found)


NETWORK = job("net", diagnosis("network", "rerun"))
CACHE = job("cache", diagnosis("cache", "cache-purge"))
LOCK = job("lock", diagnosis("lockfile", "lockfile-repair"))
DEFECT = job("types", diagnosis("compile"))
UNKNOWN = job("odd", diagnosis(UNCLASSIFIED, confidence=0.0))
THIN = job("thin", diagnosis("network", "rerun", 0.5))
TIMEOUT = job("slow", diagnosis("timeout"))
STOPPED = job("stopped", diagnosis("cancelled"), "cancelled")
SILENT = job("silent", diagnosis(UNCLASSIFIED, confidence=0.0), "cancelled")


@pytest.mark.parametrize(
    ("jobs", "name"),
    [
        ((NETWORK, CACHE, LOCK), "lock"),
        ((NETWORK, CACHE), "cache"),
        ((NETWORK, DEFECT, LOCK), "types"),
        ((NETWORK, UNKNOWN), "odd"),
        ((LOCK, THIN), "thin"),
        ((THIN, UNKNOWN, DEFECT), "types"),
        ((TIMEOUT, UNKNOWN, NETWORK), "slow"),
        ((NETWORK, STOPPED, SILENT), "net"),
        ((STOPPED,), "stopped"),
        ((NETWORK,), "net"),
    ],
)
def test_what_decides_does_not_depend_on_the_order(jobs: tuple[JobFinding, ...], name: str) -> None:
    wanted = next(one.diagnosis for one in jobs if one.job.name == name)
    for order in permutations(jobs):
        chosen = deciding(order, 0.85)
        assert chosen is not None
        assert chosen.diagnosis == wanted
        assert (f"`{name}` decides" in chosen.why) is (len(jobs) > 1)


def test_no_jobs_decide_nothing() -> None:
    assert deciding((), 0.85) is None


def test_of_the_same_kind_the_least_sure_is_judged() -> None:
    sure, less = job("a", diagnosis("network", "rerun", 0.99)), job("b", diagnosis("network", "rerun", 0.86))
    chosen = deciding((sure, less), 0.85)
    assert chosen is not None
    assert chosen.diagnosis is less.diagnosis


def test_a_name_is_harmless_in_the_reason() -> None:
    chosen = deciding((job("a\x1b[31m\n::error::x" * 50, diagnosis("compile")), NETWORK), 0.85)
    assert chosen is not None
    assert "\x1b" not in chosen.why
    assert "\n" not in chosen.why
    assert len(chosen.why) < 400


def big(number: int) -> Finding:
    evidence = tuple(
        Evidence(line=line, offset=line, text=f"{number} {line} {hash((number, line))} " * 20, role=role)
        for line, role in enumerate(["context", "decisive", "supporting", "context", "consequence"] * 4, 1)
    )
    others = tuple(
        Alternative(
            cause="test",
            confidence=0.1,
            rule="r",
            line=n,
            text=f"{hash((n, number))}" * 9,
            relation="alternative",
        )
        for n in range(5)
    )
    found = diagnosis("network", "rerun", evidence=evidence, alternatives=others,
                      step=StepRef(name="Run npm ci", first_line=1, last_line=9))  # fmt: skip
    run = msgspec.structs.replace(RUN, id=number, commit=f"{hash(number):040x}"[:40])
    return Finding(case=Case(run=run, trusted=True, diagnosis=found), jobs=(job("build", found),))


@pytest.mark.parametrize("count", [1, 40, 500])
def test_findings_are_cut_until_they_fit_and_no_case_is_dropped(count: int) -> None:
    findings = Findings(
        agenda=Agenda(head=Head(owner="o", at=1.0, repository="o/n")),
        findings=tuple(big(number) for number in range(count)),
    )
    cut = fit(findings)
    assert len(packed(msgspec.json.encode(cut))) <= 120_000
    assert [one.case.key for one in cut.findings] == [one.case.key for one in findings.findings]
    for one in cut.findings:
        assert one.case.diagnosis is not None
        assert (one.case.diagnosis.cause, one.case.diagnosis.signature) == ("network", "s1")
        assert "decisive" in [line.role for line in one.case.diagnosis.evidence]
    if count == 1:
        assert cut == findings
