"""Whether the state branch can be read, is ours, and may be pushed to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import quote

import msgspec

from remediate.errors import Unreachable
from remediate.ports import Shelf
from remediate.stages.examination.examination import Check, Finding, Patient, good, read, remark, trouble

# Rules that a push of the state, a plain commit onto the branch, breaks.
_BARS = {
    "update": "nobody may push to it",
    "pull_request": "only pull requests may change it",
    "required_status_checks": "each commit must have passed checks",
    "required_signatures": "each commit must be signed",
    "required_deployments": "each commit must have been deployed",
    "merge_queue": "only a merge queue may change it",
    "commit_message_pattern": "messages of commits must look in a certain way",
    "commit_author_email_pattern": "authors must have certain addresses",
    "file_path_restriction": "some paths may not be changed",
}


class _Branch(msgspec.Struct):
    protected: bool = False


class _Rule(msgspec.Struct):
    type: str = ""


def state_check(store: Callable[[], Shelf] | None) -> Check:
    """The check, with the store that is to be read; None where there is no way to."""

    def check(patient: Patient) -> Iterator[Finding]:
        name = patient.policy.state_branch
        sight = patient.inspector.look(f"/branches/{quote(name)}")
        if sight.status not in (200, 404):
            yield remark("state", f"whether there is a state branch {name} cannot be told with this token")
            return
        branch = read(sight, _Branch)
        rules = read(patient.inspector.look(f"/rules/branches/{quote(name)}"), list[_Rule]) or []
        kinds = {rule.type for rule in rules}
        yield from _rules(name, kinds, exists=branch is not None)
        if branch and branch.protected and not kinds:
            yield trouble(
                "state-protected",
                f"the state branch {name} is protected: pushes to it may be refused",
                f"Take {name} out of the branch protection rule, or let the workflow's App bypass it.",
            )
        yield from _contents(name, store, exists=branch is not None)

    return check


def _rules(name: str, kinds: set[str], *, exists: bool) -> Iterator[Finding]:
    bars = [words for kind, words in _BARS.items() if kind in kinds]
    if "creation" in kinds and not exists:
        bars.append("nobody may create it")
    if bars:
        yield trouble(
            "state-protected",
            f"a ruleset covers the state branch {name}: {', '.join(bars)}",
            f"Exempt {name} from it, let the workflow's App bypass it, or name another `state-branch:`.",
        )
    if "non_fast_forward" in kinds:
        yield remark(
            "state-history",
            f"a ruleset forbids to rewrite {name}: its history grows, and cannot be cut",
            f"Exempt {name} from “block force pushes”.",
        )


def _contents(name: str, store: Callable[[], Shelf] | None, *, exists: bool) -> Iterator[Finding]:
    if not exists:
        yield good("state", f"there is no state branch {name} yet: the first run makes it")
        return
    if store is None:
        return
    try:
        documents = store().names()
    except Unreachable as error:
        yield trouble("state-unreachable", error.message, error.hint)
        return
    yield good("state", f"the state branch {name} is ours and can be read: {len(documents)} documents")
