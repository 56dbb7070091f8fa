"""Cases as the stages leave them, for tests of what is counted and told."""

from __future__ import annotations

from typing import Any

import msgspec

from remediate.model.actions import Job, WorkflowRun
from remediate.model.case import Case, Deed
from remediate.model.diagnosis import Alternative, Diagnosis, Evidence, StepRef
from remediate.model.outcome import Done
from remediate.model.plan import Plan, Step, Stop
from remediate.model.policy import Policy
from remediate.model.stage import (
    Agenda,
    Course,
    Finding,
    Findings,
    Head,
    JobFinding,
    Recoveries,
    Settings,
    Verdict,
    Verdicts,
)
from remediate.model.subject import Subject

NOON = 1_790_000_000.0
SIGNATURE = "20150e5d755bf778"


def run(number: int = 1001, **more: Any) -> WorkflowRun:
    known: dict[str, Any] = {
        "id": number,
        "attempt": 1,
        "repository": "octo/shop",
        "home": "octo/shop",
        "workflow": ".github/workflows/ci.yml",
        "name": "ci",
        "event": "push",
        "branch": "main",
        "commit": f"{number:040x}",
        "status": "completed",
        "conclusion": "failure",
        "created": NOON - 900,
        "started": NOON - 900,
        "updated": NOON - 300,
        "url": f"https://github.example/octo/shop/actions/runs/{number}",
    }
    return WorkflowRun(**{**known, **more})


def diagnosis(cause: str = "network", **more: Any) -> Diagnosis:
    defect = cause in ("test", "compile", "lint")
    known: dict[str, Any] = {
        "source": "build",
        "format": "github",
        "cause": cause,
        "type": "application" if defect else "network",
        "severity": "medium",
        "confidence": 0.97,
        "transient": not defect,
        "signature": SIGNATURE,
        "rule": "pytest-summary-failed" if defect else "network-connection-reset",
        "title": "pytest reports failed tests" if defect else "the connection was reset",
        "evidence": (
            Evidence(line=12, offset=400, text="GET the package", role="supporting"),
            Evidence(line=14, offset=480, text="connection reset by peer", role="decisive"),
        ),
        "step": StepRef(name="npm ci", first_line=10, last_line=15, exit_code=1),
        "recovery": None if defect else "rerun",
        "hint": "Mend the test." if defect else "Wait until the registry answers again.",
        "job": "build",
        "lines": 20,
    }
    return Diagnosis(**{**known, **more})


def plan(case_run: WorkflowRun, *strategies: str, **more: Any) -> Plan:
    known: dict[str, Any] = {
        "subject": Subject(repository="octo/shop", branch=case_run.branch, run=str(case_run.id)),
        "cause": "network",
        "rule": "network-connection-reset",
        "signature": SIGNATURE,
        "confidence": 0.97,
        "tree": "network",
        "path": (
            Stop(node="tried", kind="condition", answer="no"),
            Stop(node="again", kind="action", answer=""),
        ),
        "groups": tuple((Step(strategy=name),) for name in strategies or ("rerun",)),
    }
    return Plan(**{**known, **more})


def case(
    number: int = 1001, cause: str = "network", *, of: dict[str, Any] | None = None, **more: Any
) -> Case:
    """`of` is for its run; without more it is one that was just found."""
    known: dict[str, Any] = {
        "run": run(number, **(of or {})),
        "trusted": True,
        "found": NOON,
        "diagnosis": diagnosis(cause),
    }
    return Case(**{**known, **more})


def escalated(number: int = 1001, **more: Any) -> Case:
    known: dict[str, Any] = {
        "standing": "escalated",
        "phase": "closed",
        "closed": NOON + 60,
        "gate": "attempts",
        "reason": "3 recoveries of this failure were made already",
        "plan": plan(run(number)),
    }
    return case(number, **{**known, **more})


def refused(number: int = 1001, cause: str = "test", **more: Any) -> Case:
    known: dict[str, Any] = {
        "standing": "refused",
        "phase": "closed",
        "closed": NOON + 60,
        "gate": "confidence",
        "reason": "nothing is recommended",
    }
    return case(number, cause, **{**known, **more})


def healed(number: int = 1001, **more: Any) -> Case:
    done = Done(strategy="rerun", summary="attempt 2 was started")
    known: dict[str, Any] = {
        "standing": "healed",
        "phase": "closed",
        "closed": NOON + 900,
        "due": NOON + 800,
        "reason": "attempt 2 passed",
        "plan": plan(run(number)),
        "deeds": (Deed(step=0, strategy="rerun", begun=NOON + 1, result=done),),
    }
    return case(number, **{**known, **more})


def job_finding(of: Case, **more: Any) -> JobFinding:
    assert of.diagnosis
    job = Job(id=7, run=of.run.id, attempt=1, name="build", status="completed", conclusion="failure")
    return JobFinding(**{"job": job, "rung": "log", "diagnosis": of.diagnosis, **more})


def verdicts(
    *cases: Case,
    opened: tuple[Case, ...] = (),
    seen: tuple[Verdict, ...] = (),
    courses: tuple[Course, ...] = (),
    **head: Any,
) -> Verdicts:
    """The documents of a run of ours that found the cases; each course that is given stands for its own."""
    known = {"owner": "run-9-1", "at": NOON, "repository": "octo/shop", "default_branch": "main"}
    given = {course.case.key for course in courses}
    agenda = Agenda(
        head=Head(**{**known, **head}),
        new=tuple(msgspec.structs.replace(one, standing="pending", phase="found") for one in cases),
        open=opened,
    )
    findings = tuple(Finding(case=one, jobs=(job_finding(one),)) for one in cases if one.diagnosis)
    made = tuple(Course(case=one) for one in cases if one.key not in given)
    recoveries = Recoveries(findings=Findings(agenda=agenda, findings=findings), courses=(*made, *courses))
    return Verdicts(recoveries=recoveries, verdicts=seen)


def policy(**more: Any) -> Settings:
    return Settings(policy=Policy(**more))


def alternative(text: str) -> Alternative:
    return Alternative(
        cause="test", confidence=0.4, rule="some-rule", line=3, text=text, relation="alternative"
    )
