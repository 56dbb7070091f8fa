"""The figures as lines of text with bars and sparklines, and as Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from remediate.metrics.adding import each_day
from remediate.metrics.figures import DAYS, Durations, Metrics, Period, Precision
from remediate.metrics.targets import median, worded

_SPARKS = "▁▂▃▄▅▆▇█"
_WIDTH, _NARROWEST, _ROOMY = 24, 4, 70
_MOST = 12
_DAYS = 14


class Text:
    """Plain words; `strong`, `good` and `bad` give them a look, where the reader wants one.

    No bar and no sparkline is drawn beyond `width`: one that wraps says nothing.
    """

    def __init__(self, width: int = 80) -> None:
        self.width = width

    def room(self, taken: int) -> int:
        """For a picture beside so many characters."""
        return max(_NARROWEST, self.width - taken)

    def strong(self, words: str) -> str:
        return words

    def good(self, words: str) -> str:
        return words

    def bad(self, words: str) -> str:
        return words


def as_text(metrics: Metrics, look: Text) -> Iterator[str]:
    """One figure a line, the most telling first."""
    if not metrics.updated:
        yield "Nothing was counted yet."
        return
    yield from _head(metrics, look)
    for title, counts in (
        ("how failed attempts ended", metrics.cases),
        ("causes", metrics.detections.by_cause),
        ("rules", metrics.detections.by_rule),
        ("outcomes of recoveries", metrics.recoveries.by_outcome),
        ("refused by", metrics.refusals),
    ):
        yield from _bars(title, counts, look)
    yield from _strategies(metrics, look)
    yield from _trend(each_day(metrics.days, DAYS), look)
    yield from _targets(metrics, look)
    yield from _precision("rules", metrics.rules, look)
    yield from _precision("strategies", metrics.strategies, look)


def as_markdown(metrics: Metrics) -> str:
    """Targets and the trend, for a job summary."""
    lines = ["| figure | target | measured | |", "|---|---|---|---|"]
    for target in metrics.targets:
        if target.met is None:
            continue
        mark = "met" if target.met else "**missed**"
        lines.append(f"| {target.meaning} | {target.target} | {target.measured} | {mark} |")
    picture = as_mermaid(each_day(metrics.days, _DAYS))
    return "\n".join((*lines, *(("", picture) if picture else ())))


def as_mermaid(days: Sequence[Period]) -> str:
    """Failures as bars, the healed ones as a line; empty where a picture would say nothing."""
    if len(days) < 2 or not any(day.detected for day in days):
        return ""
    most = max(max(day.detected, day.healed) for day in days)
    return "\n".join(
        (
            "```mermaid",
            "xychart-beta",
            '    title "Failures diagnosed (bars) and healed (line), by day"',
            f"    x-axis [{', '.join(_quoted(day.name[5:]) for day in days)}]",
            f'    y-axis "failures" 0 --> {most}',
            f"    bar [{', '.join(str(day.detected) for day in days)}]",
            f"    line [{', '.join(str(day.healed) for day in days)}]",
            "```",
        )
    )


def sparkline(numbers: Iterable[int]) -> str:
    """One character for each, as high as it is; all the same where nothing is."""
    known = list(numbers)
    most = max(known, default=0)
    if not most:
        return _SPARKS[0] * len(known)
    # What is there at all is never drawn as nothing.
    return "".join(_SPARKS[-(-number * (len(_SPARKS) - 1) // most)] for number in known)


def bar(part: int, whole: int, width: int = _WIDTH) -> str:
    """A bar as long as the part is of the whole."""
    full = -(-part * width // whole) if whole else 0
    return "█" * full + "░" * (width - full)


def _head(metrics: Metrics, look: Text) -> Iterator[str]:
    healed, minutes, now = metrics.cases.get("healed", 0), metrics.minutes, metrics.now
    ended = sum(metrics.cases.values())
    attempts = "failed attempt" if ended == 1 else "failed attempts"
    yield look.strong(f"{ended} {attempts} ended, {healed} of them healed")
    rows = [
        ("time to detect", _lasted(metrics.detections.time_to_detect)),
        ("time to recover", _lasted(metrics.recoveries.time_to_recover)),
        ("re-runs spared", f"{minutes.reruns_spared}, {worded(minutes.spared)} of waiting"),
        ("re-runs in vain", worded(minutes.spent)),
        ("open now", f"{now.open_circuits} circuits, {now.open_incidents} incidents"),
        ("for a person", f"{metrics.escalations} so far, {now.escalated_incidents} open"),
    ]
    yield from (f"  {name:16} {words}" for name, words in rows)


def _lasted(durations: Durations) -> str:
    if not durations.count:
        return "nothing yet"
    bound = median(durations)
    half = f"half within {worded(bound)}" if bound else "half longer than 3 d"
    return f"{half}, {worded(durations.seconds / durations.count)} on average"


def _bars(title: str, counts: Mapping[str, int], look: Text) -> Iterator[str]:
    if not counts:
        return
    yield ""
    yield look.strong(title)
    ordered = sorted(counts.items(), key=lambda row: (-row[1], row[0]))
    width, most = max(len(name) for name, _ in ordered[:_MOST]), ordered[0][1]
    room = min(_WIDTH, look.room(len(f"  {'':{width}}   {most}")))
    for name, number in ordered[:_MOST]:
        yield f"  {name:{width}}  {bar(number, most, room)} {number}"
    if len(ordered) > _MOST:
        yield f"  and {len(ordered) - _MOST} more"


def _strategies(metrics: Metrics, look: Text) -> Iterator[str]:
    strategies = metrics.recoveries.by_strategy
    if not strategies:
        return
    yield ""
    yield look.strong("strategies, healed of tried")
    width = max(map(len, strategies))
    for name, outcomes in strategies.items():
        healed, tried = outcomes.get("recovered", 0), sum(outcomes.values())
        words = f"{healed} of {tried}"
        room = min(_WIDTH, look.room(len(f"  {'':{width}}   {words}")))
        yield f"  {name:{width}}  {bar(healed, tried, room)} {words}"


def _trend(days: Sequence[Period], look: Text) -> Iterator[str]:
    if not days:
        return
    # Beside the title and a sum of at most six figures.
    days = days[-look.room(20) :]
    yield ""
    yield look.strong(f"day by day, {days[0].name} to {days[-1].name}")
    for title in ("detected", "healed", "escalated", "refused"):
        numbers = [getattr(day, title) for day in days]
        yield f"  {title:10} {sparkline(numbers)} {sum(numbers)}"


def _targets(metrics: Metrics, look: Text) -> Iterator[str]:
    if not metrics.targets:
        return
    yield ""
    yield look.strong("targets")
    for target in metrics.targets:
        met = {True: look.good("✓"), False: look.bad("✗"), None: "·"}[target.met]
        if look.width < _ROOMY:
            yield f"  {met} {target.name}: {target.measured}"
        else:
            yield f"  {met} {target.name:20} {target.target:14} {target.measured}"


def _precision(title: str, known: Mapping[str, Precision], look: Text) -> Iterator[str]:
    if not known:
        return
    yield ""
    yield look.strong(f"precision of {title}, and how much of it is sure")
    width = max(map(len, known))
    for name, one in known.items():
        total = one.right + one.wrong
        words = f"  {name:{width}}  {one.right} of {total}, at least {one.lower:.0%}"
        yield look.bad(f"{words}; it only suggests") if one.demoted else words


def _quoted(name: str) -> str:
    return f'"{name}"'
