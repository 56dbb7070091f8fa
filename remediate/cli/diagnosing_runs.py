"""What `remediate diagnose` does for a run: finds it on GitHub, and diagnoses its failed jobs."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

from remediate.cli.run_address import Spot, api_of, spot_here, spot_of, token_for
from remediate.diagnosis.diagnose import Knowledge
from remediate.errors import UsageProblem
from remediate.logs.redaction import Redactor
from remediate.model.actions import FAILURES, WorkflowRun
from remediate.model.case import Case
from remediate.model.diagnosis import Diagnosis
from remediate.model.policy import Policy
from remediate.platforms.github import GitHub, github_platform
from remediate.ports import Processes
from remediate.stages.detect import concluded
from remediate.stages.evidence_ladder import Ladder
from remediate.system.clock import SystemClock
from remediate.system.processes import SystemProcesses


def diagnose_runs(
    addresses: Sequence[str], run: str | None, knowledge: Knowledge, secrets: Sequence[str]
) -> list[Diagnosis]:
    """The diagnoses of the runs at these addresses, of the run with this number, or of the newest failed."""
    processes = SystemProcesses()
    spots = [spot_of(address) for address in addresses] or [_here(run or "", processes)]
    found: list[Diagnosis] = []
    with tempfile.TemporaryDirectory(prefix="remediate-", ignore_cleanup_errors=True) as folder:
        for spot in spots:
            token = token_for(spot, os.environ, processes)
            hub = github_platform(
                api_of(spot, os.environ),
                spot.repository,
                token,
                clock=SystemClock(),
                random=random.random,
                certificates=os.environ.get("SSL_CERT_FILE", ""),
            )
            redactor = Redactor([*secrets, token])
            found += _diagnosed(spot, hub, Ladder(hub, knowledge, redactor, Path(folder)))
    return found


def _here(run: str, processes: Processes) -> Spot:
    try:
        return spot_here(run, os.environ, processes)
    except UsageProblem as problem:
        if run:
            raise
        raise UsageProblem(
            f"no log given, and {problem.message}",
            hint="Name a file or a folder, - for standard input, or the address of a run.",
        ) from None


def _diagnosed(spot: Spot, hub: GitHub, ladder: Ladder) -> list[Diagnosis]:
    """Those of the failed jobs, the one that decides for the run first."""
    run = _run(spot, hub)
    jobs = ladder.climb(run)
    if spot.job:
        jobs = tuple(one for one in jobs if one.job.id == spot.job)
        if not jobs:
            raise UsageProblem(
                f"{spot.repository}: job {spot.job} did not fail in run {run.id}, attempt {run.attempt}",
                hint="Give the address of the run for all that failed in it, or name another attempt.",
            )
    policy = Policy()
    # A log that is still to come is one of the answers here, so nothing waits for it.
    chosen = concluded(Case(run=run, trusted=False), jobs, 0.0, policy.confidence_threshold).case.diagnosis
    each = [one.diagnosis for one in jobs]
    if chosen is None:
        return each
    return [chosen, *(one for one in each if one is not chosen)]


def _run(spot: Spot, hub: GitHub) -> WorkflowRun:
    run = hub.run(spot.run, spot.attempt) if spot.run else hub.newest_failure()
    if run is None and not spot.run:
        raise UsageProblem(
            f"{spot.repository}: none of its latest runs failed",
            hint="Name a log, the address of a run, or its number with --run.",
        )
    if run is None:
        which = f"run {spot.run}" + (f" with an attempt {spot.attempt}" if spot.attempt else "")
        raise UsageProblem(
            f"{spot.repository}: there is no {which}", hint="Its number stands behind /actions/runs/."
        )
    if not run.ended:
        raise UsageProblem(
            f"{spot.repository}: run {run.id} is still going on",
            hint="Wait for its end, or name an earlier attempt: its address with /attempts/NUMBER.",
        )
    if run.conclusion not in FAILURES and run.conclusion != "cancelled":
        raise UsageProblem(
            f"{spot.repository}: run {run.id} did not fail, it ended as `{run.conclusion}`",
            hint="Name a run that failed, or an attempt of it: its address with /attempts/NUMBER.",
        )
    return run
