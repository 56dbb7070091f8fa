"""Picks among the diagnoses of a run's failed jobs the one that decides for the whole run, and says why."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from remediate.logs.cutting import cut
from remediate.logs.visible import for_terminal
from remediate.model.cause import DEFECTS, UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis
from remediate.model.stage import JobFinding

# Strategies that put the cause itself right; a re-run alone would meet it again.
_DEEPER = ("lockfile-repair", "cache-purge", "free-disk", "registry-failover", "runner-failover")
_SEVERITIES = ("critical", "high", "medium", "low", "info")
_LONGEST_NAME = 80


class Deciding(msgspec.Struct, frozen=True, kw_only=True):
    """The diagnosis that decides; `why` is empty where there was nothing to choose from."""

    diagnosis: Diagnosis
    why: str = ""


def deciding(found: Sequence[JobFinding], threshold: float) -> Deciding | None:
    """None where no job was found.

    All failed jobs are re-run together: one that has a real defect, or is not understood, would only fail
    again, so it decides for all. Of the others the one that needs more than a re-run does.
    """
    if not found:
        return None
    failed = [one for one in found if not _brought_down(one)] or list(found)
    aside = len(found) - len(failed)
    held = [one for one in failed if _holds(one.diagnosis, threshold)]
    chosen = min(held, key=_hold_rank) if held else min(failed, key=_need_rank)
    why = _why(chosen, len(failed), aside, held=bool(held)) if len(found) > 1 else ""
    return Deciding(diagnosis=chosen.diagnosis, why=why)


def _brought_down(one: JobFinding) -> bool:
    """Whether it ended only because another failed, or somebody stopped it."""
    stopped = one.job.conclusion == "cancelled" and one.diagnosis.cause == UNCLASSIFIED
    return stopped or one.diagnosis.cause == "cancelled"


def _holds(diagnosis: Diagnosis, threshold: float) -> bool:
    """Whether a re-run would repeat it, as far as anybody knows."""
    return diagnosis.recovery is None or diagnosis.confidence < threshold


def _hold_rank(one: JobFinding) -> tuple[int, int, float]:
    """A defect before what cannot be recovered, that before what is not known, the thin ones last."""
    diagnosis = one.diagnosis
    if diagnosis.cause in DEFECTS:
        kind = 0
    elif diagnosis.cause == UNCLASSIFIED:
        kind = 2
    else:
        kind = 1 if diagnosis.recovery is None else 3
    return kind, _severity(diagnosis), -diagnosis.confidence


def _need_rank(one: JobFinding) -> tuple[int, int, float]:
    """What needs most comes first; of equals the one that is least sure, for it is judged by that."""
    wanted = one.diagnosis.recovery
    need = _DEEPER.index(wanted) if wanted in _DEEPER else len(_DEEPER)
    return need, _severity(one.diagnosis), one.diagnosis.confidence


def _severity(diagnosis: Diagnosis) -> int:
    known = diagnosis.severity in _SEVERITIES
    return _SEVERITIES.index(diagnosis.severity) if known else len(_SEVERITIES)


def _why(chosen: JobFinding, failed: int, aside: int, *, held: bool) -> str:
    name = for_terminal(cut(chosen.job.name, _LONGEST_NAME))
    cause = chosen.diagnosis.cause
    others = f"{failed} jobs failed" if failed > 1 else "one job failed"
    stopped = f", {aside} more {'were' if aside > 1 else 'was'} stopped with them" if aside else ""
    if failed == 1:
        return f"{others}{stopped}: `{name}` decides ({cause})"
    reason = "a re-run would only repeat it" if held else "it needs most"
    return f"{others}{stopped}: `{name}` decides ({cause}), for {reason}"
