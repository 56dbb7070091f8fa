"""Documents in a local folder: one writer at a time, each change whole, each id applied once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from remediate.errors import Unreachable
from remediate.ports import Documents
from remediate.state.changing import changed_by, check_names
from remediate.state.commit import commit, finish, read_through
from remediate.state.files import check_folder, kind_of, make_folder, misplaced
from remediate.state.shapes import check, decode, is_name, schema_of

LOCK = ".lock"
APPLIED = ".applied.json"
# An id that is asked for again comes from the same run, soon after: so many are remembered.
REMEMBERED = 4096
_POLL = 0.01


class Applied(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ids of the changes made of late, the oldest first."""

    schema: str = schema_of(APPLIED)
    ids: tuple[str, ...] = ()


class FolderStore:
    """Implements `ports.Store`. `wait` is how many seconds another process may hold the lock."""

    def __init__(self, folder: Path, *, wait: float = 30.0) -> None:
        self.folder = folder
        self._wait = wait

    def read(self, *names: str) -> Documents:
        """All as of one moment. Creates nothing: a folder that is not there holds no documents."""
        check_names(names)
        with _told(self.folder):
            if not check_folder(self.folder):
                return dict.fromkeys(names)
            if kind_of(self.folder / LOCK) is None:
                # Nobody has written here yet, unless the very first change comes in between.
                found = self._documents(names)
                if kind_of(self.folder / LOCK) is None:
                    return found
            with self._locked():
                return self._documents(names)

    def change(
        self, change_id: str, names: Sequence[str], change: Callable[[Documents], Documents]
    ) -> Documents:
        """A document that `change` does not give back stays as it is."""
        check_names(names)
        if not change_id:
            raise ValueError("a change without an id cannot be applied once")
        with _told(self.folder):
            if not check_folder(self.folder):
                make_folder(self.folder)
            with self._locked():
                finish(self.folder)
                before, applied = self._documents(names), self._applied()
                if change_id in applied.ids:
                    return before
                changed = changed_by(before, change(dict(before)))
                ids = (*applied.ids, change_id)[-REMEMBERED:]
                commit(self.folder, {**changed, APPLIED: msgspec.json.encode(Applied(ids=ids))})
                return {**before, **changed}

    def names(self, below: str = "") -> tuple[str, ...]:
        """The documents there are whose name begins so."""
        with _told(self.folder):
            if not check_folder(self.folder):
                return ()
            found = (path.relative_to(self.folder).as_posix() for path in self.folder.rglob("*.json*"))
            return tuple(sorted(name for name in found if is_name(name) and name.startswith(below)))

    def _documents(self, names: Sequence[str]) -> dict[str, bytes | None]:
        found: dict[str, bytes | None] = {}
        for name in names:
            for parent in list(Path(name).parents)[-2::-1]:
                check_folder(self.folder / parent)
            found[name] = data = read_through(self.folder, name)
            if data is not None:
                check(name, data, str(self.folder / name))
        return found

    def _applied(self) -> Applied:
        data = self._documents([APPLIED])[APPLIED]
        return Applied() if data is None else decode(APPLIED, data, Applied)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        import filelock  # noqa: PLC0415 - slow to load

        path = self.folder / LOCK
        if kind_of(path) not in (None, "file"):
            raise misplaced(path, "is a link or no plain file")
        lock = filelock.FileLock(path, timeout=self._wait, mode=0o600)
        try:
            lock.acquire(poll_interval=_POLL)
        except filelock.Timeout:
            raise Unreachable(
                f"{path}: another process has held it for {self._wait:g} seconds",
                hint="Look for a `remediate` that hangs; the lock goes with its process.",
            ) from None
        except NotImplementedError:
            raise _no_locks(self.folder) from None
        try:
            if isinstance(lock, filelock.SoftFileLock):
                raise _no_locks(self.folder)
            yield
        finally:
            lock.release()


def _no_locks(folder: Path) -> Unreachable:
    # A lock that is only a file would stay when its process is killed.
    return Unreachable(
        f"{folder}: its file system has no locks", hint="Name a folder on a local disk: REMEDIATE_STATE."
    )


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    """What the system refuses becomes a message with the place; what was there stays."""
    try:
        yield
    except OSError as error:
        raise Unreachable(
            f"{error.filename or folder}: the state cannot be read or written: {error.strerror or error}",
            hint=f"Check the space left and the rights of {folder}; nothing was lost.",
        ) from None
