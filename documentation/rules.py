"""The pages of the rules: an index, and for each pack a page with a heading for each rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from remediate.logs.neutral import code_block
from remediate.model.cause import CAUSES
from remediate.model.rule import Pack, Rule

_MADE = "<!-- Made by scripts/docs from the packs under remediate/rules; do not edit. -->"


def index(packs: tuple[Pack, ...]) -> str:
    """How many rules there are of each cause, and where each pack is."""
    rules = [rule for pack in packs for rule in pack.rules]
    counts = Counter(rule.cause for rule in rules if rule.cause)
    context = sum(not rule.cause for rule in rules)
    return "\n".join(
        (
            "# Rules",
            "",
            _MADE,
            "",
            f"{len(rules):,} rules in {len(packs)} packs. `remediate rules show ID` prints one, with what it"
            " matches; [writing-rules.md](writing-rules.md) says how to add one.",
            "",
            "| cause | rules |",
            "| --- | --- |",
            *(f"| `{cause}` | {counts[cause]} |" for cause in CAUSES),
            f"| none: they mark where in the job we are | {context} |",
            "",
            "| pack | of | rules |",
            "| --- | --- | --- |",
            *(
                f"| [{pack.name}](rules/{pack.name}.md) | {pack.title} | {len(pack.rules)} |"
                for pack in packs
            ),
            "",
        )
    )


def page(pack: Pack) -> str:
    """Every rule of the pack."""
    heads = (f"# {pack.title}", "", _MADE, "", f"Pack `{pack.name}`, {len(pack.rules)} rules.", "")
    return "\n".join((*heads, *("\n".join(_card(rule, pack)) for rule in pack.rules)))


def _card(rule: Rule, pack: Pack) -> Iterator[str]:
    yield from (f"## {rule.id}", "", _plain(rule.title), "")
    yield from (f"- {name}: {value}" for name, value in _facts(rule) if value)
    if rule.hint:
        yield from ("", _plain(rule.hint))
    yield from ("", code_block([pack.examples[rule.id][0]]), "")


def _facts(rule: Rule) -> Iterator[tuple[str, str]]:
    if rule.cause:
        yield "cause", f"`{rule.cause}`, {rule.severity}" + (", transient" if rule.transient else "")
        yield "recovery", f"`{rule.recovery}`" if rule.recovery else "none: a person decides"
    yield "role", f"{rule.role}, {_within(rule)}" + (f", marks `{rule.marks}`" if rule.marks else "")
    yield "docs", f"<{rule.docs}>" if rule.docs else ""


def _within(rule: Rule) -> str:
    where = {
        "failing-step": "in the failing step",
        "final-error": "near the job's last error",
        "anywhere": "anywhere in the log",
        "command": "by the failing step's name or command",
    }
    return where[rule.within] + (", which only judges" if rule.judges else "")


def _plain(text: str) -> str:
    """Our own words in Markdown: only what would become HTML has to be said otherwise."""
    return (
        text.rstrip(".").replace("&", "&amp;").replace("<", "&lt;") if "`" not in text else text.rstrip(".")
    )
