"""All that act is told about a job: its event, variables, secrets, token, and the actions that it may use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .acting import Surroundings
from .occasions import Script
from .play_script import Part
from .runner_environment import environment
from .stand_ins import actions_for

if TYPE_CHECKING:
    from .life import Life
    from .tokens import Token


def surroundings(
    life: Life,
    script: Script,
    part: Part,
    *,
    token: Token,
    matrix: Mapping[str, object],
    artifacts: Path,
    stop: Callable[[], bool] | None = None,
) -> Surroundings:
    """What one job of a run finds around it."""
    occasion, repo = script.occasion, script.repo
    secrets = {} if occasion.restricted else life.secrets.get(repo.full_name, {})
    text = repr(part.workflow.document) + (repr(part.called.document) if part.called else "")
    artifacts.mkdir(parents=True, exist_ok=True)
    own = {"BOX_ARTIFACTS": str(artifacts), "BOX_CACHES": str(life.folder / "caches" / repo.full_name)}
    return Surroundings(
        event=occasion.event,
        payload=occasion.payload,
        environment={**environment(life.box, script), **own, **life.environment},
        secrets={**secrets, "GITHUB_TOKEN": token.value},
        variables={name: held.value for name, held in repo.variables.items()},
        actions=actions_for(life.box, life.folder, text, life.actions),
        matrix=[f"{key}:{value}" for key, value in matrix.items()],
        actor=occasion.actor,
        path=life.path,
        timeout=life.timeout,
        stop=stop,
    )
