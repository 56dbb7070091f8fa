"""Mends a lockfile with its own tool in a copy of the project, proves the result, then puts it in place."""

from __future__ import annotations

import shlex

import msgspec

from remediate.logs.neutral import printable_log
from remediate.logs.redaction import Redactor
from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.recovery.lockfiles.abilities import FolderHooks, NamesRegistries
from remediate.recovery.lockfiles.bench import Bench, Stuck
from remediate.recovery.lockfiles.node_manifest import hosts_in
from remediate.recovery.lockfiles.placing import ended_as, put
from remediate.recovery.lockfiles.project import Project
from remediate.recovery.lockfiles.proofs import find_faults
from remediate.recovery.lockfiles.readiness import Refused, bench_of, find_ready, history_of
from remediate.recovery.lockfiles.salvage import Salvage, salvage
from remediate.recovery.strategy import Site

NAME = "lockfile-repair"
OTHER_FILE = "a person must look: the registry gives another file than the lockfile vouches for"
REGENERATED = "nothing of the lockfile can be read, nor of its history: every version would be chosen anew"
_MOST_EVIDENCE = 2000
_BEFORE = "before"
_TYPICAL_SECONDS = 30.0
# How tools say that a file is not what the lockfile vouches for.
_MISMATCH = (
    "integrity",
    "checksum",
    "hash mismatch",
    "do not match the hashes",
    "hashes do not match",
    "matches the environment or hashes",
)


class LockfileRepair:
    """The strategy; what is special to a tool is in its file under `lockfiles/`."""

    name = NAME

    def preview(self, step: Step, site: Site) -> Offer:
        project = find_ready(step, site)
        if isinstance(project, Refused):
            return Unfit(strategy=NAME, reason=project.reason)
        salvaged = _salvage(project, site)
        usable = salvaged.text is not None
        commands = (
            *project.tool.rounds(project.folder, usable=usable),
            *project.tool.check(project.folder),
        )
        asks = (_hooks(project), "" if usable else REGENERATED)
        return Preview(
            strategy=NAME,
            target=project.path,
            changes=(
                *(
                    Change(verb="run", what=shlex.join(each.arguments), detail="in a copy")
                    for each in commands
                ),
                Change(verb="write", what=project.path, detail=salvaged.note),
            ),
            touches=(project.path,),
            seconds=_TYPICAL_SECONDS,
            cost="downloads every locked package once, into a folder that is thrown away",
            risk="high" if any(asks) else "medium",
            affected=(project.path,),
            asks="; ".join(each for each in asks if each),
        )

    def apply(self, step: Step, site: Site) -> StepResult:
        project = find_ready(step, site)
        if isinstance(project, Refused):
            return _failed(project)
        path = project.folder / project.lockfile
        before = path.read_bytes()
        _keep(before, site)
        text = _mend_safely(project, site)
        if isinstance(text, Refused):
            return _failed(text)
        text = ended_as(before, text)
        if text == before:
            return Done(strategy=NAME, summary=f"{project.path} agrees with its manifest already")
        put(path, text)
        written = Change(verb="write", what=project.path)
        return Done(strategy=NAME, summary=f"{project.path} is mended", changes=(written,))

    def verify(self, step: Step, site: Site) -> StepResult:
        project = find_ready(step, site)
        if isinstance(project, Refused):
            return _failed(project)
        wrong = _look_again(project, site)
        if wrong is not None:
            return _failed(wrong)
        return Done(strategy=NAME, summary=f"{project.tool.name} takes {project.path} as it is")

    def undo(self, step: Step, site: Site) -> StepResult:
        return Done(strategy=NAME, summary="the lockfile was put back with the backup")


def _mend_safely(project: Project, site: Site) -> bytes | Refused:
    try:
        return _mend(project, site)
    except (ValueError, msgspec.MsgspecError, OSError) as problem:
        return Refused(reason=f"the project's files cannot be copied or read: {problem}")


def _look_again(project: Project, site: Site) -> Refused | None:
    """All proofs, of the file in its place against what was there before."""
    try:
        salvaged = _salvage(project, site, kept=True)
        text = (project.folder / project.lockfile).read_bytes()
        return _proved(project, salvaged, text, bench_of(project, site))
    except (ValueError, msgspec.MsgspecError, OSError) as problem:
        return Refused(reason=f"the project's files cannot be copied or read: {problem}")


def _mend(project: Project, site: Site) -> bytes | Refused:
    """The mended text, proved; nothing outside the scratch folder is touched."""
    salvaged = _salvage(project, site)
    mended = _try(project, salvaged, salvaged.text, site)
    if isinstance(mended, Refused) and salvaged.instead is not None:
        return _try(project, salvaged, salvaged.instead, site)
    return mended


def _try(project: Project, salvaged: Salvage, start: bytes | None, site: Site) -> bytes | Refused:
    """What the tool makes of this text, or of no lockfile at all."""
    bench = bench_of(project, site)
    copy = bench.folder / project.lockfile
    if start is None:
        copy.unlink(missing_ok=True)
    else:
        copy.write_bytes(start)
    stuck = bench.run(project.tool.rounds(bench.folder, usable=start is not None))
    if isinstance(stuck, Stuck):
        return _told(stuck, f"{project.tool.name} could not mend the lockfile")
    if not copy.is_file():
        return Refused(reason=f"{project.tool.name} wrote no {project.lockfile}", evidence=stuck)
    text = copy.read_bytes()
    return _proved(project, salvaged, text, bench) or text


def _proved(project: Project, salvaged: Salvage, text: bytes, bench: Bench) -> Refused | None:
    """Our own proofs, then the tool's: it must take the text unchanged."""
    configured = _configured(project, bench) if not salvaged.locks else frozenset[str]()
    faults = find_faults(project.tool, salvaged, text, project.tool.wanted(project.folder), configured)
    if faults:
        return Refused(reason=_first(faults))
    copy = bench.folder / project.lockfile
    copy.write_bytes(text)
    stuck = bench.run(project.tool.check(bench.folder))
    if isinstance(stuck, Stuck):
        return _told(stuck, f"{project.tool.name} does not take the lockfile")
    if copy.read_bytes() != text:
        return Refused(reason=f"{project.tool.name} changed the lockfile while it checked it", evidence=stuck)
    return None


def _first(faults: tuple[str, ...]) -> str:
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    reason = faults[0] + more
    return f"{OTHER_FILE}: {reason}" if "vouches for" in reason else reason


def _told(stuck: Stuck, reason: str) -> Refused:
    said = stuck.output.lower()
    if any(word in said for word in _MISMATCH):
        return Refused(reason=OTHER_FILE, evidence=stuck.output)
    return Refused(reason=f"{reason}: {stuck.reason}", evidence=stuck.output)


def _failed(refused: Refused) -> Failed:
    evidence = printable_log(Redactor().redact(refused.evidence[-_MOST_EVIDENCE:]))
    return Failed(strategy=NAME, reason=printable_log(Redactor().redact(refused.reason)), evidence=evidence)


def _salvage(project: Project, site: Site, *, kept: bool = False) -> Salvage:
    """What the lockfile holds, or (`kept`) what it held before `apply`, as long as that is known."""
    before = site.scratch / _BEFORE
    path = before if kept and before.is_file() else project.folder / project.lockfile
    return salvage(
        project.tool, project.folder, project.lockfile, history_of(project, site), path.read_bytes()
    )


def _keep(text: bytes, site: Site) -> None:
    """Lets `verify` compare with what was there; a call after a kill does not take the new for the old."""
    before = site.scratch / _BEFORE
    if not before.is_file():
        site.scratch.mkdir(parents=True, exist_ok=True)
        before.write_bytes(text)


def _hooks(project: Project) -> str:
    tool = project.tool
    return tool.hooks_in(project.folder) if isinstance(tool, FolderHooks) else tool.hooks


def _configured(project: Project, bench: Bench) -> frozenset[str]:
    """The registries in force, for a lockfile of which nothing could be read."""
    if not isinstance(project.tool, NamesRegistries):
        return frozenset()
    told = bench.run((project.tool.ask_registry(),), reads=True)
    asked = hosts_in(told) if isinstance(told, str) else frozenset[str]()
    return asked | project.tool.registries(bench.folder)
