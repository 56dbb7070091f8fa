"""A bare repository to be thrown away: it holds the newest commit of one branch, and what we add to it."""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
import time
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec

from remediate.errors import Unreachable
from remediate.ports import Git, Spoken

_PREFIX = "remediate-state-"
_STALE = 24 * 3600.0
_OLDEST = (2, 32)
_TIP = "refs/state/tip"
_NEW = "refs/state/new"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder of a commit; `kind` is git's mode."""

    mode: str
    id: str

    @property
    def is_file(self) -> bool:
        """Whether it is a plain file."""
        return self.mode in ("100644", "100755")

    @property
    def is_folder(self) -> bool:
        """Whether files are in it; a submodule is none."""
        return self.mode == "040000"


class Objects:
    """Made when it is first needed, removed when it is let go of."""

    def __init__(self, git: Git, remote: str, folder: Path | None = None) -> None:
        self._git = git
        self.remote = remote
        self._above = folder
        self._place: Path | None = None

    def close(self) -> None:
        """Removes it from the disk."""
        if self._place is not None:
            shutil.rmtree(self._place, ignore_errors=True)
            self._place = None

    def run(self, *words: str, data: bytes = b"", timeout: float = 60.0) -> Spoken:
        """Git, in this repository."""
        return self._git.run(*words, folder=self.place, data=data, timeout=timeout)

    @property
    def place(self) -> Path:
        """The folder of the repository."""
        if self._place is None:
            self._place = self._made()
        return self._place

    def tip(self) -> str:
        """The commit that was fetched last; empty for none."""
        with contextlib.suppress(FileNotFoundError):
            return (self.place / _TIP).read_text("ascii").strip()
        return ""

    def settle(self, commit: str) -> None:
        """This commit is the newest from now on."""
        (self.place / _TIP).write_text(f"{commit}\n", "ascii")

    def forget(self) -> None:
        """The branch is not there any more."""
        with contextlib.suppress(FileNotFoundError):
            (self.place / _TIP).unlink()

    def listing(self, commit: str, paths: Iterable[str] = (), *, deep: bool = False) -> dict[str, Entry]:
        """The files and folders of these paths; of one that ends with a slash, what is in it."""
        words = ["ls-tree", "-z", *(["-r"] if deep else []), commit, "--", *paths]
        found: dict[str, Entry] = {}
        for line in self._plain(*words).split(b"\0"):
            head, _, name = line.partition(b"\t")
            if name:
                mode, _, identity = head.decode("ascii").split(" ")
                found[name.decode("utf-8", "surrogateescape")] = Entry(mode=mode, id=identity)
        return found

    def contents(self, identities: Iterable[str]) -> dict[str, bytes]:
        """The objects of these ids that are here."""
        asked = list(dict.fromkeys(identities))
        if not asked:
            return {}
        told = self._plain("cat-file", "--batch", data="".join(f"{one}\n" for one in asked).encode())
        found: dict[str, bytes] = {}
        place = 0
        for one in asked:
            end = told.index(b"\n", place)
            words = told[place:end].split(b" ")
            place = end + 1
            if words[-1] != b"missing":
                size = int(words[2])
                found[one] = told[place : place + size]
                place += size + 1
        return found

    def commit(
        self, parent: str, message: str, files: Mapping[str, bytes | str | None], *, orphan: bool = False
    ) -> str:
        """The id of a new commit with the parent's files, these changed; an orphan has no history.

        A file is given by its content, or by the id of what is there already.
        """
        text = message.encode()
        lines: list[bytes] = [
            b"feature done\ncommit %s\nmark :1\n" % _NEW.encode(),
            b"committer Remediate <noreply@remediate.invalid> now\ndata %d\n%s\n" % (len(text), text),
        ]
        if parent and not orphan:
            lines.append(b"from %s\n" % parent.encode())
        elif parent:
            tree = self._plain("rev-parse", f"{parent}^{{tree}}").strip()
            lines.append(b'M 040000 %s ""\n' % tree)
        for name, content in files.items():
            lines.append(_line(name.encode(), content))
        told = self._plain(
            "-c",
            "fastimport.unpackLimit=1",
            *("fast-import", "--quiet", "--force", "--date-format=now", "--cat-blob-fd=1"),
            data=b"".join([*lines, b"\nget-mark :1\ndone\n"]),
        )
        return told.decode("ascii").strip()

    def _plain(self, *words: str, data: bytes = b"") -> bytes:
        spoken = self.run(*words, data=data)
        if spoken.code != 0:
            raise Unreachable(
                f"{self.remote}: git failed at its copy of the state: {spoken.errors.strip()[:300]}",
                hint=f"Check the space left below {self.place.parent}; the branch was not touched.",
            )
        return spoken.output

    def _made(self) -> Path:
        place = _folder_in(self._above)
        weakref.finalize(self, shutil.rmtree, place, ignore_errors=True)
        for words in (("version",), ("init", "--quiet", "--bare", "--template=", ".")):
            spoken = self._git.run(*words, folder=place)
            if words == ("version",):
                _check_version(spoken.output.decode("utf-8", "replace"))
            if spoken.code != 0:
                raise Unreachable(
                    f"{place}: git cannot make a repository there: {spoken.errors.strip()[:300]}",
                    hint="Check the space left and the rights of the folder.",
                )
        return place


def _folder_in(above: Path | None) -> Path:
    """A new one; what killed processes left beside it is removed."""
    try:
        above = above or Path(tempfile.gettempdir())
        above.mkdir(parents=True, exist_ok=True)
        _sweep(above)
        return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=above))
    except OSError as error:
        raise Unreachable(
            f"{error.filename or above}: no place for a copy of the state: {error.strerror or error}",
            hint="Check the space left and the rights there, or name another folder with TMPDIR.",
        ) from None


def _line(name: bytes, content: bytes | str | None) -> bytes:
    if content is None:
        return b"D %s\n" % name
    if isinstance(content, str):
        return b"M 100644 %s %s\n" % (content.encode(), name)
    return b"M 100644 inline %s\ndata %d\n%s\n" % (name, len(content), content)


def _check_version(told: str) -> None:
    found = re.search(r"(\d+)\.(\d+)", told)
    if found and (int(found[1]), int(found[2])) < _OLDEST:
        raise Unreachable(
            f"git {found[0]} is too old: it would read settings that we must keep out",
            hint="Install git 2.32 or newer.",
        )


def _sweep(above: Path) -> None:
    """Removes what killed processes left."""
    with contextlib.suppress(OSError):
        for left in above.glob(f"{_PREFIX}*"):
            with contextlib.suppress(OSError):
                if time.time() - left.lstat().st_mtime > _STALE and not left.is_symlink():
                    shutil.rmtree(left, ignore_errors=True)
