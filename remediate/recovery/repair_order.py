"""What passes between the step with a token and the one that runs package managers: an order, a repair."""

from __future__ import annotations

import contextlib
import os
import re
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from remediate.errors import UsageProblem
from remediate.model.diagnosis import Diagnosis
from remediate.model.plan import Step
from remediate.model.policy import AnomalyPolicy
from remediate.model.subject import Subject

ORDER, REPAIR, TREE = "order.json", "repair.json", "tree"
LARGEST_LOCKFILE = 16 << 20
_LARGEST = 32 << 20
_KEY = re.compile(r"[0-9]{1,20}-[0-9]{1,6}")


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What of the policy holds for a repair."""

    recovery_timeout: float
    anomaly: AnomalyPolicy


class Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`order.json`: the lockfile that is to be mended, in the tree beside it.

    `address` holds no credentials. `agreed` is why a person was asked, where that person has said yes.
    """

    schema: Literal["remediate/order/1"] = "remediate/order/1"
    case: str
    plan: str
    address: str
    subject: Subject
    diagnosis: Diagnosis
    step: Step
    limits: Limits
    agreed: str = ""


class Mended(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file as it is after the repair, with the digests (SHA-256) of what it was and is."""

    path: str
    mode: str
    before: str
    after: str
    content: bytes


class Repair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`repair.json`: how a repair ended; not believed, for package managers ran where it was written."""

    schema: Literal["remediate/repair/1"] = "remediate/repair/1"
    case: str
    plan: str
    commit: str
    ended: Literal["mended", "unchanged", "failed"]
    reason: str = ""
    said: str = ""
    files: tuple[Mended, ...] = ()


Document = TypeVar("Document", Order, Repair)


def place_of(folder: Path, key: str) -> Path:
    """The folder of one case."""
    if not _KEY.fullmatch(key):
        raise UsageProblem(f"{key!r} is no case", hint="A case is named by its run and attempt: 123-1.")
    return folder / key


def write_document(folder: Path, document: Order | Repair) -> None:
    """The whole document or none, whatever stands there already."""
    place = place_of(folder, document.case)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=place)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(msgspec.json.encode(document))
        Path(name).replace(place / (ORDER if isinstance(document, Order) else REPAIR))
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def read_orders(folder: Path) -> Iterator[Order]:
    """Every order of the folder; raises `UsageProblem` for one that cannot be read."""
    if not folder.is_dir():
        raise UsageProblem(f"{folder}: there is no such folder", hint="Name the folder of the orders.")
    for place in sorted(folder.iterdir()):
        if _KEY.fullmatch(place.name) and (place / ORDER).exists():
            order = _read(place / ORDER, Order)
            if isinstance(order, str):
                raise UsageProblem(order, hint="Let `remediate recover` write the orders anew.")
            yield order


def read_repair(folder: Path, key: str) -> Repair | str:
    """What was repaired, or why that cannot be told."""
    place = place_of(folder, key)
    if place.is_symlink() or not place.is_dir():
        return "there was no order for it"
    if not (place / REPAIR).exists():
        return "the step without a token ended before it could; its log says why"
    return _read(place / REPAIR, Repair)


def _read(path: Path, kind: type[Document]) -> Document | str:
    """No link is followed, and nothing is read that is too large."""
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return f"{path.name} is not there"
    except OSError as error:
        return f"{path.name} cannot be read: {error.strerror}"
    with os.fdopen(handle, "rb") as stream:
        seen = os.fstat(handle)
        if not stat.S_ISREG(seen.st_mode) or seen.st_size > _LARGEST:
            return f"{path.name} is no plain file, or larger than {_LARGEST >> 20} MiB"
        text = stream.read(_LARGEST + 1)
    try:
        return msgspec.json.decode(text, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        return f"{path.name} is no document of this version: {problem}"
