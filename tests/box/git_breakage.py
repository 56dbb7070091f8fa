"""Connections of git that break, by number or by chance."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Literal

When = Literal["during", "before", "after", "answer"]


@dataclass(kw_only=True)
class Cut:
    """One kind of broken connection, so many times, or each time by chance."""

    when: When
    service: str
    repo: str
    times: float
    chance: float


@dataclass
class Mischief:
    """Connections that break: `during` the request, `before` or `after` its effect, within the `answer`."""

    seed: int = 1
    cuts: list[Cut] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lock, self.random = threading.Lock(), random.Random(self.seed)

    def cut(
        self,
        when: When,
        *,
        service: str = "git-receive-pack",
        repo: str = "",
        times: float = 1,
        chance: float = 1,
    ) -> None:
        """Breaks the next `times` requests of the service, each with the chance; `float("inf")` for all."""
        with self.lock:
            self.cuts.append(Cut(when=when, service=service, repo=repo, times=times, chance=chance))

    def calm(self) -> None:
        """No more of it."""
        with self.lock:
            self.cuts.clear()

    def take(self, service: str, repo: str) -> When | None:
        """What happens to this request."""
        with self.lock:
            for cut in self.cuts:
                fits = cut.service in {service, ""} and cut.repo in {repo, ""} and cut.times > 0
                if fits and self.random.random() < cut.chance:
                    cut.times -= 1
                    self.done.append((cut.when, service))
                    return cut.when
        return None
