"""What can be told without the platform: the configuration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remediate.errors import ConfigProblem
from remediate.model.policy import Policy
from remediate.stages.examination.examination import Finding, good, remark, trouble
from remediate.system.settings import read_policy, read_settings


def configured(path: str | None, environment: Mapping[str, str]) -> tuple[Policy, tuple[Finding, ...]]:
    """The policy, or the defaults where it is wrong, and what is to be said about it."""
    try:
        found = read_policy(path, environment=environment)
        read_settings(path).packs()
        found.tree_texts()
    except ConfigProblem as error:
        return Policy(), (trouble("config", error.message, error.hint),)
    return found.policy, tuple(_policy(found.policy, found.file))


def _policy(policy: Policy, file: str | None) -> Iterator[Finding]:
    yield good("config", f"the configuration is in order: {file or 'there is none, the defaults hold'}")
    if policy.kill_switch:
        yield remark("kill-switch", "the kill switch is on: nothing is recovered", "Take `kill-switch` out.")
    if policy.mode != "heal":
        yield remark("mode", f"the mode is {policy.mode}: nothing is recovered", "Set `mode: heal`.")
