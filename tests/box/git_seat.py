"""Git over HTTP as a part of the box: its tokens, its rules, and what a push sets going."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .bare import NOTHING
from .git_host import GitHost, Turned, Visitor
from .push_rules import Update, Verdict

if TYPE_CHECKING:
    from .github import Box
    from .tokens import Token

NO_WORKFLOWS = (
    "refusing to allow a GitHub App to create or update workflow PATH without `workflows` permission"
)
BAD = "Invalid username or token. Password authentication is not supported for Git operations."
KEPT = "git_seat"


class Seat:
    """The git side of one box."""

    def __init__(self, box: Box) -> None:
        self.box = box
        folder = box.folder / "git-host"
        self.host = GitHost(
            folder, repositories=box.folder / "git", guard=self.guard, judge=self.judge, pushed=self.pushed
        )

    def guard(self, name: str, authorization: str | None, writes: bool) -> Visitor | Turned:
        """Who may read or push, as GitHub answers it."""
        tokens, repo = self.box.tokens, self.box.find_repository(name)
        token = tokens.find(authorization)
        if authorization and token is None:
            return Turned(status=401, words=BAD)
        if repo is None or not tokens.sees(token, repo):
            return Turned(status=404 if token else 401, words="Repository not found.")
        if not writes:
            hidden = repo.private and not tokens.may(token, repo, "contents", "read")
            return Turned(status=404, words="Repository not found.") if hidden else visitor(token)
        if token is None:
            return Turned(status=401, words="No anonymous write access.")
        if not tokens.may(token, repo, "contents", "write"):
            return Turned(status=403, words=f"Permission to {repo.full_name}.git denied to {token.actor}.")
        return visitor(token)

    def judge(self, name: str, updates: Sequence[Update], who: Visitor) -> dict[str, Verdict]:
        """What the rules of the repository say to each update, plain and forced."""
        repo = self.box.find_repository(name)
        assert repo
        verdicts: dict[str, Verdict] = {}
        for old, new, ref in updates:
            asked = {"delete": new == NOTHING, "create": old == NOTHING}
            found = {
                kind: repo.rules.refusal(ref, self.token(who), force=kind == "forced", **asked) or ""
                for kind in ("plain", "forced")
            }
            if any(found.values()):
                verdicts[ref] = found
        return verdicts

    def pushed(self, name: str, updates: Sequence[Update], who: Visitor) -> None:
        """Tells the box what moved."""
        repo = self.box.find_repository(name)
        assert repo
        for old, new, ref in updates:
            self.box.pushed(repo, ref, old, new, self.token(who))
        self.box.mischief.happen("POST", f"/{name}.git/git-receive-pack", "after")

    def token(self, who: Visitor) -> Token | None:
        """The token that a visitor came with."""
        return self.box.tokens.held.get(who.secret)


def visitor(token: Token | None) -> Visitor:
    """Who comes with a token; workflow files are for people, and for Apps with that permission."""
    if token is None:
        return Visitor(name="nobody")
    barred = token.kind != "person" and token.permissions.get("workflows") != "write"
    kind = token.kind if token.kind in {"app", "workflow"} else "person"
    return Visitor(
        name=token.actor,
        kind=kind,  # type: ignore[arg-type]
        no_workflows=NO_WORKFLOWS if barred else "",
        secret=token.value,
    )


def seat_of(box: Box) -> Seat:
    """The git side of a box, made when it is first asked for."""
    with box.lock:
        held = vars(box)
        if KEPT not in held:
            held[KEPT] = Seat(box)
        seat: Seat = held[KEPT]
        return seat
