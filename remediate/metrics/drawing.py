"""The trend as an SVG picture that needs nothing else: no script, no font, no other file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from remediate.logs.neutral import for_svg
from remediate.metrics.adding import each_day
from remediate.metrics.figures import DAYS, Metrics, Period
from remediate.metrics.targets import median, worded

_WIDTH, _HEIGHT = 760, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 16, 96, 34
_PARTS = (("healed", "healed"), ("refused", "left alone"), ("escalated", "handed to a person"))
_GAP = 0.28
_STYLE = """
text{font-family:system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif;fill:#1f2328}
.back{fill:#fff;stroke:#d1d9e0}.quiet{fill:#59636e}.grid{stroke:#d1d9e0;stroke-width:1}
.healed{fill:#1a7f64}.refused{fill:#8c959f}.escalated{fill:#c4590e}
@media (prefers-color-scheme:dark){
text{fill:#f0f6fc}.back{fill:#0d1117;stroke:#3d444d}.quiet{fill:#9198a1}.grid{stroke:#3d444d}
.healed{fill:#3fb995}.refused{fill:#6e7681}.escalated{fill:#f0883e}}
"""


def as_svg(metrics: Metrics, most: int = DAYS) -> str:
    """The days as stacked bars of how failed attempts ended, with the figures that sum them up."""
    days = each_day(metrics.days, most)
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
            f'height="{_HEIGHT}" role="img" aria-labelledby="title told">',
            '<title id="title">Failed attempts and how they ended, by day</title>',
            f'<desc id="told">{for_svg(_told(days))}</desc>',
            f"<style>{_STYLE}</style>",
            f'<rect class="back" x="0.5" y="0.5" width="{_WIDTH - 1}" height="{_HEIGHT - 1}" rx="8"/>',
            *_head(metrics),
            *_legend(),
            *(_plot(days) if days else _nothing()),
            "</svg>",
            "",
        )
    )


def _told(days: Sequence[Period]) -> str:
    """The same in words, for who cannot see it."""
    if not days:
        return "Nothing was counted yet."
    sums = ", ".join(f"{sum(getattr(day, name) for day in days)} {words}" for name, words in _PARTS)
    listed = "; ".join(
        f"{day.name}: " + ", ".join(f"{getattr(day, name)} {words}" for name, words in _PARTS)
        for day in days
        if _height(day)
    )
    return f"From {days[0].name} to {days[-1].name}: {sums}. {listed}."


def _head(metrics: Metrics) -> Iterator[str]:
    ended, healed = sum(metrics.cases.values()), metrics.cases.get("healed", 0)
    half = median(metrics.recoveries.time_to_recover)
    figures = (
        (f"{ended:,}", "failed attempts"),
        (f"{healed:,}", "healed"),
        (worded(half) if half else "–", "half healed within"),
        (worded(metrics.minutes.spared), "of re-runs spared"),
        (f"{metrics.now.escalated_incidents:,}", "wait for a person"),
    )
    step = (_WIDTH - _LEFT - _RIGHT) / len(figures)
    for number, (figure, words) in enumerate(figures):
        x = _LEFT - 26 + number * (step + 4)
        yield f'<text x="{x:.1f}" y="36" font-size="22" font-weight="600">{for_svg(figure)}</text>'
        yield f'<text class="quiet" x="{x:.1f}" y="54" font-size="12">{for_svg(words)}</text>'


def _legend() -> Iterator[str]:
    x = _LEFT - 26.0
    for name, words in _PARTS:
        yield f'<rect class="{name}" x="{x}" y="70" width="10" height="10" rx="2"/>'
        yield f'<text class="quiet" x="{x + 15}" y="79" font-size="12">{words}</text>'
        x += 34 + 6.2 * len(words)


def _plot(days: Sequence[Period]) -> Iterator[str]:
    top = _round_up(max(map(_height, days)))
    high, wide = _HEIGHT - _TOP - _BOTTOM, _WIDTH - _LEFT - _RIGHT
    for share in (0.0, 0.5, 1.0):
        y = _TOP + high * (1 - share)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield (
            f'<text class="quiet" x="{_LEFT - 8}" y="{y + 4:.1f}" font-size="11" '
            f'text-anchor="end">{top * share:g}</text>'
        )
    step = wide / len(days)
    # As many names as have room beside each other.
    every = max(1, -(-len(days) * 56 // wide))
    for number, day in enumerate(days):
        yield from _bar(day, _LEFT + number * step, step, high / top)
        if (len(days) - 1 - number) % every == 0:
            middle = _LEFT + (number + 0.5) * step
            yield (
                f'<text class="quiet" x="{middle:.1f}" y="{_HEIGHT - 12}" font-size="11" '
                f'text-anchor="middle">{for_svg(day.name[5:])}</text>'
            )


def _bar(day: Period, left: float, step: float, scale: float) -> Iterator[str]:
    if not _height(day):
        return
    words = ", ".join(f"{getattr(day, name)} {title}" for name, title in _PARTS)
    width = min(step * (1 - _GAP), 28.0)
    x, y = left + (step - width) / 2, float(_HEIGHT - _BOTTOM)
    yield f"<g><title>{for_svg(day.name)}: {words}</title>"
    for name, _ in _PARTS:
        size = getattr(day, name) * scale
        if size:
            y -= size
            place = f'x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{size:.1f}"'
            yield f'<rect class="{name}" {place} rx="1"/>'
    yield "</g>"


def _nothing() -> Iterator[str]:
    yield (
        f'<text class="quiet" x="{_WIDTH / 2}" y="{(_HEIGHT + _TOP) / 2}" font-size="14" '
        'text-anchor="middle">Nothing was counted yet.</text>'
    )


def _height(day: Period) -> int:
    return day.healed + day.refused + day.escalated


def _round_up(number: int) -> int:
    """The next even number that reads well on an axis."""
    size = 2
    while size < number:
        size = size * 2 if str(size)[0] in "25" else size * 5 // 2
    return size
