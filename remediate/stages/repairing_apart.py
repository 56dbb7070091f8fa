"""Carries out the orders of a folder where no token is: where alone the workflow runs package managers."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from remediate.errors import ConfigProblem, RemediateError
from remediate.logs.neutral import printable_log
from remediate.logs.redaction import Redactor
from remediate.model.outcome import Failed, Recovered, RollbackFailed, RolledBack
from remediate.model.plan import Plan, Step
from remediate.model.policy import Policy
from remediate.model.preview import Preview
from remediate.ports import Clock, Processes, Web
from remediate.recovery.engine import Engine
from remediate.recovery.repair_order import (
    LARGEST_LOCKFILE,
    TREE,
    Mended,
    Order,
    Repair,
    place_of,
    read_orders,
    write_document,
)
from remediate.recovery.repair_site import digest_of
from remediate.recovery.strategies.lockfile_pull_proof import NAME
from remediate.recovery.strategy import Site
from remediate.system.clock import SystemClock
from remediate.system.orphans import end_orphans
from remediate.system.processes import SystemProcesses
from remediate.system.seclusion import hide_memory, secluded, tokens_in
from remediate.system.web import SystemWeb

# All orders of one call have so long together: a job that is ended before its last step publishes nothing,
# and the next one would begin the same again.
MOST_SECONDS = 1500.0
# Preview, change and proof each take a recovery's time at most.
_PARTS = 3
_MOST_SAID = 2000


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What a repair needs of this machine."""

    clock: Clock
    processes: Processes
    web: Web


def repair_orders(
    folder: Path, environment: Mapping[str, str], tools: Tools | None = None
) -> tuple[Repair, ...]:
    """Carries out every order of the folder, with the local engine; refuses where a token could be seen."""
    found = tokens_in(environment)
    if found:
        raise ConfigProblem(
            f"there is a token here: {', '.join(found)}",
            hint="Package managers must find none: run this in a step of its own, without these variables.",
        )
    hide_memory()
    tools = tools or Tools(clock=SystemClock(), processes=SystemProcesses(), web=SystemWeb())
    until = tools.clock.now() + MOST_SECONDS
    return tuple(_repaired(folder, order, environment, tools, until) for order in read_orders(folder))


def _repaired(
    folder: Path, order: Order, environment: Mapping[str, str], tools: Tools, until: float
) -> Repair:
    seconds = min(order.limits.recovery_timeout, (until - tools.clock.now()) / _PARTS)
    with tempfile.TemporaryDirectory(prefix="remediate-repair-") as apart:
        place = Path(apart)
        for name in ("home", "scratch"):
            (place / name).mkdir()
        site = Site(
            diagnosis=order.diagnosis,
            subject=order.subject,
            policy=Policy(recovery_timeout=seconds, anomaly=order.limits.anomaly),
            root=place_of(folder, order.case) / TREE,
            scratch=place / "scratch",
            environment=secluded(environment, place / "home"),
            clock=tools.clock,
            processes=tools.processes,
            web=tools.web,
        )
        try:
            repair = _mended(order, site, Engine(place / "state", orphans=end_orphans))
        except (RemediateError, OSError) as problem:
            repair = failed(order, str(problem))
    write_document(folder, repair)
    return repair


def _mended(order: Order, site: Site, engine: Engine) -> Repair:
    if site.policy.recovery_timeout < 1:
        return failed(
            order, "no time was left for it: the repairs before it took all that a job has for them"
        )
    plan = _plan(order)
    (offer,) = engine.preview(plan, site)
    if not isinstance(offer, Preview):
        return failed(order, offer.reason)
    if offer.asks and offer.asks != order.agreed:
        return failed(order, f"a person has to agree first: {offer.asks}")
    (path,) = offer.touches
    before = (site.root / path).read_bytes()
    outcome = engine.carry_out(plan, site, (offer,))
    if isinstance(outcome, RolledBack | RollbackFailed):
        return failed(order, outcome.failure)
    if not isinstance(outcome, Recovered):
        return failed(order, "the engine only rehearsed")
    return _kept(order, site.root / path, path, before, outcome.results[-1].summary)


def _kept(order: Order, place: Path, path: str, before: bytes, said: str) -> Repair:
    if place.stat().st_size > LARGEST_LOCKFILE:
        return failed(order, f"the repaired lockfile is larger than {LARGEST_LOCKFILE >> 20} MiB")
    content = place.read_bytes()
    mended = Mended(
        path=path,
        mode="100755" if place.stat().st_mode & 0o100 else "100644",
        before=digest_of(before),
        after=digest_of(content),
        content=content,
    )
    return Repair(
        case=order.case,
        plan=order.plan,
        commit=order.subject.commit,
        ended="unchanged" if content == before else "mended",
        said=clean(said),
        files=() if content == before else (mended,),
    )


def _plan(order: Order) -> Plan:
    """The one step, as the local engine takes it."""
    found = order.diagnosis
    return Plan(
        subject=order.subject,
        cause=found.cause,
        rule=found.rule or "",
        signature=found.signature or "",
        confidence=found.confidence,
        tree="",
        path=(),
        groups=((Step(strategy=NAME, arguments=order.step.arguments),),),
    )


def failed(order: Order, why: str | Failed) -> Repair:
    """So that whoever publishes can tell why."""
    reason, said = (why.reason, why.evidence) if isinstance(why, Failed) else (why, "")
    return Repair(
        case=order.case,
        plan=order.plan,
        commit=order.subject.commit,
        ended="failed",
        reason=clean(reason),
        said=clean(said),
    )


def clean(text: str) -> str:
    """The end of what a tool said, without secrets, in which nothing acts."""
    return printable_log(Redactor().redact(text))[-_MOST_SAID:]
