"""Opens the doors for an examination, and makes all of it."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from pathlib import Path

from remediate.errors import Unreachable
from remediate.model.policy import Policy
from remediate.platforms.github.inspection import inspection
from remediate.ports import Clock, Shelf
from remediate.stages.examination.examination import Check, Finding, Patient, examine, trouble
from remediate.stages.examination.repository import check_actions, check_repository, met
from remediate.stages.examination.state import state_check
from remediate.stages.examination.token import check_permissions, check_token
from remediate.stages.examination.workflow import check_workflow
from remediate.stages.state_branch import branch_store
from remediate.stages.world import Here


def examined(here: Here, policy: Policy, environment: Mapping[str, str], clock: Clock) -> tuple[Finding, ...]:
    """All that the platform and the state tell; nothing is changed."""
    patient = Patient(
        repository=here.repository,
        policy=policy,
        inspector=inspection(
            here.api,
            here.repository,
            here.token,
            clock=clock,
            random=random.SystemRandom().random,
            certificates=environment.get("SSL_CERT_FILE", ""),
        ),
        in_actions=environment.get("GITHUB_ACTIONS") == "true",
        token=here.token,
        now=clock.now(),
    )
    with tempfile.TemporaryDirectory(prefix="remediate-", ignore_cleanup_errors=True) as folder:

        def store() -> Shelf:
            return branch_store(
                here.server, here.repository, here.token, policy.state_branch, folder=Path(folder)
            )

        return findings_of(patient, (state_check(store),))


def findings_of(patient: Patient, more: tuple[Check, ...]) -> tuple[Finding, ...]:
    """What the checks find; a wrong token or a repository that cannot be seen ends them."""
    found = examine(patient, (check_token, check_repository))
    if any(one.level == "trouble" and one.id in ("token", "repository", "platform") for one in found):
        return found
    try:
        patient = met(patient)
    except Unreachable as error:
        return (*found, trouble("platform", error.message, error.hint))
    return (*found, *examine(patient, (check_permissions, check_actions, check_workflow, *more)))
