"""Whether a project's lockfile can be mended on this machine, and where that is done."""

from __future__ import annotations

import msgspec

from remediate.model.plan import Step
from remediate.recovery.lockfiles.abilities import Probed, ProbedInProject
from remediate.recovery.lockfiles.bench import Bench, Stuck, make_bench
from remediate.recovery.lockfiles.conflict import has_markers
from remediate.recovery.lockfiles.history import History
from remediate.recovery.lockfiles.project import NoProject, Project, find_project
from remediate.recovery.lockfiles.settings_history import new_registries
from remediate.recovery.strategy import Site


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Why the lockfile cannot be mended here; `evidence` is what the tool said."""

    reason: str
    evidence: str = ""


def find_ready(step: Step, site: Site) -> Project | Refused:
    """The project, where all is there that its mending needs and nothing speaks against it."""
    try:
        project = find_project(site.root, step.arguments, site.diagnosis)
        if isinstance(project, NoProject):
            return Refused(reason=project.reason)
        return _unmet(project, site) or project
    except (ValueError, msgspec.MsgspecError, OSError) as problem:
        return Refused(reason=f"the project's files cannot be read: {problem}")


def _unmet(project: Project, site: Site) -> Refused | None:
    tool = project.tool
    for program in tool.programs:
        if site.processes.find(program) is None:
            return Refused(reason=f"{program} is not installed")
    misfit = _misfit(project, site)
    if misfit:
        return Refused(reason=misfit)
    for name in tool.inputs(project.folder):
        path = project.folder / name
        if name != project.lockfile and path.is_file() and has_markers(path.read_bytes()):
            return Refused(reason=f"{name} has conflict markers itself: a person must settle them")
    new = new_registries(tool, project.folder, project.lockfile, history_of(project, site), site.scratch)
    if new:
        named = ", ".join(sorted(new))
        return Refused(reason=f"the project's settings name a registry that the lockfile never knew: {named}")
    return None


def _misfit(project: Project, site: Site) -> str:
    """Why the program that is here is not the one that the project needs."""
    tool = project.tool
    if isinstance(tool, ProbedInProject):
        bench = bench_of(project, site)
        told = bench.run((tool.probe_in(bench.folder),), reads=True)
        return told.reason if isinstance(told, Stuck) else tool.misfit_in(project.folder, told)
    if isinstance(tool, Probed):
        told = bench_of(project, site, empty=True).run((tool.probe(),), reads=True)
        return told.reason if isinstance(told, Stuck) else tool.misfit(told)
    return ""


def history_of(project: Project, site: Site) -> History:
    return History(processes=site.processes, folder=project.folder, environment=site.environment)


def bench_of(project: Project, site: Site, *, empty: bool = False) -> Bench:
    inputs = () if empty else (*project.tool.inputs(project.folder), project.lockfile)
    return make_bench(project.folder, inputs, site)
