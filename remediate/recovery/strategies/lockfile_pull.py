"""`lockfile-repair` on a platform: what was repaired where no token is becomes a pull request."""

from __future__ import annotations

from remediate.model.actions import Pull
from remediate.model.case import Deed
from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.recovery.remote_strategy import Note, Place, Seen
from remediate.recovery.remote_telling import shown
from remediate.recovery.repair_commit import Rewrite, Uncommitted, commit_on_top, push_new
from remediate.recovery.repair_judgement import Rejected, changes_of, judge
from remediate.recovery.repair_order import Mended, read_repair
from remediate.recovery.repair_site import Damaged, find_damaged
from remediate.recovery.strategies.lockfile_pull_proof import NAME, judged
from remediate.recovery.strategies.lockfile_pull_text import body_of, message_of, title_of

OURS = "remediate/"
_TYPICAL_SECONDS = 90.0
_MOST_CHANGES = 60
_SHORT = 12


class LockfilePull:
    """The branch is `remediate/lockfile-COMMIT`; one that is there with another commit is left alone.

    Named so, several runs that fail on one commit share a pull request, and one that was closed stays closed.
    """

    name = NAME

    def preview(self, step: Step, place: Place) -> Offer:
        damaged = _obstacle(place) or _declined(_pull_of(place)) or _found(step, place)
        if isinstance(damaged, str):
            return Unfit(strategy=NAME, reason=damaged)
        base = shown(place.case.run.branch)
        return Preview(
            strategy=NAME,
            target=damaged.path,
            changes=(
                Change(verb="run", what=damaged.project.tool.name, detail="in a copy, where no token is"),
                Change(verb="write", what=damaged.path, detail=damaged.salvaged.note),
                Change(verb="request", what=f"a branch {branch_of(place)} and a pull request against {base}"),
            ),
            touches=(damaged.path,),
            seconds=_TYPICAL_SECONDS,
            cost="downloads every locked package once, and one more run of the checks",
            risk="high" if damaged.asks else "medium",
            affected=(damaged.path,),
            asks=damaged.asks,
        )

    def apply(self, step: Step, place: Place, deed: Deed, note: Note) -> StepResult:
        pull = _pull_of(place)
        if pull is not None and "commit" in deed.trace:
            return _opened(pull, deed, note)
        wrong = _declined(pull) or _obstacle(place)
        if wrong:
            return _failed(wrong)
        there = place.forge.head_of(branch_of(place))
        if there is not None and there == deed.trace.get("commit"):
            return _open(place, deed.trace, note)
        return _push(step, place, there, note)

    def look(self, step: Step, place: Place, deed: Deed) -> Seen:
        if "commit" not in deed.trace:
            return _failed("no repair was pushed")
        return judged(_pull_of(place), place, deed.trace)

    def undo(self, step: Step, place: Place, deed: Deed) -> StepResult:
        commit = deed.trace.get("commit")
        if commit is None:
            return Done(strategy=NAME, summary="nothing was pushed")
        pull, branch = _pull_of(place), branch_of(place)
        if pull is None and "pushed" not in deed.trace and place.forge.head_of(branch) != commit:
            return Done(strategy=NAME, summary="nothing was pushed")
        if pull is not None and pull.merged:
            return _failed(f"pull request #{pull.number} is merged: revert it to take the repair back")
        if pull is not None and pull.state == "open" and pull.head_commit != commit:
            return _failed(f"pull request #{pull.number} holds commits of others: it stays open")
        if pull is not None and pull.state == "open":
            place.forge.close_pull(pull.number)
        if not place.forge.delete_branch(branch, commit):
            return _failed(f"the branch {branch} is not ours any more: it stays")
        return Done(strategy=NAME, summary="its pull request is closed and its branch deleted")


def branch_of(place: Place) -> str:
    """Where the repair of this commit goes."""
    return f"{OURS}lockfile-{place.case.run.commit[:_SHORT]}"


def _obstacle(place: Place) -> str:
    """Why the case gets no pull request of ours, as far as that is known without its files."""
    run = place.case.run
    if not place.case.trusted or run.home != run.repository:
        return "its code is not from a branch of this repository, so only advice is given"
    if run.branch.startswith(OURS):
        return "it is a repair of ours that failed: a person has to look"
    if place.git is None or not place.address:
        return "there is no way to fetch the commit here"
    tip = place.forge.head_of(run.branch)
    if tip is None:
        return f"the branch {shown(run.branch)} is gone"
    if tip != run.commit:
        return f"the branch {shown(run.branch)} has moved on since: its newest run tells"
    return ""


def _declined(pull: Pull | None) -> str:
    if pull is None or pull.state == "open" or pull.merged:
        return ""
    return f"declined: pull request #{pull.number}, which repairs this commit, was closed without a merge"


def _found(step: Step, place: Place) -> Damaged | str:
    return find_damaged(step, place, place.git) if place.git else "there is no git here"


def _pull_of(place: Place) -> Pull | None:
    """The pull request of our branch: an open one, else the newest."""
    found = [each for each in place.forge.pulls_of(branch_of(place)) if each.base == place.case.run.branch]
    return max(found, key=lambda each: (each.state == "open", each.number), default=None)


def _opened(pull: Pull, deed: Deed, note: Note) -> StepResult:
    """An earlier process of this recovery got this far."""
    if _declined(pull):
        return _failed(_declined(pull))
    note({"pull": str(pull.number)})
    return _done(pull, deed.trace["path"])


def _push(step: Step, place: Place, there: str | None, note: Note) -> StepResult:
    damaged = _found(step, place)
    if isinstance(damaged, str) or place.git is None:
        return _failed(str(damaged))
    mended = _taken(place, damaged)
    if isinstance(mended, Rejected):
        return _failed(mended.reason)
    tree, branch = damaged.project.root, branch_of(place)
    rewrite = Rewrite(path=damaged.path, mode=damaged.entry.mode, content=mended.content)
    try:
        why = message_of(damaged.path, damaged.project.tool.name)
        commit = commit_on_top(place.git, tree, damaged.commit, rewrite, why)
    except Uncommitted as problem:
        return _failed(str(problem))
    if there not in {None, commit}:
        return _failed(f"there is a branch {branch} with a commit that is not ours: it is left alone")
    trace = _trace(place, damaged, mended, commit)
    note(trace)
    refused = "" if there == commit else push_new(place.git, tree, place.address, commit, branch)
    if refused and place.forge.head_of(branch) != commit:
        return _failed(f"the branch {branch} cannot be pushed: {refused}")
    note({"pushed": "yes"})
    return _open(place, trace, note)


def _taken(place: Place, damaged: Damaged) -> Mended | Rejected:
    if place.repaired is None:
        return Rejected(reason="nothing repaired it: the step that runs package managers was left out")
    repair = read_repair(place.repaired, place.case.key)
    if isinstance(repair, str):
        return Rejected(reason=f"nothing repaired it: {shown(repair)}")
    return judge(repair, place.case, damaged, place.policy.anomaly, place.clock.now())


def _trace(place: Place, damaged: Damaged, mended: Mended, commit: str) -> dict[str, str]:
    """All that the pull request says and that finds it again."""
    changes = changes_of(damaged, mended.content)
    more = (f"and {len(changes) - _MOST_CHANGES} more",) if len(changes) > _MOST_CHANGES else ()
    return {
        "branch": branch_of(place),
        "commit": commit,
        "path": damaged.path,
        "tool": damaged.project.tool.name,
        "note": damaged.salvaged.note,
        "changes": "\n".join(map(shown, (*changes[:_MOST_CHANGES], *more))),
    }


def _open(place: Place, trace: dict[str, str], note: Note) -> StepResult:
    pull = place.forge.open_pull(
        head=branch_of(place),
        base=place.case.run.branch,
        title=title_of(trace),
        body=body_of(place.case, trace),
    )
    if isinstance(pull, str):
        return _failed(f"the pull request cannot be opened: {shown(pull)}")
    note({"pull": str(pull.number)})
    return _done(pull, trace["path"])


def _done(pull: Pull, path: str) -> Done:
    change = Change(verb="request", what=f"pull request #{pull.number}", detail=shown(path))
    return Done(
        strategy=NAME, summary=f"pull request #{pull.number} repairs {shown(path)}", changes=(change,)
    )


def _failed(reason: str) -> Failed:
    return Failed(strategy=NAME, reason=reason)
