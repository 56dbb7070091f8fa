"""Requirements files: what pip reads from a lock and from the `.in` file beside it."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import msgspec

from remediate.recovery.lockfiles.requirement import Requirement, host_of, is_foreign, take_apart
from remediate.recovery.lockfiles.tool import Lock, Locked, Unreadable

_HASH = re.compile(r"\s--hash[= ]\s*(\w+):([0-9A-Fa-f]*)(?=\s|$)")
_LENGTHS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
_OPTION = re.compile(r"(--?[A-Za-z][\w-]*)(?:[= ]\s*(.*))?$")
_INDEXES = {"-i", "--index-url", "--extra-index-url", "-f", "--find-links"}
_FILES = {"-r", "--requirement", "-c", "--constraint"}
_BUILT = re.compile(r"(?:-e\b|--editable\b|--no-binary\b|\w+\+\w+:|file:|https?:|\.{0,2}/|\.$)")
_VIA = re.compile(r"#\s*(?:via\s+)?(?:-[rc]\s+)?(\S+)\s*$")
_MARKS = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_DEEPEST = 5


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line with those that continue it, and the comments behind it."""

    text: str
    comments: tuple[str, ...] = ()


def logical_lines(text: str) -> list[Line] | None:
    """The lines as pip joins them; None when the last one is not finished."""
    found: list[Line] = []
    open_line = ""
    for raw in text.splitlines():
        if raw.lstrip().startswith("#") and not open_line:
            if found:
                found[-1] = Line(text=found[-1].text, comments=(*found[-1].comments, raw.strip()))
            continue
        body = re.sub(r"(?:^|\s)#.*$", "", raw)
        joined = f"{open_line} {body.strip()}".strip()
        open_line = joined[:-1].strip() if joined.endswith("\\") else ""
        if not joined.endswith("\\") and joined:
            found.append(Line(text=joined))
    return None if open_line else found


def read_lock(raw: bytes) -> Lock | Unreadable:
    """The pins of a compiled file."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return Unreadable(reason="it is not UTF-8 text")
    if "\0" in text or any(line.startswith(_MARKS) for line in text.splitlines()):
        return Unreadable(reason="it has conflict markers, or is no text")
    lines = logical_lines(text)
    if lines is None:
        return Unreadable(reason="it ends in the middle of a line")
    hosts = sorted({host_of(value) for option, value in options(lines) if option in _INDEXES} - {""})
    packages: list[Locked] = []
    for line in lines:
        pin = _pin(line, ",".join(hosts))
        if isinstance(pin, Unreadable):
            return pin
        packages += [pin] if pin else []
    return Lock(packages=_with_needs(packages, lines))


def _pin(line: Line, host: str) -> Locked | Unreadable | None:
    """The package that the line locks; None for an option, and for what has no version of its own."""
    if _OPTION.match(line.text):
        return None
    hashes = tuple(f"{kind}:{digest}" for kind, digest in _HASH.findall(f" {line.text}"))
    short = any(len(each.partition(":")[2]) != _LENGTHS.get(each.partition(":")[0], -1) for each in hashes)
    stated = take_apart(re.sub(r"\s--\S+.*$", "", line.text))
    if short or line.text.count("--hash") != len(hashes):
        return Unreadable(reason=f"a hash is not whole: {line.text[:80]}")
    if stated is None:
        return Unreadable(reason=f"this is no requirement: {line.text[:80]}")
    if stated.address:
        return Locked(name=stated.name, version="", host=host_of(stated.address), hashes=hashes)
    if not re.fullmatch(r"={2,3}[\w.!+-]+", stated.versions):
        return Unreadable(reason=f"this is not pinned to a version: {line.text[:80]}")
    return Locked(name=stated.name, version=stated.versions.lstrip("="), host=host, hashes=hashes)


def _with_needs(packages: list[Locked], lines: list[Line]) -> tuple[Locked, ...]:
    """The `# via` comments, turned round: who needs whom."""
    names = {each.name for each in packages}
    needs: dict[str, list[str]] = {}
    for line in lines:
        stated = take_apart(line.text)
        for comment in line.comments if stated else ():
            via = _VIA.match(comment)
            by = take_apart(via[1]) if via else None
            if stated and by and by.name in names:
                needs.setdefault(by.name, []).append(stated.name)
    return tuple(
        msgspec.structs.replace(each, needs=tuple(dict.fromkeys(needs.get(each.name, ()))))
        for each in packages
    )


def options(lines: list[Line]) -> Iterator[tuple[str, str]]:
    """The options that stand on lines of their own."""
    for line in lines:
        found = _OPTION.match(line.text)
        if found:
            yield found[1], (found[2] or "").strip().strip("'\"")


def header(text: str) -> tuple[str, ...]:
    """The words of the command that made the file, as pip-compile notes it."""
    found = re.search(r"^#\s+(pip-compile\b.*)$", text[:4000], re.MULTILINE)
    try:
        return tuple(shlex.split(found[1])[1:]) if found else ()
    except ValueError:
        return ()


def python_of(text: str) -> str:
    """The Python that the file was made with; empty where it does not say."""
    found = re.search(
        r"^#.*autogenerated by pip-compile with [Pp]ython (\d+\.\d+)", text[:4000], re.MULTILINE
    )
    return found[1] if found else ""


def gather(folder: Path, name: str, deep: int = 0) -> dict[str, list[Line]]:
    """A file and all that it includes, each with its lines; files outside the folder are left out."""
    path = folder / name
    if deep > _DEEPEST or is_foreign(name) or not path.is_file():
        return {}
    lines = logical_lines(path.read_text("utf-8", "replace")) or []
    found = {name: lines}
    for option, value in options(lines):
        if option in _FILES:
            below = (Path(name).parent / value).as_posix()
            found = {**gather(folder, below, deep + 1), **found}
    return found


def requirements(lines: list[Line]) -> list[Requirement]:
    """What the lines ask for."""
    stated = (take_apart(re.sub(r"\s--\S+.*$", "", line.text)) for line in lines)
    return [each for each in stated if each is not None]


def built(lines: list[Line]) -> str:
    """The first line for which pip would run a build although told to take wheels alone."""
    for line in lines:
        stated = take_apart(line.text)
        if _BUILT.match(line.text) or (stated and stated.address and ".whl" not in stated.address):
            return line.text
    return ""
