"""Protected branches and rulesets: what a push to a ref is refused for."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .repository import Repository
    from .tokens import Token


@dataclass
class Protection:
    """The rules of branches that match a pattern. `via` tells which of GitHub's two ways set them."""

    pattern: str
    require_pull: bool = True
    allow_force: bool = False
    allow_delete: bool = False
    required_checks: tuple[str, ...] = ()
    restrict_creation: bool = False
    allowed_actors: tuple[str, ...] = ()
    enforce_admins: bool = False
    via: str = "branch"


@dataclass
class BranchRules:
    """All rules of one repository."""

    repo: Repository = field(repr=False)
    held: list[Protection] = field(default_factory=list)

    def protect(self, pattern: str, **rules: object) -> Protection:
        """Protects the branches of a pattern: by a pull request only, unless told otherwise."""
        made = Protection(pattern, **rules)  # type: ignore[arg-type]
        self.held.append(made)
        return made

    def of(self, branch: str) -> list[Protection]:
        return [rule for rule in self.held if fnmatch.fnmatchcase(branch, rule.pattern)]

    def refusal(
        self,
        ref: str,
        token: Token | None,
        *,
        force: bool = False,
        delete: bool = False,
        create: bool = False,
    ) -> str | None:
        """Why a change of a ref is refused, in the lines that git shows behind `remote: `, or None."""
        if not ref.startswith("refs/heads/"):
            return None
        for rule in self.of(ref.removeprefix("refs/heads/")):
            if not self._exempt(rule, token) and (reason := _broken(rule, ref, force, delete, create)):
                return reason
        return None

    def _exempt(self, rule: Protection, token: Token | None) -> bool:
        if token is None:
            return False
        if token.actor in rule.allowed_actors:
            return True
        admin = token.kind == "person" and self.repo.box.tokens.role(token.actor, self.repo) == "admin"
        return admin and not rule.enforce_admins


def _broken(rule: Protection, ref: str, force: bool, delete: bool, create: bool) -> str | None:
    if delete and not rule.allow_delete:
        return _worded(rule, ref, "Cannot delete this branch")
    if force and not rule.allow_force:
        return _worded(rule, ref, "Cannot force-push to this branch")
    if create and rule.restrict_creation:
        return _worded(rule, ref, "Cannot create ref due to creations being restricted.")
    # A protected pattern does not keep anybody from making a branch of that name; a ruleset does.
    if rule.require_pull and (rule.via == "ruleset" or not create):
        return _worded(rule, ref, "Changes must be made through a pull request.")
    if rule.required_checks and not create:
        count = len(rule.required_checks)
        return _worded(rule, ref, f"{count} of {count} required status checks are expected.")
    return None


def _worded(rule: Protection, ref: str, reason: str) -> str:
    if rule.via == "ruleset":
        return f"error: GH013: Repository rule violations found for {ref}.\nerror: {reason}"
    return f"error: GH006: Protected branch update failed for {ref}.\nerror: {reason}"
