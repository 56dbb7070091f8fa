"""Opens the doors of a job on GitHub: what the stages need, from the job's environment."""

from __future__ import annotations

import json
import os
import random
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from remediate.errors import UsageProblem
from remediate.logs.redaction import Redactor
from remediate.model.policy import Policy
from remediate.model.stage import Settings
from remediate.rules.catalog import Catalog
from remediate.stages.adopting.files import WORKFLOW
from remediate.stages.doors import Doors
from remediate.stages.platform_clock import PlatformClock
from remediate.stages.state_branch import branch_store
from remediate.system.clock import SystemClock
from remediate.system.processes import SystemProcesses
from remediate.system.settings import Configured
from remediate.system.settings import Settings as Named
from remediate.system.web import SystemWeb

_PUBLIC = "https://github.com"
_LONGEST_EVENT = 16 << 20


class Here(msgspec.Struct, frozen=True, kw_only=True):
    """Where we are: the repository, how it is reached, and what started us."""

    repository: str
    token: str
    server: str = _PUBLIC
    api: str = ""
    owner: str = ""
    own_workflow: str = ""
    event_name: str = ""
    event: bytes = b"{}"


def here_in(environment: Mapping[str, str], *, repository: str = "") -> Here:
    """What the environment tells; raises where it does not say which repository, or gives no token."""
    name = repository or environment.get("GITHUB_REPOSITORY", "")
    if name.count("/") != 1 or not all(name.split("/")):
        raise UsageProblem(
            f"{name or 'no repository'}: which repository is to be healed is not known",
            hint="Change into a clone whose remote `origin` is one, or name it: --repository OWNER/NAME.",
        )
    token = environment.get("GITHUB_TOKEN") or environment.get("GH_TOKEN") or ""
    if not token:
        raise UsageProblem(
            "there is no token",
            hint="Set GITHUB_TOKEN; in a workflow: `env: {GITHUB_TOKEN: ${{ github.token }}}`.",
        )
    server = environment.get("GITHUB_SERVER_URL") or _PUBLIC
    return Here(
        repository=name,
        token=token,
        server=server,
        api=environment.get("GITHUB_API_URL") or _api_of(server),
        owner=_owner(environment),
        own_workflow=_own_workflow(environment),
        event_name=environment.get("GITHUB_EVENT_NAME", ""),
        event=_event(environment.get("GITHUB_EVENT_PATH", "")),
    )


def open_doors(here: Here, policy: Policy, environment: Mapping[str, str], folder: Path) -> Doors:
    """The doors of this process. What is compared with the platform's times is told by its clock."""
    from remediate.platforms.github.adapter import github_platform  # noqa: PLC0415 - slow to load
    from remediate.system.git import SystemGit, with_credentials  # noqa: PLC0415
    from remediate.system.vitals import measure  # noqa: PLC0415
    from remediate.system.web import hosts_named  # noqa: PLC0415

    chance, system = random.SystemRandom().random, SystemClock()
    github = github_platform(
        here.api,
        here.repository,
        here.token,
        clock=system,
        random=chance,
        certificates=environment.get("SSL_CERT_FILE", ""),
    )
    address, credentials = with_credentials(f"{here.server.rstrip('/')}/{here.repository}.git", here.token)
    redactor = Redactor([here.token])
    return Doors(
        platform=github,
        forge=github,
        tracker=github,
        store=branch_store(
            here.server, here.repository, here.token, policy.state_branch, folder=folder / "state"
        ),
        web=SystemWeb(hosts_named(policy)),
        clock=PlatformClock(system, lambda: github.clock_ahead if github.calls_made else None, github.facts),
        processes=SystemProcesses(),
        random=chance,
        measure=measure,
        redactor=redactor,
        catalog=catalog_with,
        environment=environment,
        folder=folder,
        owner=here.owner,
        git=SystemGit(environment, credentials),
        address=address,
        own_workflow=here.own_workflow,
        event_name=here.event_name,
        event=here.event,
    )


def settings_in(configured: Configured, named: Named) -> Settings:
    """The configuration as a document carries it: without the steps that only a job of one's own can do."""
    policy = msgspec.structs.replace(configured.policy, commands={}, requests={})
    return Settings(
        policy=policy,
        packs={name: text.decode("utf-8", "replace") for name, text in named.pack_texts()},
        trees={name: text.decode("utf-8", "replace") for name, text in configured.tree_texts()},
    )


def catalog_with(packs: Mapping[str, str]) -> Catalog:
    """The rules of the house, with the user's own, which prove themselves first."""
    from remediate.diagnosis.knowledge import load_catalog  # noqa: PLC0415 - slow to load
    from remediate.rules.packs import user_packs  # noqa: PLC0415
    from remediate.rules.proof import prove  # noqa: PLC0415
    from remediate.system.cache import cache_folder  # noqa: PLC0415

    texts = tuple((name, text.encode()) for name, text in packs.items())
    own = user_packs(texts) if texts else ()
    for pack, (file, text) in zip(own, texts, strict=True):
        prove(pack, text, file)
    return load_catalog(own, cache_folder(os.environ, sys.platform))


def _api_of(server: str) -> str:
    from remediate.platforms.github import api_at  # noqa: PLC0415 - slow to load

    return api_at(server)


def _owner(environment: Mapping[str, str]) -> str:
    """The same for all jobs of one run of ours, and another for each attempt of it."""
    run, attempt = environment.get("GITHUB_RUN_ID", ""), environment.get("GITHUB_RUN_ATTEMPT", "1")
    return f"{run}-{attempt}" if run else f"desk-{secrets.token_hex(6)}"


def _own_workflow(environment: Mapping[str, str]) -> str:
    """The path of the workflow's file, from `OWNER/NAME/PATH@REF`; outside of one, of what `init` writes."""
    path = environment.get("GITHUB_WORKFLOW_REF", "").partition("@")[0]
    return path.split("/", 2)[2] if path.count("/") > 1 else WORKFLOW


def _event(path: str) -> bytes:
    if not path:
        return b"{}"
    try:
        with Path(path).open("rb") as file:
            data = file.read(_LONGEST_EVENT)
        json.loads(data)
    except (OSError, ValueError):
        return b"{}"
    return data
