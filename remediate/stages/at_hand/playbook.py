"""Runs a user's own step when a command has failed for good."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.policy import OwnCommand
from remediate.model.run import Run
from remediate.ports import Absent, Finished, Processes

_STRATEGY = "command"
_SHOWN = 2000


def run_playbook(  # noqa: PLR0913 - three of them are doors
    name: str,
    own: OwnCommand,
    run: Run,
    *,
    folder: Path,
    environment: Mapping[str, str],
    processes: Processes,
) -> StepResult:
    """It runs, and is undone where its check fails. The evidence still holds what the programs printed."""
    told = {"REMEDIATE_CODE": str(run.code), "REMEDIATE_CAUSE": run.cause, "REMEDIATE_OUTCOME": run.outcome}

    def problem(command: tuple[str, ...]) -> Failed | None:
        ended = processes.run(
            command, folder=folder, environment={**environment, **told}, timeout=own.timeout
        )
        return _problem(command[0], ended, own.timeout)

    failure = problem(own.run) or problem(own.verify)
    if failure is None:
        return Done(strategy=_STRATEGY, summary=f"{name}: done and verified")
    undone = problem(own.undo) if own.undo else None
    rest = f"; its undo failed too: {undone.reason}" if undone else "; it was undone" if own.undo else ""
    return Failed(strategy=_STRATEGY, reason=f"{name}: {failure.reason}{rest}", evidence=failure.evidence)


def _problem(program: str, ended: Finished | Absent, timeout: float) -> Failed | None:
    if isinstance(ended, Absent):
        return Failed(strategy=_STRATEGY, reason=f"{program}: {ended.reason}")
    if ended.code == 0:
        return None
    how = f"ended with code {ended.code}" if ended.code is not None else f"took more than {timeout:g} s"
    evidence = ended.output[-_SHOWN:].decode("utf-8", "replace")
    return Failed(strategy=_STRATEGY, reason=f"{program} {how}", evidence=evidence)
