"""What a planned step or job does: whether it publishes or deploys, only prepares, or may be anything."""

from __future__ import annotations

import re
from collections.abc import Mapping

from remediate.logs.neutral import for_terminal
from remediate.safety.hazard_actions import publishing_action
from remediate.safety.hazard_commands import publishing_command, tells_of_publishing
from remediate.safety.hazard_words import commands_of
from remediate.safety.hazard_workflow import PlannedJob, PlannedStep, read_action

_EVENTS = frozenset({"release", "deployment"})
_QUIET_ACTIONS = re.compile(
    r"(?i)^(?:actions/(?:checkout|cache|download-artifact|upload-artifact|setup-[\w-]+)|[\w.-]+/(?:setup-[\w-]+"
    r"|[\w-]*-cache|cache|action-setup|login-action|setup|configure-[\w-]+|auth|rust-toolchain))(?:/|@|$)"
)
_QUIET_COMMANDS = re.compile(
    r"(?:npm (?:ci|install|i)|pnpm (?:install|i)|yarn install|bun install|pip3? install|poetry install"
    r"|uv sync|uv pip install|pipenv (?:install|sync)|pdm (?:install|sync)|bundle install|composer install"
    r"|cargo fetch|go mod download|apt(?:-get)? (?:update|install)|brew install|corepack enable|echo|cd|mkdir"
    r"|set|export|ls|pwd|cat|which|test|true|\[|fi|done|git (?:fetch|config|status|log|checkout))(?: .*)?"
    r"|yarn(?: -.*)?"
)
# How a step is called that makes ready what another one publishes.
_PREPARES = re.compile(
    r"(?i)(?:install|set ?up|download|cache|restore|check ?out|fetch|get|read|show|print|log)\b"
)
_DEEPEST = 4

Files = Mapping[str, bytes]


def where_of(plan: PlannedJob, event: str) -> str:
    """Why whatever the job does beyond preparing is taken for publishing."""
    if plan.environment:
        return f"deploys to `{shown(plan.environment)}`"
    if event in _EVENTS:
        return f"answers the event `{event}`"
    called = next(filter(tells_of_publishing, (plan.id, plan.name)), "")
    return f"is called `{shown(called)}`" if called else ""


def found_in(step: PlannedStep, files: Files, depth: int = 0) -> str:
    """What of the step publishes or deploys; a local action that cannot be read may."""
    if not step.local:
        known = publishing_action(step.uses, step.inputs) if step.uses else publishing_command(step.run)
        return known or ("a step of this name" if _called_so(step) else "")
    texts = (files.get(f"{step.local}/{name}") for name in ("action.yml", "action.yaml"))
    inner = read_action(next((text for text in texts if text is not None), None))
    if inner is None or depth > _DEEPEST:
        return f"{step.uses}, which cannot be read,"
    return next((found for each in inner if (found := found_in(each, files, depth + 1))), "")


def _called_so(step: PlannedStep) -> bool:
    return not prepares(step) and not _PREPARES.match(step.name) and tells_of_publishing(step.name)


def prepares(step: PlannedStep) -> bool:
    """Whether the step is known to prepare and no more."""
    if step.uses:
        return bool(_QUIET_ACTIONS.match(step.uses))
    commands = (" ".join(words) for words in commands_of(step.run))
    return all(_QUIET_COMMANDS.fullmatch(command) for command in commands)


def shown(text: str) -> str:
    """A name from a workflow, which may be anybody's."""
    plain = for_terminal(" ".join(text.split())).replace("`", "'")
    return plain if len(plain) <= 80 else f"{plain[:80]}…"
