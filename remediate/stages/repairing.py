"""Has lockfiles repaired where no token is: writes the orders, has them carried out by another process."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

import remediate
from remediate.errors import Unreachable
from remediate.model.case import Case
from remediate.model.policy import Policy
from remediate.ports import Absent, Git
from remediate.recovery.repair_checkout import check_out
from remediate.recovery.repair_order import (
    REPAIR,
    TREE,
    Limits,
    Order,
    Repair,
    place_of,
    read_orders,
    write_document,
)
from remediate.recovery.strategies.lockfile_pull_proof import NAME
from remediate.stages.repairing_apart import MOST_SECONDS, clean, failed
from remediate.system.processes import SystemProcesses
from remediate.system.seclusion import hide_memory, secluded

# For Python, git and what else each repair takes besides the package manager's own time.
_MARGIN = 60.0
# It finds our modules where this process does, whatever the home folder is.
_CHILD = (
    "import os, sys; sys.path[:0] = sys.argv.pop(1).split(os.pathsep); from remediate.cli.main import main;"
    " sys.argv[0] = 'remediate'; main()"
)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A case whose plan repairs a lockfile; `agreed` is why a person was asked, where one has said yes."""

    case: Case
    agreed: str = ""


def prepare(
    wanted: Sequence[Wanted], *, git: Git, address: str, policy: Policy, folder: Path
) -> dict[str, str]:
    """Writes an order for each case, with its commit's files; by its key, why there is none for a case."""
    left: dict[str, str] = {}
    for each in wanted:
        place = place_of(folder, each.case.key)
        shutil.rmtree(place, ignore_errors=True)
        order = _order(each, address, policy)
        why = order if isinstance(order, str) else _fetched(order, git, place / TREE)
        if isinstance(order, Order) and not why:
            write_document(folder, order)
        else:
            left[each.case.key] = why
            write_document(folder, _unrepaired(each.case, why))
    return left


def _fetched(order: Order, git: Git, tree: Path) -> str:
    try:
        return check_out(git, order.address, order.subject.commit, tree)
    except Unreachable as problem:
        return problem.message


def _unrepaired(case: Case, why: str) -> Repair:
    """So that whoever publishes can tell why."""
    plan = case.plan.hash if case.plan else ""
    return Repair(case=case.key, plan=plan, commit=case.run.commit, ended="failed", reason=clean(why))


def run_repairs(folder: Path, environment: Mapping[str, str]) -> str:
    """Has the orders of the folder carried out by a process that is given no token and can read none of ours.

    Empty, or why it did not end well; the documents in the folder tell of each order how it went.
    """
    folder = folder.absolute()
    orders = tuple(read_orders(folder))
    why = _carried_out(folder, environment, MOST_SECONDS + len(orders) * _MARGIN)
    for order in orders if why else ():
        if not (place_of(folder, order.case) / REPAIR).exists():
            write_document(folder, failed(order, why))
    return why


def _carried_out(folder: Path, environment: Mapping[str, str], seconds: float) -> str:
    hide_memory()
    ours = str(Path(remediate.__file__).resolve().parent.parent)
    paths = os.pathsep.join(filter(os.path.isabs, (ours, *sys.path)))
    with tempfile.TemporaryDirectory(prefix="remediate-home-") as home:
        ended = SystemProcesses().run(
            (sys.executable, "-I", "-c", _CHILD, paths, "repair", str(folder)),
            folder=folder,
            environment=secluded(environment, Path(home)),
            timeout=seconds,
        )
    if isinstance(ended, Absent):
        return f"{ended.program}: {ended.reason}"
    said = clean(ended.output.decode("utf-8", "replace"))
    how = "took too long" if ended.code is None else f"ended with {ended.code}"
    return "" if ended.code == 0 else f"the repairs {how}: {said}"


def _order(wanted: Wanted, address: str, policy: Policy) -> Order | str:
    case, plan = wanted.case, wanted.case.plan
    steps = [step for step in plan.steps if step.strategy == NAME] if plan else []
    if plan is None or case.diagnosis is None or len(steps) != 1:
        return "its plan has no step that repairs a lockfile"
    if not case.trusted or case.run.home != case.run.repository:
        return "its code is not from a branch of this repository"
    return Order(
        case=case.key,
        plan=plan.hash,
        address=address,
        subject=plan.subject,
        diagnosis=case.diagnosis,
        step=steps[0],
        limits=Limits(recovery_timeout=policy.recovery_timeout, anomaly=policy.anomaly),
        agreed=wanted.agreed,
    )
