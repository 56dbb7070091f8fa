"""Every generated file with its content, and the files on disk that no longer say the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from documentation import config, decisions, rules, schemas, tables
from remediate.rules.packs import shipped_packs

# The written pages with generated parts, and what makes each of these.
_PAGES: dict[str, dict[str, Callable[[], str]]] = {
    "reference.md": tables.TABLES,
    "configuration.md": config.TABLES,
    "decisions.md": decisions.TABLES,
}
_PART = r"(<!-- generated: {name} -->\n).*?(<!-- end -->)"


def generated(docs: Path) -> dict[Path, str]:
    """What each file must hold; of a written page only the parts between its marks are made."""
    packs = shipped_packs()
    return {
        **{docs / name: filled(docs / name, parts) for name, parts in _PAGES.items()},
        docs / "rules.md": rules.index(packs),
        **{docs / "rules" / f"{pack.name}.md": rules.page(pack) for pack in packs},
        docs / "diagnosis.schema.json": schemas.diagnosis(),
        docs / "config.schema.json": schemas.config(),
    }


def filled(page: Path, parts: dict[str, Callable[[], str]]) -> str:
    """The page with every part made anew; a part that has no place in it is an error."""
    text = page.read_text("utf-8")
    for name, make in parts.items():
        text, count = re.subn(_PART.format(name=name), _between(make()), text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"docs/{page.name}: the marks of `{name}` stand there {count} times")
    return text


def _between(content: str) -> Callable[[re.Match[str]], str]:
    return lambda match: f"{match[1]}\n{content}\n{match[2]}"


def stale(docs: Path) -> Iterator[Path]:
    """Files that say something else than the code, and pages of packs that are no more."""
    wanted = generated(docs)
    for path, content in wanted.items():
        if not path.is_file() or path.read_text("utf-8") != content:
            yield path
    yield from (path for path in (docs / "rules").glob("*.md") if path not in wanted)


def write(docs: Path) -> list[Path]:
    """Writes what is stale, removes what is left over."""
    changed = list(stale(docs))
    wanted = generated(docs)
    (docs / "rules").mkdir(exist_ok=True)
    for path in changed:
        if path in wanted:
            path.write_text(wanted[path], "utf-8")
        else:
            path.unlink()
    return changed
