"""What is expected of Cargo, Bundler, Composer and Go: each case is played with the real tool."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from registry_project import Project

from remediate.model.outcome import Done, Failed
from remediate.model.preview import Preview, Unfit
from remediate.recovery.lockfiles.bench import Stuck
from remediate.recovery.lockfiles.tool import Lock

OLD, NEW = "1.0.0", "1.1.0"
GARBAGE = b"\x00\xff{ not a lockfile = [["


def seed(project: Project) -> None:
    """Each package in its first version; `beta` needs `alpha`, and its build would write the canary."""
    for name in ("alpha", "gamma", "delta"):
        project.publish(name, OLD)
    project.publish("beta", OLD, {"alpha": OLD}, canary=True)


def newer(project: Project) -> None:
    """The registry has newer versions by now."""
    for name in ("alpha", "gamma", "delta"):
        project.publish(name, NEW)


def healed(project: Project) -> dict[str, str]:
    """Repairs, verifies, and gives what is locked now. No code of a package has run."""
    offer = project.preview()
    assert isinstance(offer, Preview), offer
    assert bool(offer.asks) is project.dialect.asks, offer.asks
    result = project.repair()
    assert isinstance(result, Done), result
    verified = project.verify()
    assert isinstance(verified, Done), verified
    assert not project.canary.exists()
    return project.versions()


def refused(project: Project, before: bytes) -> Failed:
    """The repair fails and writes nothing."""
    result = project.repair()
    assert isinstance(result, Failed), result
    assert project.lockfile.read_bytes() == before
    assert not project.canary.exists()
    return result


def in_sync(project: Project) -> None:
    before = project.lock(alpha=OLD, gamma=OLD)
    newer(project)
    assert healed(project) == {"alpha": OLD, "gamma": OLD}
    assert project.lockfile.read_bytes() == before


def new_dependency(project: Project) -> None:
    """`beta` needs `alpha`, which stays as it is locked; its build never runs."""
    project.lock(alpha=OLD, gamma=OLD)
    newer(project)
    project.want(alpha=OLD, gamma=OLD, beta=OLD)
    assert healed(project) == {"alpha": OLD, "beta": OLD, "gamma": OLD}


def raised_beyond_the_lock(project: Project) -> None:
    project.lock(alpha=OLD, gamma=OLD)
    newer(project)
    project.want(alpha=NEW, gamma=OLD)
    assert healed(project) == {"alpha": NEW, "gamma": OLD}


def raised_below_others(project: Project) -> None:
    """What needs the raised one stays too."""
    project.lock(beta=OLD, gamma=OLD)
    newer(project)
    project.want(alpha=NEW, beta=OLD, gamma=OLD)
    assert healed(project) == {"alpha": NEW, "beta": OLD, "gamma": OLD}


def removed_dependency(project: Project) -> None:
    project.lock(alpha=OLD, gamma=OLD, delta=OLD)
    newer(project)
    project.want(alpha=OLD, gamma=OLD)
    kept = {} if project.dialect.prunes else {"delta": OLD}
    assert healed(project) == {"alpha": OLD, "gamma": OLD, **kept}


def conflict_markers(project: Project) -> None:
    theirs = project.lock(alpha=OLD, delta=OLD)
    ours = project.lock(alpha=OLD, gamma=OLD)
    newer(project)
    project.want(alpha=OLD, gamma=OLD, delta=OLD)
    project.lockfile.write_bytes(b"<<<<<<< HEAD\n" + ours + b"=======\n" + theirs + b">>>>>>> topic\n")
    found = healed(project)
    assert found.pop("delta") in {OLD, NEW}
    assert found == {"alpha": OLD, "gamma": OLD}


def truncated(project: Project) -> None:
    before = project.lock(alpha=OLD, gamma=OLD)
    project.commit()
    newer(project)
    project.lockfile.write_bytes(before[: len(before) * 2 // 3])
    assert healed(project)["alpha"] == OLD


def truncated_everywhere(project: Project) -> None:
    """Wherever it is cut, what comes out is what was there, or nothing is written."""
    before = project.lock(alpha=OLD, gamma=OLD)
    project.commit()
    for tenth in range(1, 10, 2):
        cut = before[: len(before) * tenth // 10]
        project.lockfile.write_bytes(cut)
        result = project.repair()
        assert isinstance(result, Done), (tenth, result)
        assert project.versions() == {"alpha": OLD, "gamma": OLD}


def not_parseable(project: Project) -> None:
    before = project.lock(alpha=OLD, gamma=OLD)
    project.commit()
    newer(project)
    project.lockfile.write_bytes(GARBAGE)
    assert healed(project) == {"alpha": OLD, "gamma": OLD}
    assert project.lockfile.read_bytes() == before


def lost_without_history(project: Project) -> None:
    """Every version is chosen anew, so a person is asked."""
    project.lock(alpha=OLD)
    project.lockfile.write_bytes(GARBAGE)
    offer = project.preview()
    assert isinstance(offer, Preview), offer
    assert "chosen anew" in offer.asks
    result = project.repair()
    assert isinstance(result, Done), result
    assert project.versions() == {"alpha": OLD}


def unanswered_requirement(project: Project) -> None:
    """The check alone tells it, and leaves the lockfile as it is."""
    before = project.lock(alpha=OLD)
    assert not isinstance(project.check(), Stuck)
    project.want(alpha=OLD, gamma=OLD)
    assert isinstance(project.check(), Stuck)
    assert project.lockfile.read_bytes() == before


def wrong_hash_known_to_git(project: Project) -> None:
    before = project.lock(alpha=OLD, gamma=OLD)
    project.commit()
    project.lockfile.write_bytes(tampered(project, before))
    healed(project)
    assert project.lockfile.read_bytes() == before


def wrong_hash_unknown(project: Project) -> None:
    wrong = tampered(project, project.lock(alpha=OLD, gamma=OLD))
    project.lockfile.write_bytes(wrong)
    assert "another file than the lockfile vouches for" in refused(project, wrong).reason


def moved_registry(project: Project) -> None:
    """The same registry under another name: neither lockfile nor committed settings ever knew it."""
    before = project.lock(alpha=OLD, gamma=OLD)
    project.commit()
    project.address = project.address.replace("127.0.0.1", "localhost")
    project.want(alpha=OLD, gamma=OLD, delta=OLD)
    assert isinstance(project.preview(), Unfit)
    refused(project, before)


def unresolvable(project: Project) -> None:
    before = project.lock(alpha=OLD, gamma=OLD)
    project.want(alpha=OLD, gamma="99.0.0")
    refused(project, before)


def tampered(project: Project, text: bytes) -> bytes:
    """The lockfile with another hash for `alpha`."""
    lock = project.tool.read(text)
    assert isinstance(lock, Lock)
    alpha = next(each for each in lock.packages if each.name == project.dialect.name("alpha"))
    digest = alpha.hashes[0].partition(":")[2]
    if digest.endswith("="):
        other = base64.b64encode(b"\x01" * 32).decode()
    else:
        other = re.sub(r".{8}$", "0" * 8, digest)
    assert text.count(digest.encode()) == 1
    return text.replace(digest.encode(), other.encode())


CASES: tuple[Callable[[Project], None], ...] = (
    in_sync,
    new_dependency,
    raised_beyond_the_lock,
    raised_below_others,
    removed_dependency,
    conflict_markers,
    truncated,
    truncated_everywhere,
    not_parseable,
    lost_without_history,
    unanswered_requirement,
    wrong_hash_known_to_git,
    wrong_hash_unknown,
    moved_registry,
    unresolvable,
)


def named(case: Callable[[Project], None]) -> str:
    return case.__name__.replace("_", "-")
