"""What is expected of every Python tool: each case is played with the real tool and a real index."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable

from python_project import Project

from remediate.model.outcome import Done, Failed
from remediate.model.preview import Preview, Unfit

NEW = "1.1"


def seed(project: Project) -> None:
    """Each package in its first version; `beta` needs `alpha`."""
    for name in ("alpha", "gamma", "delta"):
        project.index.add(name, "1.0")
    project.index.add("beta", "1.0", ["alpha>=1.0"])


def newer(project: Project) -> None:
    """The index has newer versions of everything by now."""
    for name in ("alpha", "gamma", "delta"):
        project.index.add(name, NEW)
    project.index.add("beta", NEW, ["alpha>=1.0"])


def healed(project: Project) -> dict[str, str]:
    """Repairs, verifies, and gives what is locked now."""
    offer = project.preview()
    assert isinstance(offer, Preview), offer
    assert not offer.asks
    result = project.repair()
    assert isinstance(result, Done), result
    verified = project.verify()
    assert isinstance(verified, Done), verified
    return project.versions()


def refused(project: Project, before: bytes) -> Failed:
    """The repair fails and writes nothing."""
    result = project.repair()
    assert isinstance(result, Failed), result
    assert project.lockfile.read_bytes() == before
    return result


def in_sync(project: Project) -> None:
    before = project.lock("alpha", "gamma")
    newer(project)
    assert healed(project) == {"alpha": "1.0", "gamma": "1.0"}
    assert project.lockfile.read_bytes() == before


def new_dependency(project: Project) -> None:
    project.lock("alpha", "gamma")
    newer(project)
    project.want("alpha", "gamma", "beta<1.1")
    assert healed(project) == {"alpha": "1.0", "beta": "1.0", "gamma": "1.0"}


def raised_beyond_the_lock(project: Project) -> None:
    project.lock("alpha", "gamma")
    newer(project)
    project.want("alpha>=1.1", "gamma")
    assert healed(project) == {"alpha": NEW, "gamma": "1.0"}


def removed_dependency(project: Project) -> None:
    project.lock("alpha", "gamma", "delta")
    newer(project)
    project.want("alpha", "gamma")
    assert healed(project) == {"alpha": "1.0", "gamma": "1.0"}


def conflict_markers(project: Project) -> None:
    base = project.lock("alpha")
    ours = project.lock("alpha", "gamma")
    theirs = project.lock("alpha", "delta")
    newer(project)
    for name, text in (("base", base), ("ours", ours), ("theirs", theirs)):
        (project.folder / name).write_bytes(text)
    command = ("git", "merge-file", "-p", "-L", "HEAD", "-L", "base", "-L", "topic", "ours", "base", "theirs")
    merged = subprocess.run(command, cwd=project.folder, stdout=subprocess.PIPE, check=False).stdout
    assert b"<<<<<<< HEAD" in merged
    project.want("alpha", "gamma", "delta<1.1")
    project.lockfile.write_bytes(merged)
    assert healed(project) == {"alpha": "1.0", "gamma": "1.0", "delta": "1.0"}


def truncated(project: Project) -> None:
    before = project.lock("alpha", "gamma")
    project.commit_lock()
    newer(project)
    project.lockfile.write_bytes(before[: before.index(b"sha256:") + 20])
    assert healed(project) == {"alpha": "1.0", "gamma": "1.0"}


def no_text_at_all(project: Project) -> None:
    project.lock("alpha", "gamma")
    project.commit_lock()
    newer(project)
    project.lockfile.write_bytes(b"\x00\xff{ not a lockfile = [[")
    assert healed(project) == {"alpha": "1.0", "gamma": "1.0"}


def lost_without_history(project: Project) -> None:
    project.lock("alpha")
    project.lockfile.write_bytes(b"\x00\xff{ not a lockfile = [[")
    offer = project.preview()
    assert isinstance(offer, Preview), offer
    assert "chosen anew" in offer.asks
    assert isinstance(project.repair(), Done)
    assert project.versions() == {"alpha": "1.0"}


def wrong_hash_known_to_git(project: Project) -> None:
    before = project.lock("alpha", "gamma")
    project.commit_lock()
    project.lockfile.write_bytes(tampered(before))
    healed(project)
    assert project.lockfile.read_bytes() == before


def wrong_hash_unknown(project: Project) -> None:
    wrong = tampered(project.lock("alpha", "gamma"))
    project.lockfile.write_bytes(wrong)
    refused(project, wrong)


def wrong_hash_unknown_and_out_of_sync(project: Project) -> None:
    """Even where the tool has other reasons to write, the new hash is not taken."""
    wrong = tampered(project.lock("alpha", "gamma"))
    project.lockfile.write_bytes(wrong)
    project.want("alpha", "gamma", "delta")
    refused(project, wrong)


def source_archive_only(project: Project) -> None:
    before = project.lock("alpha")
    project.index.add_sdist("built", "1.0", project.canary)
    project.want("alpha", "built")
    refused(project, before)
    assert not project.canary.exists()


def newer_version_as_source_only(project: Project) -> None:
    """A source archive is never taken for the newer version that it claims to be."""
    project.lock("alpha")
    project.index.add_sdist("gamma", "3.0", project.canary)
    project.want("alpha", "gamma<2")
    assert healed(project) == {"alpha": "1.0", "gamma": "1.0"}
    assert not project.canary.exists()


def moved_index(project: Project) -> None:
    """The same index under another name: the lockfile, or the committed settings, never knew it."""
    before = project.lock("alpha", "gamma")
    project.commit_lock()
    project.address = project.address.replace("127.0.0.1", "localhost")
    project.want("alpha", "gamma", "delta")
    offer = project.preview()
    assert isinstance(offer, Unfit) or not project.dialect.by_manifest
    refused(project, before)


def unresolvable(project: Project) -> None:
    before = project.lock("alpha", "gamma")
    project.want("alpha", "gamma>=99")
    refused(project, before)


def tampered(lock: bytes) -> bytes:
    """The first hash of a file with other digits at its end."""
    found = re.search(rb'(?:--hash=|[ ,{]hash = ")(sha256:[0-9a-f]{64})', lock)
    assert found
    digits = b"0" * 8 if not found[1].endswith(b"0" * 8) else b"1" * 8
    return lock.replace(found[1], found[1][:-8] + digits)


CASES: tuple[Callable[[Project], None], ...] = (
    in_sync,
    new_dependency,
    raised_beyond_the_lock,
    removed_dependency,
    conflict_markers,
    truncated,
    no_text_at_all,
    lost_without_history,
    wrong_hash_known_to_git,
    wrong_hash_unknown,
    wrong_hash_unknown_and_out_of_sync,
    source_archive_only,
    newer_version_as_source_only,
    moved_index,
    unresolvable,
)
NAMES = [case.__name__.replace("_", "-") for case in CASES]
