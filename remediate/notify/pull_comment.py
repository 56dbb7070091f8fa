"""The one comment on a pull request, rewritten whenever something is known anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from remediate.errors import Unreachable
from remediate.logs.sections import ALWAYS, LONGEST_BODY, Section, body_size, joined
from remediate.model.account import Account
from remediate.notify.case_section import section, short_section, together
from remediate.notify.summary import headline
from remediate.notify.wording import Voice, rank
from remediate.ports import Tracker

MARK = "<!-- remediate:pull -->"
# So many at once: each is a request, and a notice to people.
MOST = 30
_FULL = 20


def comment(accounts: Sequence[Account], voice: Voice) -> str:
    """The cases of one pull request."""
    ordered = sorted(accounts, key=rank)
    return joined(tuple(_sections(ordered, voice)), LONGEST_BODY, body_size)


def by_pull(accounts: Iterable[Account]) -> dict[int, list[Account]]:
    """The cases that a pull request should hear of, by its number."""
    pulls: dict[int, list[Account]] = {}
    for account in accounts:
        if account.case.pull and account.case.standing != "ignored":
            pulls.setdefault(account.case.pull, []).append(account)
    return pulls


class PullsTold(msgspec.Struct, frozen=True, kw_only=True):
    """The pull requests that were told, what else is to be said, and what could not be told."""

    numbers: tuple[int, ...] = ()
    lines: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def tell_pulls(accounts: Iterable[Account], tracker: Tracker, voice: Voice) -> PullsTold:
    """The newest first; what fails does not keep the rest."""
    told: list[int] = []
    problems: list[str] = []
    pulls = by_pull(accounts)
    for number in sorted(pulls, reverse=True)[:MOST]:
        try:
            tracker.put_comment(number, comment(pulls[number], voice), MARK)
            told.append(number)
        except Unreachable as problem:
            problems.append(f"the comment on pull request {number}: {voice.plain(problem.message)}")
    left = len(pulls) - MOST
    lines = (f"{left} older pull requests got no comment, to spare you a flood",) if left > 0 else ()
    return PullsTold(numbers=tuple(told), lines=lines, problems=tuple(problems))


def _sections(ordered: Sequence[Account], voice: Voice) -> Iterator[Section]:
    yield Section(worth=ALWAYS, text=f"{MARK}\n**Remediate:** {headline(ordered)}")
    all_told = together(ordered, voice)
    for number, told in enumerate(all_told[:_FULL]):
        yield Section(
            worth=90 - number,
            text=section(told, voice, pictured=number == 0),
            shorter=short_section(told, voice),
        )
    left = sum(len(told.accounts) for told in all_told[_FULL:])
    if left:
        yield Section(worth=95, text=f"and {left} more, in the summary of the run")
