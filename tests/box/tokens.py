"""Who asks, and what they may: tokens of workflows, of Apps and of people, each with its permissions."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .repository import Repository

LEVELS = {"none": 0, "read": 1, "write": 2, "admin": 3}
# The keys that `permissions:` of a workflow knows; anything else only an App can hold.
WORKFLOW_KEYS = frozenset(
    {
        *(
            "actions",
            "attestations",
            "checks",
            "contents",
            "deployments",
            "discussions",
            "id_token",
            "issues",
        ),
        *("models", "packages", "pages", "pull_requests", "security_events", "statuses", "metadata"),
    }
)
APP_KEYS = WORKFLOW_KEYS | {"administration", "variables", "environments", "secrets", "workflows", "members"}
# What anybody sees of a public repository.
PUBLIC = WORKFLOW_KEYS - {"security_events"}
ROLES = ("none", "read", "triage", "write", "maintain", "admin")
_TRIAGE = {"issues": "write", "pull_requests": "write"}
_HOURLY = {"workflow": 1000, "app": 5000, "person": 5000, "nobody": 60}


@dataclass(eq=False)
class Token:
    """A credential. Kinds: `workflow` (GITHUB_TOKEN), `app` (an App's installation), `person`.

    A person's is classic, with scopes, or fine-grained, with permissions: then `scopes` is None.
    """

    value: str
    kind: str
    actor: str
    repository: str | None
    permissions: dict[str, str]
    scopes: str | None = None
    revoked: bool = False

    @property
    def bucket(self) -> str:
        """Where its requests are counted: all tokens of the workflows of one repository share a count."""
        return f"workflow:{self.repository}" if self.kind == "workflow" else f"{self.kind}:{self.actor}"

    @property
    def hourly(self) -> int:
        return _HOURLY[self.kind]


def normal(permissions: Mapping[str, str], allowed: frozenset[str]) -> dict[str, str]:
    """Permissions with underscores; raises on a key or a level that does not exist."""
    held = {key.replace("-", "_"): level for key, level in permissions.items()}
    unknown = set(held) - allowed
    if unknown:
        raise ValueError(f"no such permission for this kind of token: {', '.join(sorted(unknown))}")
    wrong = {level for level in held.values() if level not in LEVELS}
    if wrong:
        raise ValueError(f"no such level: {', '.join(sorted(wrong))}")
    return {**held, "metadata": "read"}


@dataclass
class Tokens:
    """All tokens that were given out, the roles of people, and what is denied for now."""

    held: dict[str, Token] = field(default_factory=dict)
    roles: dict[tuple[str, str], str] = field(default_factory=dict)
    # Whether any token may read what is public, as on GitHub; the box asks for the permission all the same.
    public_reads: bool = False

    def issue(self, kind: str, actor: str, repository: str | None, permissions: Mapping[str, str]) -> Token:
        secret = hashlib.sha256(f"{len(self.held)}:{kind}:{actor}:{repository}".encode()).hexdigest()[:36]
        value = {"person": "ghp_", "fine-grained": "github_pat_"}.get(kind, "ghs_") + secret
        allowed = WORKFLOW_KEYS if kind == "workflow" else APP_KEYS
        kind = "person" if kind == "fine-grained" else kind
        token = Token(value, kind, actor, repository, normal(permissions, allowed))
        if value.startswith("ghp_"):
            token.scopes = "repo, workflow"
        self.held[value] = token
        return token

    def find(self, authorization: str | None) -> Token | None:
        """The token of an Authorization header: `token X`, `Bearer X` or `Basic` with any user name."""
        scheme, _, rest = (authorization or "").partition(" ")
        if scheme.lower() == "basic":
            rest = _password(rest)
        token = self.held.get(rest.strip())
        return None if token is None or token.revoked else token

    def role(self, login: str, repo: Repository) -> str:
        if login == repo.owner:
            return "admin"
        return self.roles.get((login, repo.full_name), "none" if repo.private else "read")

    def may(
        self, token: Token | None, repo: Repository, permission: str, level: str, *, rank: str | None = None
    ) -> bool:
        """Whether a token reaches a level of one permission; `rank` is the level that its person needs."""
        if token is None:
            return False
        role = self.role(token.actor, repo) if token.kind == "person" else "admin"
        if not self._role_allows(role, permission, rank or level):
            return False
        if not repo.private and level == "read" and permission in PUBLIC and self._reads_public(token, repo):
            return True
        if token.scopes is not None:
            held = token.scopes.replace(" ", "").split(",")
            return "repo" in held or ("public_repo" in held and not repo.private)
        if token.repository not in (None, repo.full_name):
            return False
        return LEVELS[token.permissions.get(permission, "none")] >= LEVELS[level]

    def _reads_public(self, token: Token, repo: Repository) -> bool:
        elsewhere = token.repository not in (None, repo.full_name)
        return self.public_reads or elsewhere or token.scopes is not None

    def sees(self, token: Token | None, repo: Repository) -> bool:
        """Whether the repository is there at all for whoever asks."""
        if not repo.private:
            return True
        if token is not None and token.kind == "person":
            return self.role(token.actor, repo) != "none"
        return token is not None and token.repository in (None, repo.full_name)

    @staticmethod
    def _role_allows(role: str, permission: str, level: str) -> bool:
        rank = ROLES.index(role)
        if permission in ("administration", "members", "secrets"):
            return role == "admin"
        if level == "read":
            return rank >= (ROLES.index("write") if permission == "variables" else 1)
        if rank == ROLES.index("triage"):
            return permission in _TRIAGE
        return rank >= ROLES.index("write")


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
