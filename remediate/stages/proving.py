"""Looks at original failures again, and writes down whether they are gone."""

from __future__ import annotations

import msgspec

from remediate.model.actions import FAILURES
from remediate.model.case import Case
from remediate.model.outcome import Done, Failed, RollbackFailed
from remediate.model.record import OutcomeName, Record
from remediate.model.stage import Verdict, VerdictName
from remediate.recovery.remote_strategy import Seen, Waiting
from remediate.stages.bidding import bid_of
from remediate.stages.desk import Desk
from remediate.stages.ending import closed, escalated
from remediate.state.bid import Bid
from remediate.state.history import line_of
from remediate.verification.reports import Tested, compared

# There is nothing to take back of a re-run, and no way to take back what was deleted.
_LEAVES_NOTHING = frozenset({"rerun", "cache-purge"})


def awaits_attempt(case: Case) -> bool:
    """Whether a new attempt of its run is its proof; a pull request has a run of its own."""
    return case.phase in ("proving", "watching") and any(deed.strategy == "rerun" for deed in case.deeds)


def settle(case: Case, later: Case, desk: Desk) -> Verdict:
    """The new attempt failed: with the same failure the recovery has not helped; else another came."""
    now, number = desk.now(), later.run.attempt
    bid = bid_of(case, desk.policy)
    if later.signature and later.signature != case.signature:
        desk.ledger.withdraw(bid)
        reason = f"its failure is gone; attempt {number} failed with another, which is looked at by itself"
    else:
        reason = f"attempt {number} failed the same way, and is looked at by itself"
        if any(deed.strategy not in _LEAVES_NOTHING for deed in case.deeds):
            return _failed(case, Failed(strategy="", reason=reason), desk)
        desk.ledger.end(bid, record_of_case(case, bid, "unhealed", f"attempt {number} failed as well", now))
    ended = closed(case, "ignored", reason, now)
    desk.book.keep(ended)
    return Verdict(case=ended, verdict="failed", seen=(reason,))


def prove(case: Case, desk: Desk) -> Verdict:
    """Healed, failed and undone, or still to be seen."""
    place = desk.place_of(case)
    case, seen = desk.engine.look(place)
    if desk.dry_run:
        return _foreseen(case, seen)
    match seen:
        case Done(summary=summary):
            tested = _tested(case, desk)
            if tested.fails:
                failure = Failed(strategy="", reason=f"it is green, and yet {tested.told}")
                return _failed(case, failure, desk)
            return _healed(case, "; ".join(filter(None, (summary, tested.told))), desk)
        case Waiting(reason=reason, due=due):
            return _pending(case, reason, due, desk)
        case Failed() as failure:
            again = _failed_again(case, desk)
            return _pending(case, again, 0.0, desk) if again else _failed(case, failure, desk)


def _tested(case: Case, desk: Desk) -> Tested:
    """What the new attempt's own test reports say, where there is a new attempt."""
    platform, run = desk.doors.platform, case.run
    again = platform.run(run.id, run.attempt + 1)
    if case.phase == "watching" or again is None:
        return Tested()
    folder = desk.doors.folder / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    return compared(platform, run, again, folder)


def _failed_again(case: Case, desk: Desk) -> str:
    """Whether a later attempt has failed, which will be found and diagnosed: that settles this one."""
    latest = desk.doors.platform.run(case.run.id)
    if latest is None or latest.attempt <= case.run.attempt or latest.conclusion not in FAILURES:
        return ""
    return f"attempt {latest.attempt} failed, and is to be diagnosed"


def _foreseen(case: Case, seen: Seen) -> Verdict:
    match seen:
        case Done(summary=summary):
            return Verdict(case=case, verdict="healed", seen=(summary,))
        case Waiting(reason=reason):
            return Verdict(case=case, verdict="pending", seen=(reason,))
        case Failed(reason=reason):
            return Verdict(case=case, verdict="failed", seen=(reason,))


def _healed(case: Case, summary: str, desk: Desk) -> Verdict:
    """Counted when it is first seen; looked at once more after a while, by a later run of ours."""
    now, delay = desk.now(), desk.policy.health_delay
    if case.phase == "watching" or not delay:
        ended = closed(case, "healed", summary, now)
    else:
        ended = msgspec.structs.replace(
            desk.let_go(case), phase="watching", standing="healed", reason=summary, due=now + delay
        )
    if case.phase != "watching":
        bid = bid_of(case, desk.policy)
        desk.ledger.end(bid, record_of_case(case, bid, "recovered", "", now))
    desk.book.keep(ended)
    return Verdict(case=ended, verdict="healed", seen=(summary,))


def _pending(case: Case, reason: str, due: float, desk: Desk) -> Verdict:
    now = desk.now()
    begun = case.deeds[0].begun if case.deeds else case.found
    if now - begun >= desk.policy.proof_within:
        return _ended(case, Failed(strategy="", reason=f"no proof came in time: {reason}"), desk)
    later = msgspec.structs.replace(desk.let_go(case), reason=reason, due=max(due, now))
    desk.book.keep(later)
    return Verdict(case=later, verdict="pending", seen=(reason,))


def _failed(case: Case, failure: Failed, desk: Desk) -> Verdict:
    if all(deed.strategy in _LEAVES_NOTHING for deed in case.deeds):
        return _ended(case, failure, desk)
    after, back = desk.engine.undo(desk.place_of(case), failure)
    remains = back.remains if isinstance(back, RollbackFailed) else ()
    return _ended(after, failure, desk, back.undone, remains)


def _ended(
    case: Case, failure: Failed, desk: Desk, undone: tuple[str, ...] = (), remains: tuple[str, ...] = ()
) -> Verdict:
    """A person's now. What was counted as healed before gets a line of its own."""
    now, bid = desk.now(), bid_of(case, desk.policy)
    if case.phase == "watching":
        bid = msgspec.structs.replace(bid, owner=f"{bid.owner}-later")
    outcome: OutcomeName = "rollback-failed" if remains else "rolled-back" if undone else "unhealed"
    verdict: VerdictName = "rollback-failed" if remains else "rolled-back" if undone else "failed"
    desk.ledger.end(bid, record_of_case(case, bid, outcome, failure.reason, now))
    left = f"; this remains: {'; '.join(remains)}" if remains else ""
    ended = escalated(case, failure.reason + left, now)
    desk.book.keep(ended)
    return Verdict(case=ended, verdict=verdict, seen=(failure.reason, *undone), remains=remains)


def record_of_case(case: Case, bid: Bid, outcome: OutcomeName, reason: str, now: float) -> Record:
    """The line of history of a recovery on a platform."""
    begun = case.deeds[0].begun if case.deeds else now
    return msgspec.structs.replace(
        line_of(bid, outcome, now, of=case.diagnosis, plan=case.plan),
        reason=reason,
        changed=any(deed.strategy == "lockfile-repair" for deed in case.deeds),
        seconds=max(0.0, now - begun),
    )
