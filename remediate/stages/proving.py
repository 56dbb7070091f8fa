"""Looks at original failures again, and writes down whether they are gone."""

from __future__ import annotations

import msgspec

from remediate.errors import Unreachable
from remediate.model.actions import FAILURES
from remediate.model.case import Case, Standing
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
# When what could not be looked at is looked at again.
_LATER = 600.0
ANOTHER = "another run of Remediate is at it, or was"


def awaits_attempt(case: Case) -> bool:
    """Whether a new attempt of its run is its proof; a pull request has a run of its own."""
    return case.phase in ("proving", "watching") and any(deed.strategy == "rerun" for deed in case.deeds)


def settle(case: Case, later: int, signature: str, desk: Desk) -> Verdict:
    """A later attempt failed: with the same failure the recovery has not helped; else another came."""
    try:
        return _settled(case, later, signature, desk)
    except Unreachable as problem:
        return _pending(case, problem.message, desk.now() + _LATER, desk)


def _settled(case: Case, later: int, signature: str, desk: Desk) -> Verdict:
    bid = _bid_to_end(case, desk)
    if signature and signature != case.signature:
        if case.phase == "watching":
            return _closed(case, "healed", case.reason, desk)
        desk.ledger.withdraw(bid)
        reason = f"its failure is gone; attempt {later} failed with another, which is looked at by itself"
        return _closed(msgspec.structs.replace(case, moot=True), "ignored", reason, desk)
    how = "the same way" if signature else "as well"
    return _unhealed(case, f"attempt {later} failed {how}, and is looked at by itself", desk)


def _unhealed(case: Case, reason: str, desk: Desk) -> Verdict:
    """Nobody is called: the run went on, and its latest attempt speaks for itself."""
    if any(deed.strategy not in _LEAVES_NOTHING for deed in case.deeds):
        return _failed(case, Failed(strategy="", reason=reason), desk)
    bid = _bid_to_end(case, desk)
    desk.ledger.end(bid, record_of_case(case, bid, "unhealed", reason, desk.now()))
    return _closed(case, "ignored", reason, desk)


def _closed(case: Case, standing: Standing, reason: str, desk: Desk) -> Verdict:
    ended = closed(case, standing, reason, desk.now())
    verdict: VerdictName = "healed" if standing == "healed" else "failed"
    return _kept(case, Verdict(case=ended, verdict=verdict, seen=(reason,)), desk)


def _kept(before: Case, verdict: Verdict, desk: Desk) -> Verdict:
    """The verdict, once it is written down; what another run of ours has written meanwhile is that one's."""
    if desk.book.keep(verdict.case):
        return verdict
    return Verdict(case=before, verdict="pending", seen=(ANOTHER,))


def prove(case: Case, desk: Desk) -> Verdict:
    """Healed, failed and undone, or still to be seen, as what cannot be looked at now is."""
    try:
        return _judged(case, desk)
    except Unreachable as problem:
        if desk.dry_run:
            return Verdict(case=case, verdict="pending", seen=(problem.message,))
        return _pending(case, problem.message, desk.now() + _LATER, desk)


def _judged(case: Case, desk: Desk) -> Verdict:
    case, seen = desk.engine.look(desk.place_of(case))
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
            return _overtaken(case, desk) or _failed(case, failure, desk)


def _overtaken(case: Case, desk: Desk) -> Verdict | None:
    """What became of a run that has gone on without us, or is gone; None where it is as we left it."""
    if not awaits_attempt(case):
        return None
    first = case.run.attempt + 1
    latest = desk.doors.platform.run(case.run.id)
    if latest is None:
        desk.ledger.withdraw(_bid_to_end(case, desk))
        gone = "the run is gone, so nothing shows whether it was healed"
        return _closed(msgspec.structs.replace(case, moot=True), "ignored", gone, desk)
    if latest.attempt < first or (latest.attempt == first and latest.conclusion not in FAILURES):
        return None
    if latest.conclusion not in FAILURES:
        reason = f"attempt {first} did not heal it, and somebody has begun attempt {latest.attempt} since"
        return _unhealed(case, reason, desk)
    signature = desk.book.signature_of(latest)
    if signature is None:
        return _pending(case, f"attempt {latest.attempt} failed, and is to be diagnosed", 0.0, desk)
    return settle(case, latest.attempt, signature, desk)


def _tested(case: Case, desk: Desk) -> Tested:
    """What the new attempt's own test reports say, where there is a new attempt."""
    platform, run = desk.doors.platform, case.run
    again = platform.run(run.id, run.attempt + 1)
    if case.phase == "watching" or again is None:
        return Tested()
    folder = desk.doors.folder / "reports"
    folder.mkdir(parents=True, exist_ok=True)
    return compared(platform, run, again, folder)


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
    if case.phase == "watching":
        return _closed(case, "healed", summary, desk)
    bid = bid_of(case, desk.policy)
    desk.ledger.end(bid, record_of_case(case, bid, "recovered", "", now))
    if not delay:
        return _closed(case, "healed", summary, desk)
    watched = msgspec.structs.replace(
        desk.let_go(case), phase="watching", standing="healed", reason=summary, due=now + delay
    )
    return _kept(case, Verdict(case=watched, verdict="healed", seen=(summary,)), desk)


def _pending(case: Case, reason: str, due: float, desk: Desk) -> Verdict:
    now = desk.now()
    begun = case.deeds[0].begun if case.deeds else case.found
    if now - begun >= desk.policy.proof_within:
        return _ended(case, Failed(strategy="", reason=f"no proof came in time: {reason}"), desk)
    later = msgspec.structs.replace(desk.let_go(case), reason=reason, due=max(due, now))
    return _kept(case, Verdict(case=later, verdict="pending", seen=(reason,)), desk)


def _failed(case: Case, failure: Failed, desk: Desk) -> Verdict:
    if all(deed.strategy in _LEAVES_NOTHING for deed in case.deeds):
        return _ended(case, failure, desk)
    after, back = desk.engine.undo(desk.place_of(case), failure)
    remains = back.remains if isinstance(back, RollbackFailed) else ()
    return _ended(after, failure, desk, back.undone, remains)


def _ended(
    case: Case, failure: Failed, desk: Desk, undone: tuple[str, ...] = (), remains: tuple[str, ...] = ()
) -> Verdict:
    """A person's now."""
    now, bid = desk.now(), _bid_to_end(case, desk)
    outcome: OutcomeName = "rollback-failed" if remains else "rolled-back" if undone else "unhealed"
    verdict: VerdictName = "rollback-failed" if remains else "rolled-back" if undone else "failed"
    desk.ledger.end(bid, record_of_case(case, bid, outcome, failure.reason, now))
    left = f"; this remains: {'; '.join(remains)}" if remains else ""
    ended = escalated(case, failure.reason + left, now)
    seen = (failure.reason, *undone)
    return _kept(case, Verdict(case=ended, verdict=verdict, seen=seen, remains=remains), desk)


def _bid_to_end(case: Case, desk: Desk) -> Bid:
    """What was counted as healed before gets a line of its own."""
    bid = bid_of(case, desk.policy)
    return msgspec.structs.replace(bid, owner=f"{bid.owner}-later") if case.phase == "watching" else bid


def record_of_case(case: Case, bid: Bid, outcome: OutcomeName, reason: str, now: float) -> Record:
    """The line of history of a recovery on a platform."""
    begun = case.deeds[0].begun if case.deeds else now
    return msgspec.structs.replace(
        line_of(bid, outcome, now, of=case.diagnosis, plan=case.plan),
        reason=reason,
        changed=any(deed.strategy == "lockfile-repair" for deed in case.deeds),
        seconds=max(0.0, now - begun),
    )
