"""`registry-failover`: the command's next try takes its packages from a mirror, checked by their hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from remediate.model.outcome import Done, Failed, StepResult
from remediate.model.plan import Step
from remediate.model.policy import Mirror
from remediate.model.preview import Change, Offer, Preview, Unfit
from remediate.ports import Unanswered
from remediate.recovery.lockfiles.registry import TOOLS
from remediate.recovery.lockfiles.tool import Locked
from remediate.recovery.strategies.mirrored_tools import Way, find_way, read_locks
from remediate.recovery.strategies.telling import address_shown, clear
from remediate.recovery.strategy import Site

_NAME = "registry-failover"
_OUTSIDE = frozenset({"network", "service-unavailable", "rate-limit"})
_MISMATCH = re.compile(r"(?i)integrity|checksum|hash(?:es)?\b|sha(?:256|512)")
_PROBES = 3
_PATIENCE = 5.0


class RegistryFailover:
    """Sets variables for the command's next try alone, so nothing is left to put back, whatever dies."""

    name = _NAME

    def preview(self, step: Step, site: Site) -> Offer:
        found = _find(site)
        if isinstance(found, str):
            return Unfit(strategy=_NAME, reason=clear(found, site))
        mirror, way = found
        address = address_shown(mirror.address)
        changes = tuple(
            Change(verb="set", what=name, detail="for the next try alone")
            for name in way.settings(mirror.address)
        )
        return Preview(strategy=_NAME, target=address, changes=changes, seconds=_PATIENCE, risk="medium")

    def apply(self, step: Step, site: Site) -> StepResult:
        found = _find(site)
        if isinstance(found, str):
            return Failed(strategy=_NAME, reason=clear(found, site))
        mirror, way = found
        address = address_shown(mirror.address)
        return Done(
            strategy=_NAME,
            summary=f"the next try takes its packages from {address}",
            environment=way.settings(mirror.address),
        )

    def verify(self, step: Step, site: Site) -> StepResult:
        found = _find(site)
        if isinstance(found, str):
            return Failed(strategy=_NAME, reason=clear(found, site))
        address = address_shown(found[0].address)
        return Done(strategy=_NAME, summary=f"{address} has the locked packages; the next try decides")

    def undo(self, step: Step, site: Site) -> StepResult:
        return Done(strategy=_NAME, summary="the setting went with the command that it was made for")


def _find(site: Site) -> tuple[Mirror, Way] | str:
    """The first mirror that answers and the way to it, or why there is none."""
    mismatch = _told_mismatch(site)
    if mismatch:
        return mismatch
    command = site.subject.command
    way = find_way(command, site.environment, site.root)
    if isinstance(way, str):
        return way
    mirrors = [each for each in site.policy.mirrors if each.kind == way.kind]
    if not mirrors:
        return f"the configuration names no mirror of kind {way.kind}"
    locks = read_locks(way, command, site.root)
    if isinstance(locks, str):
        return locks
    packages = [package for lock in locks for package in lock.packages]
    if not packages:
        return "nothing is locked, so nothing that a mirror gives could be checked"
    return _unchecked(packages, way, site) or _first_answering(mirrors, way, packages, site)


def _told_mismatch(site: Site) -> str:
    """Why a mirror must not be used on what failed."""
    diagnosis = site.diagnosis
    if diagnosis.cause not in _OUTSIDE:
        return f"a mirror is no answer to {diagnosis.cause}"
    told = [diagnosis.rule or "", *(each.rule for each in diagnosis.alternatives)]
    told += [each.text for each in diagnosis.evidence if each.role == "decisive"]
    if any(_MISMATCH.search(text) for text in told):
        return "a checksum did not match: where packages come from must not change before a person has looked"
    return ""


def _unchecked(packages: list[Locked], way: Way, site: Site) -> str:
    """What a mirror could give without a hash to compare it with."""
    names = [each.name for each in packages if not each.hashes]
    if way.kind == "go":
        # The entry of a `go.mod` alone does not vouch for the module's files.
        known = {each.name for each in packages if not each.version.endswith("/go.mod")}
        names += [name for name in TOOLS["go"].wanted(site.root) if name not in known]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"the lockfile has no hash of {names[0]}{more}, so it could be anything" if names else ""


def _first_answering(
    mirrors: list[Mirror], way: Way, packages: list[Locked], site: Site
) -> tuple[Mirror, Way] | str:
    refused = []
    for mirror in mirrors:
        secret = "its address holds a user or a password" if urlsplit(mirror.address).username else ""
        problem = secret or next(_problems(mirror, way, packages, site), "")
        if not problem:
            return mirror, way
        refused.append(f"{address_shown(mirror.address)}: {problem}")
    return f"no mirror has the locked packages: {'; '.join(refused)}"


def _problems(mirror: Mirror, way: Way, packages: list[Locked], site: Site) -> Iterator[str]:
    """What is wrong with a mirror, from reads alone: some of the packages are looked for."""
    stride = max(1, len(packages) // _PROBES)
    for package in packages[::stride][:_PROBES]:
        answer = site.web.request("GET", way.asked(mirror.address, package), timeout=_PATIENCE)
        if isinstance(answer, Unanswered):
            yield answer.reason
        elif answer.status != 200:
            yield f"it answers {answer.status} for {package.name}"
