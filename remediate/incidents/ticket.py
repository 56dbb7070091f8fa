"""An incident as an issue: its title, its body with a hidden mark, and a comment for each new event."""

from __future__ import annotations

import re
from collections.abc import Iterator

from remediate.incidents.lifecycle import MOST_BRANCHES
from remediate.incidents.words import approve_command, reset_command
from remediate.logs.cutting import cut
from remediate.logs.markdown import for_markdown, linked, log_block
from remediate.logs.sections import ALWAYS, LONGEST_BODY, Section, body_size, joined
from remediate.logs.visible import for_terminal
from remediate.model.cause import SEVERITIES
from remediate.model.incident import Event, Incident, Seen
from remediate.safety.moments import moment

LABELS = ("remediate", "remediate:escalated")
_TITLE = 120
_WORDS = 300
_SHOWN_RUNS, _SHORT_RUNS, _SHOWN_EVENTS, _SHOWN_PLANS = 20, 5, 15, 5
# What wants a person, rather than tells one something.
_CALLS = ("escalated", "asked", "came-back")
_EVENTS = {
    "opened": "seen for the first time",
    "escalated": "handed to a person",
    "asked": "asks for a person's word",
    "healed": "healed",
    "came-back": "came back",
    "closed": "closed",
}


def mark_of(signature: str) -> str:
    """What the issue is found by again; readers do not see it."""
    return f"<!-- remediate:{re.sub('[^0-9A-Za-z_-]', '-', signature)} -->"


def title_of(incident: Incident) -> str:
    """A title is plain text: no Markdown is drawn in it, but mentions and references must not stand there."""
    words = re.sub(r"[@#<>`]", " ", for_terminal(f"{incident.cause}: {incident.title}"))
    return cut(" ".join(words.split()), _TITLE)


def body_of(incident: Incident, repository: str) -> str:
    """Everything a person needs; the same incident gives the same text."""
    return joined(tuple(_sections(incident, repository)), LONGEST_BODY, body_size)


def comment_of(incident: Incident, event: Event) -> str:
    """What has just happened, with its own mark: one comment for each kind of event and day."""
    lines = [comment_mark(incident, event), f"**{_EVENTS[event.kind].capitalize()}**{_words(event)}."]
    if event.kind == "asked":
        lines += ["", *_approvals(incident)]
    if event.kind == "healed":
        lines += ["", *_proof(incident)]
    return "\n".join(lines)


def comment_mark(incident: Incident, event: Event) -> str:
    """Of the day in UTC: a failure that comes and goes changes its comment, and does not add to them."""
    return mark_of(f"{incident.signature}-{event.kind}-{moment(event.at)[:10]}")


def untold(incident: Incident, body: str) -> tuple[Event, ...]:
    """The events of late that the text of its issue does not hold yet."""
    return tuple(event for event in incident.events[-_SHOWN_EVENTS:] if _line(event) not in body)


def calls_anew(incident: Incident, body: str) -> bool:
    """Whether a person was called since the text of its issue was written."""
    called = _called(incident)
    return bool(called) and f"| called | {called} |" not in body


def _sections(incident: Incident, repository: str) -> Iterator[Section]:
    yield Section(worth=ALWAYS, text=f"{mark_of(incident.signature)}\n{_lead(incident)}".rstrip())
    if incident.status == "healed":
        yield Section(worth=95, text="\n".join(("### Healed", "", *_proof(incident))))
    elif incident.status == "open":
        yield Section(worth=90, text="\n".join(_next(incident)))
    if incident.evidence:
        yield Section(
            worth=80,
            text="\n".join(("### The lines that prove it", "", log_block(incident.evidence))),
            shorter="\n".join(("### The lines that prove it", "", log_block(incident.evidence[:3]))),
        )
    if incident.proposal:
        yield Section(worth=70, text="\n".join(_plan(incident)))
    yield Section(worth=ALWAYS, text=_facts(incident))
    yield Section(
        worth=50,
        text="\n".join(_where(incident, _SHOWN_RUNS)),
        shorter="\n".join(_where(incident, _SHORT_RUNS)),
    )
    yield Section(worth=30, text="\n".join(_history(incident)))
    yield Section(worth=ALWAYS, text=_foot(incident, repository))


def _lead(incident: Incident) -> str:
    """Why there is this issue; of what is healed the proof says it."""
    if incident.status == "open":
        return f"**A person has to look:** {for_markdown(incident.reason or 'no reason is known')}."
    last = incident.runs[-1].reason if incident.runs else ""
    return f"**Closed:** {for_markdown(last or 'it came to nothing')}." if incident.status == "closed" else ""


def _facts(incident: Incident) -> str:
    sure = f" ({incident.confidence:.0%} sure)" if incident.rule else ""
    rows = [
        ("cause", f"`{_code(incident.cause)}`{sure}: {for_markdown(incident.title)}"),
        ("severity", f"{incident.severity}: look at it within {SEVERITIES.get(incident.severity, '1 hour')}"),
        ("status", incident.status),
        # Stays however short the text is cut: by it is known which calls were told.
        ("called", _called(incident)),
        ("seen", _seen(incident)),
        ("job", for_markdown(incident.job)),
        ("step", for_markdown(incident.step)),
        ("rule", f"`{_code(incident.rule)}`" if incident.rule else ""),
        ("signature", f"`{_code(incident.signature)}`"),
    ]
    table = "\n".join(f"| {name} | {words} |" for name, words in rows if words)
    return f"### Facts\n\n| | |\n|---|---|\n{table}"


def _seen(incident: Incident) -> str:
    often = "once" if incident.count == 1 else f"{incident.count} times"
    branches = len(incident.branches)
    more = " or more" if branches == MOST_BRANCHES else ""
    where = f" on {branches}{more} branch{'' if branches == 1 else 'es'}"
    return f"{often}{where}, first {moment(incident.opened)}, last {moment(incident.seen)}"


def _called(incident: Incident) -> str:
    return next((moment(event.at) for event in reversed(incident.events) if event.kind in _CALLS), "")


def _next(incident: Incident) -> Iterator[str]:
    yield "### What to do"
    yield ""
    if incident.hint:
        yield f"- {for_markdown(incident.hint)}"
    yield from _approvals(incident)
    yield (
        f"- `{reset_command(_code(incident.signature))}` as the first line of a comment lets one more "
        "recovery of this failure through its circuits."
    )
    for key in incident.circuits:
        yield f"- `{reset_command(_code(key))}` does so for the one circuit `{_code(key)}`."
    yield "- Only people with write access are heard."


def _approvals(incident: Incident) -> Iterator[str]:
    asking = [row for row in incident.runs if row.asks]
    for row in reversed(asking[-_SHOWN_PLANS:]):
        yield (
            f"- `{approve_command(_code(row.asks))}` as the first line of a comment lets the plan for "
            f"{_run(row)} on {for_markdown(row.branch)} be carried out. "
            "It lapses when the plan, the commit or the run changes."
        )
    if len(asking) > _SHOWN_PLANS:
        yield f"- {len(asking) - _SHOWN_PLANS} more wait for a word: `remediate incidents show` lists them."


def _plan(incident: Incident) -> Iterator[str]:
    proposal = incident.proposal
    if proposal is None:
        return
    yield "### The plan"
    yield ""
    why = f" (`{_code(proposal.gate)}`)" if proposal.gate else ""
    yield f"Not carried out, or to no avail{why}: {for_markdown(proposal.reason or 'no reason is known')}."
    yield ""
    yield from (f"{number}. {for_markdown(step)}" for number, step in enumerate(proposal.words, 1))
    yield ""
    yield f"Its hash is `{_code(proposal.hash)}`."


def _where(incident: Incident, most: int) -> Iterator[str]:
    yield "### Where"
    yield ""
    yield "| when | run | workflow | branch | became |"
    yield "|---|---|---|---|---|"
    yield from (_row(row) for row in reversed(incident.runs[-most:]))
    if incident.count > most:
        yield ""
        yield f"{incident.count} in all; the latest {min(most, len(incident.runs))} are shown."


def _run(row: Seen) -> str:
    return linked(_code(row.key), row.url) or f"`{_code(row.key)}`"


def _row(row: Seen) -> str:
    became = f"{row.standing}: {for_markdown(cut(row.reason, 120))}" if row.reason else row.standing
    cells = (moment(row.at), _run(row), for_markdown(row.workflow), for_markdown(row.branch), became)
    return f"| {' | '.join(cells)} |"


def _history(incident: Incident) -> Iterator[str]:
    yield "### History"
    yield ""
    yield from map(_line, reversed(incident.events[-_SHOWN_EVENTS:]))


def _line(event: Event) -> str:
    return f"- {moment(event.at)} {_EVENTS[event.kind]}{_words(event)}"


def _words(event: Event) -> str:
    if event.kind == "asked":
        return f" on plan `{_code(event.words)}`"
    return f": {for_markdown(cut(event.words, _WORDS))}" if event.words else ""


def _proof(incident: Incident) -> Iterator[str]:
    yield "The original failure was looked at again, and it is gone:"
    yield ""
    yield from (f"- {for_markdown(cut(line, _WORDS))}" for line in incident.proof or ("the run is green",))


def _foot(incident: Incident, repository: str) -> str:
    return (
        f"_Kept by Remediate for {for_markdown(repository)}: this text is rewritten as things change, "
        f"{'and the issue opens again if the failure comes back' if incident.status == 'healed' else ''}"
        f"{'and the issue is closed once the failure is gone' if incident.status != 'healed' else ''}._"
    )


def _code(text: str) -> str:
    """The inside of a code span: names of ours, and nothing else than they may hold."""
    return re.sub(r"[^0-9A-Za-z._/-]", "-", text)
