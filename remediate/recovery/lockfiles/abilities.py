"""What a tool may be able to do beside what every tool must: the strategy asks for each by its type."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, runtime_checkable

from remediate.recovery.lockfiles.tool import Command


@runtime_checkable
class FolderHooks(Protocol):
    """Whether code may run depends on the project."""

    def hooks_in(self, folder: Path) -> str:
        """Why code of packages or of the project may run there; empty where none does."""


@runtime_checkable
class MergesConflicts(Protocol):
    """The tool itself takes both sides of a lockfile with conflict markers: it is given as it is."""

    def merges_conflicts(self, folder: Path) -> bool:
        """Whether it does so here."""


@runtime_checkable
class NamesLockfile(Protocol):
    """The lockfile's name depends on the project."""

    def lockfile_in(self, folder: Path) -> str:
        """Its path, relative to the folder."""


@runtime_checkable
class NamesRegistries(Protocol):
    """Settings of the project say where packages come from.

    A registry that they did not name when the lockfile was last committed is refused.
    """

    @property
    def settings(self) -> tuple[str, ...]:
        """The files that do, relative to the folder."""

    def registries(self, folder: Path) -> frozenset[str]:
        """The hosts that the project's own settings name, with their ports."""

    def ask_registry(self) -> Command:
        """A call that prints the address in force and changes nothing."""


@runtime_checkable
class KnowsRanges(Protocol):
    """The tool's wording of requirements can be judged."""

    def satisfies(self, version: str, wording: str) -> bool | None:
        """Whether the version is one that the requirement allows; None where that cannot be said."""


@runtime_checkable
class Probed(Protocol):
    """Programs of one name are different tools, or too old: a probe tells."""

    def probe(self) -> Command:
        """A call, in an empty folder, that changes nothing."""

    def misfit(self, output: str) -> str:
        """Why the program that printed this cannot be used; empty where it can."""


@runtime_checkable
class ProbedInProject(Protocol):
    """As `Probed`, where the program itself looks at the project to know which tool it is."""

    def probe_in(self, folder: Path) -> Command:
        """A call, in a copy of the project, that changes nothing and starts no code of it."""

    def misfit_in(self, folder: Path, output: str) -> str:
        """Why the program that printed this cannot be used there; empty where it can."""


# Where several requirements of one name stand in one project (members of a workspace), their wordings are
# joined by this in `wanted` and `Lock.roots`, sorted.
BOTH = " && "


def join_wordings(found: list[tuple[str, str]]) -> dict[str, str]:
    """Requirements by name, each with all its wordings."""
    wordings: dict[str, set[str]] = {}
    for name, wording in found:
        wordings.setdefault(name, set()).add(wording)
    return {name: BOTH.join(sorted(each)) for name, each in sorted(wordings.items())}
