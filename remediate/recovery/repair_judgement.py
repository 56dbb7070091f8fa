"""Whether what a repair claims may be committed: proved anew from bytes, beside a fresh checkout."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from remediate.model.case import Case
from remediate.model.policy import AnomalyPolicy
from remediate.recovery.lockfiles.abilities import NamesRegistries
from remediate.recovery.lockfiles.proofs import find_faults
from remediate.recovery.lockfiles.tool import Lock
from remediate.recovery.remote_telling import shown
from remediate.recovery.repair_order import LARGEST_LOCKFILE, Mended, Repair
from remediate.recovery.repair_site import Damaged, digest_of
from remediate.safety.anomaly import Intended, inspect, may_touch
from remediate.safety.edits import Edit

_FORBIDDEN = frozenset({".git", ".github", ".gitmodules", ".gitattributes"})


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """Why nothing of it is taken."""

    reason: str


def judge(
    repair: Repair, case: Case, damaged: Damaged, policy: AnomalyPolicy, now: float
) -> Mended | Rejected:
    """The one file, where everything about it holds."""
    for wrong in _claims(repair, case):
        return Rejected(reason=wrong)
    mended = repair.files[0]
    for wrong in (*_place(mended, damaged), *_content(mended, damaged, policy, now)):
        return Rejected(reason=wrong)
    return mended


def changes_of(damaged: Damaged, content: bytes) -> tuple[str, ...]:
    """Each package that another version was locked of, in words."""
    after = damaged.project.tool.read(content)
    before = _versions(damaged.salvaged.locks[0]) if damaged.salvaged.locks else {}
    now = _versions(after) if isinstance(after, Lock) else {}
    told = []
    for name in sorted({*before, *now}):
        old, new = (", ".join(sorted(one.get(name, ()))) for one in (before, now))
        if old != new:
            told.append(f"{name}: {old or 'not locked'} → {new or 'not locked any more'}")
    return tuple(told)


def _claims(repair: Repair, case: Case) -> Iterator[str]:
    plan = case.plan.hash if case.plan else ""
    if (repair.case, repair.commit, repair.plan) != (case.key, case.run.commit, plan):
        yield "the repair is for another case, commit or plan"
    if repair.ended == "unchanged":
        yield "the lockfile agrees with its manifest as it is: there is nothing to repair"
    if repair.ended == "failed":
        yield f"nothing repaired it: {shown(repair.reason)}"
    if len(repair.files) != 1:
        yield f"the repair changes {len(repair.files)} files, and a lockfile is one"


def _place(mended: Mended, damaged: Damaged) -> Iterator[str]:
    parts = mended.path.lower().split("/")
    if not may_touch(mended.path, (mended.path,)) or not mended.path.isprintable():
        yield f"{shown(mended.path)} is no path of this repository"
    elif _FORBIDDEN.intersection(parts) or mended.path != damaged.path:
        yield f"the repair changes {shown(mended.path)}, and the lockfile is {shown(damaged.path)}"
    if mended.mode != damaged.entry.mode:
        yield f"the repair makes it a file of mode {shown(mended.mode)}; it is one of {damaged.entry.mode}"


def _content(mended: Mended, damaged: Damaged, policy: AnomalyPolicy, now: float) -> Iterator[str]:
    if len(mended.content) > LARGEST_LOCKFILE:
        yield f"the repaired lockfile is larger than {LARGEST_LOCKFILE >> 20} MiB"
        return
    if mended.before != digest_of(damaged.text):
        yield "the repair began with another lockfile than the commit has"
    if mended.after != digest_of(mended.content) or mended.content == damaged.text:
        yield "the repaired lockfile is not the one that was proved"
    yield from _odd(mended, damaged, policy, now)
    yield from _faults(mended.content, damaged)


def _odd(mended: Mended, damaged: Damaged, policy: AnomalyPolicy, now: float) -> Iterator[str]:
    before = damaged.text.decode("utf-8", "replace")
    try:
        edit = Edit(path=damaged.path, before=before, after=mended.content.decode())
    except UnicodeDecodeError:
        yield "the repaired lockfile is no text"
        return
    found = inspect(Intended(edits=(edit,), allowed=(damaged.path,)), policy, now)
    if found.refuses:
        yield f"what was changed is unusual, so a person has to look: {shown(found.reason)}"


def _faults(content: bytes, damaged: Damaged) -> Iterator[str]:
    """The proofs that need no tool: hosts, hashes, and that the manifest explains every change."""
    project = damaged.project
    settings = isinstance(project.tool, NamesRegistries) and not damaged.salvaged.locks
    configured = project.tool.registries(project.folder) if settings else frozenset()  # type: ignore[attr-defined]
    try:
        wanted = project.tool.wanted(project.folder)
        faults = find_faults(project.tool, damaged.salvaged, content, wanted, configured)
    except (ValueError, msgspec.MsgspecError, OSError) as problem:
        faults = (f"the project's files cannot be read: {problem}",)
    for fault in faults:
        yield f"the repaired lockfile is not proved: {shown(fault)}"


def _versions(lock: Lock) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in lock.packages:
        found.setdefault(each.name, set()).add(each.version)
    return found
