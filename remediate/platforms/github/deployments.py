"""Deployments: the latest of an environment with their states, and new ones that a mark finds again."""

from __future__ import annotations

from remediate.model.actions import Deployment
from remediate.platforms.github.desk import Part
from remediate.platforms.github.forge_shapes import DeploymentShape, StatusShape
from remediate.platforms.github.refusals import refusal, unpermitted, words_of
from remediate.platforms.github.shapes import parsed
from remediate.platforms.github.wire import Reply

_READ = "deployments: read"
_WRITE = "deployments: write"
_LATEST = 10
_PAGE = 100
_LONGEST_WHY = 140
_MARK = "remediate"


class Deployments(Part):
    """What `Platform` says of deployments."""

    def deployments(self, environment: str) -> tuple[Deployment, ...]:
        """The latest deployments to an environment, the newest first."""
        return tuple(one.model(self._state(one.id)) for one in self._latest(environment, _LATEST))

    def deploy(self, ref: str, environment: str, why: str, mark: str) -> Deployment | str:
        """A new deployment of this ref, or why the platform will not; `mark` finds it again."""
        known = self._deployed(environment, mark)
        if known:
            return known
        path = f"{self._root}/deployments"
        body = {
            "ref": ref,
            "environment": environment,
            "description": why[:_LONGEST_WHY],
            "payload": {_MARK: mark},
            # What was good is wanted as it was, whatever its checks say today.
            "auto_merge": False,
            "required_contexts": [],
        }
        answer = self._calls.bring_about(
            "POST",
            path,
            body,
            look=lambda: self._deployed(environment, mark),
            needs=_WRITE,
            accept=(403, 409, 422),
        )
        if not isinstance(answer, Reply):
            return answer
        if answer.status == 201:
            return parsed(answer, DeploymentShape, path).model(None)
        if unpermitted(answer):
            raise refusal(answer, f"POST {path}", _WRITE)
        return words_of(answer)

    def _latest(self, environment: str, most: int, *, fresh: bool = False) -> list[DeploymentShape]:
        path = f"{self._root}/deployments"
        query = {"environment": environment, "per_page": str(most)}
        return parsed(self._calls.get(path, query, needs=_READ, fresh=fresh), list[DeploymentShape], path)

    def _deployed(self, environment: str, mark: str) -> Deployment | None:
        for one in self._latest(environment, _PAGE, fresh=True):
            if mark and mark in one.told:
                return one.model(self._state(one.id))
        return None

    def _state(self, deployment: int) -> StatusShape | None:
        path = f"{self._root}/deployments/{deployment}/statuses"
        told = parsed(self._calls.get(path, {"per_page": "1"}, needs=_READ), list[StatusShape], path)
        return told[0] if told else None
