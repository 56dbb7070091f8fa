"""Brings together what a recovery needs on this machine."""

from __future__ import annotations

import os
import random
import secrets
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from remediate.decision.loading import all_trees
from remediate.logs.redaction import Redactor
from remediate.recovery.engine import Engine
from remediate.recovery.strategies.remote_registry import KNOWN_STRATEGIES, local_strategy_named
from remediate.stages.at_hand.healing import Healer, Practice, Word
from remediate.state.folder import FolderStore
from remediate.state.ledger import Ledger
from remediate.state.place import DOCUMENTS, state_folder
from remediate.system.clock import SystemClock
from remediate.system.orphans import end_orphans
from remediate.system.processes import SystemProcesses
from remediate.system.settings import Configured, repository_around
from remediate.system.vitals import measure
from remediate.system.web import SystemWeb, hosts_named


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """What a call asks for, beyond what is configured."""

    root: Path
    environment: Mapping[str, str]
    redactor: Redactor
    dry_run: bool = False
    word: Word = Word()


def healer_for(configured: Configured, errand: Errand) -> Healer:
    """A healer whose state is in a local folder."""
    policy, clock = configured.policy, SystemClock()
    repository = repository_around(str(errand.root)) or errand.root
    state = state_folder(policy, errand.environment, Path(repository))
    store = FolderStore(state / DOCUMENTS)
    practice = Practice(
        policy=policy,
        trees=all_trees(configured.tree_texts(), KNOWN_STRATEGIES),
        engine=Engine(state, orphans=end_orphans, dry_run=errand.dry_run, named=local_strategy_named),
        ledger=Ledger(store, clock, policy, errand.redactor),
        root=errand.root,
        scratch=scratch_folder(Path(tempfile.gettempdir())),
        environment=errand.environment,
        clock=clock,
        processes=SystemProcesses(),
        web=SystemWeb(hosts_named(policy)),
        measure=measure,
        random=random.SystemRandom().random,
        word=errand.word,
    )
    return Healer(practice, secrets.token_hex(8))


def scratch_folder(temporary: Path) -> Path:
    """A folder of this user alone: in a shared one another user could change what is proved there.

    The usual one is made, with mode 0700, when a recovery needs it.
    """
    folder = temporary / f"remediate-{os.getuid()}"
    try:
        seen = folder.lstat()
    except FileNotFoundError:
        return folder
    own = stat.S_ISDIR(seen.st_mode) and seen.st_uid == os.getuid() and not seen.st_mode & 0o077
    return folder if own else Path(tempfile.mkdtemp(prefix="remediate-", dir=temporary))
