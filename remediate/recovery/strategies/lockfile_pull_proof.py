"""Whether a repair is proved: what failed before is looked at again on the pull request's commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from remediate.model.actions import FAILURES, CheckState, Pull
from remediate.model.outcome import Done, Failed
from remediate.recovery.remote_strategy import Place, Seen, Waiting
from remediate.recovery.remote_telling import shown

NAME = "lockfile-repair"
_LOOK_AGAIN = 900.0
_NOT_STARTED = (
    "no run of its pull request has begun: what a workflow's own token pushes starts none; approve it there,"
    " or close and open the pull request"
)
_APPROVAL = "the run of its pull request waits for someone with write access to approve it"


def judged(pull: Pull | None, place: Place, trace: Mapping[str, str]) -> Seen:
    """Of the pull request as it is now, and the checks on its commit."""
    if pull is None:
        return Failed(strategy=NAME, reason="its pull request is not there")
    number = f"pull request #{pull.number}"
    if pull.merged:
        return Done(strategy=NAME, summary=f"{number} was merged")
    if pull.state == "closed":
        return Failed(strategy=NAME, reason=f"declined: {number} was closed without a merge")
    if pull.head_commit != trace["commit"]:
        return _waiting(place, f"someone has added commits to {number}: it is theirs to merge now")
    return _of_checks(number, place, trace["commit"])


def _of_checks(number: str, place: Place, commit: str) -> Seen:
    now = _newest(place.forge.checks(commit))
    before = place.forge.checks(place.case.run.commit)
    failed = {each.name for each in before if each.run == place.case.run.id and each.conclusion in FAILURES}
    others = {each.name for each in before if each.conclusion in FAILURES} - failed
    red = sorted(name for name, each in now.items() if each.conclusion in FAILURES and name not in others)
    if red:
        again = f"{shown(', '.join(red[:3]))} is red on {number}"
        return Failed(
            strategy=NAME, reason=again if failed & {*red} else f"{again}, which was not red before"
        )
    if any(each.conclusion == "action_required" for each in now.values()):
        return _waiting(place, _APPROVAL)
    if any(each.status != "completed" for each in now.values()):
        return _waiting(place, f"the checks of {number} have not ended")
    if _seen_green(now, failed):
        return Done(strategy=NAME, summary=f"what failed is green on {number}; healed once it is merged")
    passed_over = sorted(name for name in failed if name in now and now[name].conclusion != "success")
    if passed_over:
        return _waiting(
            place, f"{shown(', '.join(passed_over[:3]))} was not run on {number}: nothing shows it healed"
        )
    return _waiting(place, _NOT_STARTED)


def _seen_green(now: Mapping[str, CheckState], failed: set[str]) -> bool:
    """Every check that failed has succeeded; where their names are not known, a run has."""
    if failed:
        return all(name in now and now[name].conclusion == "success" for name in failed)
    return any(each.run and each.conclusion == "success" for each in now.values())


def _newest(checks: Iterable[CheckState]) -> dict[str, CheckState]:
    """One for each name: that of the newest run."""
    found: dict[str, CheckState] = {}
    for each in checks:
        if each.name not in found or each.run >= found[each.name].run:
            found[each.name] = each
    return found


def _waiting(place: Place, reason: str) -> Waiting:
    return Waiting(strategy=NAME, reason=reason, due=place.clock.now() + _LOOK_AGAIN)
