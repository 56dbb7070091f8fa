"""A recovery on its way: the plan with its strategies, its journal and its doors."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from remediate.model.outcome import Failed, StepResult
from remediate.model.plan import Plan, Step
from remediate.model.preview import Offer, Preview
from remediate.recovery.backups import Backups
from remediate.recovery.backups_files import remove
from remediate.recovery.journal import Journal
from remediate.recovery.strategy import Site, Strategy

Named = Callable[[str], Strategy]


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What each part of the engine needs; the steps are numbered through all groups."""

    plan: Plan
    site: Site
    strategies: tuple[Strategy, ...]
    touches: tuple[tuple[str, ...], ...]
    journal: Journal
    backups: Backups

    def apply(self, number: int, site: Site) -> StepResult:
        return self._ask(number, site, "apply")

    def verify(self, number: int, site: Site) -> StepResult:
        return self._ask(number, site, "verify")

    def undo(self, number: int) -> StepResult:
        return self._ask(number, self.site, "undo")

    def _ask(self, number: int, site: Site, verb: str) -> StepResult:
        step, strategy = self.plan.steps[number], self.strategies[number]
        try:
            with fresh(site) as there:
                result: StepResult = getattr(strategy, verb)(step, there)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            return Failed(strategy=step.strategy, reason=f"{where}{error.strerror or type(error).__name__}")
        return result


def previewed(plan: Plan, site: Site, strategies: Sequence[Strategy]) -> tuple[Offer, ...]:
    """What each step would do, in their order."""
    offers = []
    for step, strategy in zip(plan.steps, strategies, strict=True):
        with fresh(site) as there:
            offers.append(strategy.preview(step, there))
    return tuple(offers)


def touched(offers: Sequence[Offer]) -> tuple[tuple[str, ...], ...]:
    """The paths of each step."""
    return tuple(offer.touches if isinstance(offer, Preview) else () for offer in offers)


def numbered(groups: Sequence[Sequence[Step]]) -> Iterator[tuple[int, ...]]:
    """The numbers of the steps of each group."""
    first = 0
    for group in groups:
        yield tuple(range(first, first + len(group)))
        first += len(group)


@contextlib.contextmanager
def fresh(site: Site) -> Iterator[Site]:
    """The site with an empty scratch folder of its own, which is thrown away."""
    site.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(dir=site.scratch))
    try:
        yield msgspec.structs.replace(site, scratch=folder)
    finally:
        remove(folder)
