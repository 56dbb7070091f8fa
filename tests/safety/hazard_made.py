"""Jobs as the platform records them, for the tests of the hazard."""

from __future__ import annotations

from typing import Any

from remediate.model.actions import Job, JobStep


def steps(*given: str) -> tuple[JobStep, ...]:
    """`Name` succeeded, `!Name` failed, `-Name` was skipped, `?Name` has no conclusion."""
    kinds = {"!": "failure", "-": "skipped", "?": ""}
    return tuple(
        JobStep(number=number, name=each.lstrip("!-?"), conclusion=kinds.get(each[0], "success"))
        for number, each in enumerate(("Set up job", *given, "Complete job"), 1)
    )


def job(name: str, *ran: str, conclusion: str = "failure", **more: Any) -> Job:
    known = {"started": 1.0, "runner": "Hosted 1", "steps": steps(*ran), "status": "completed"}
    return Job(**{"id": 1, "run": 1, "attempt": 1, "name": name, "conclusion": conclusion, **known, **more})


CHECKOUT = "Run actions/checkout@v4"
