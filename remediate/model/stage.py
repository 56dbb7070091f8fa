"""The documents between the six stages, each with its schema and version."""

from __future__ import annotations

from typing import Literal

import msgspec

from remediate.model.actions import Job, LogGap
from remediate.model.case import Case, Restored, Standing
from remediate.model.diagnosis import Diagnosis
from remediate.model.incident import Incident
from remediate.model.plan import Escalation, Plan, Refusal
from remediate.model.policy import Policy
from remediate.model.preview import Preview

# Larger ones go another way than by a job's output, which may hold a million characters at two bytes each.
MOST_CHARACTERS = 400_000


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """What a person asked for in a comment, and whether that person may: only write access is heard."""

    verb: Literal["approve", "reset"]
    what: str
    by: str
    comment: int
    number: int
    at: float = 0.0
    heard: bool
    reason: str = ""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The configuration as it was read once, with the texts of the user's own packs and trees by path."""

    policy: Policy = Policy()
    packs: dict[str, str] = {}
    trees: dict[str, str] = {}


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """What every document says first: who heals here, since when, and how."""

    owner: str
    at: float
    repository: str
    default_branch: str = ""
    private: bool = False
    dry_run: bool = False
    settings: Settings = Settings()
    notes: tuple[str, ...] = ()


class Agenda(msgspec.Struct, frozen=True, kw_only=True):
    """`agenda.json`, of initialize: what is to be healed now, what awaits its proof, what people asked for.

    `new` are to be diagnosed; `open` were found before and something is due about them now. `ignored` need
    no diagnosis. `untold` were closed by a run of ours that died before it had counted them. `circuits` names
    those that are not closed. `left` counts the failures that wait for the next run, for the calls that may
    be made are used up.
    """

    schema: str = "remediate/agenda/1"
    head: Head
    new: tuple[Case, ...] = ()
    open: tuple[Case, ...] = ()
    ignored: tuple[Case, ...] = ()
    untold: tuple[Case, ...] = ()
    words: tuple[Word, ...] = ()
    circuits: tuple[str, ...] = ()
    left: int = 0


Rung = Literal["annotations", "log", "archive", "steps", "none"]


class JobFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A failed job: what it was diagnosed from, what of its log is missing, and what its log told besides."""

    job: Job
    rung: Rung
    diagnosis: Diagnosis
    gap: LogGap | None = None
    gap_reason: str = ""
    restored: tuple[Restored, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A failed run with its failed jobs; `case.diagnosis` is the one that decides for the whole run."""

    case: Case
    jobs: tuple[JobFinding, ...] = ()


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """`diagnosis.json`, of detect."""

    schema: str = "remediate/findings/1"
    agenda: Agenda
    findings: tuple[Finding, ...] = ()


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What recover decided and did about a case; `case` is as it stands afterwards.

    `lines` are the `[DRY-RUN]` lines of a dry run, or what else is to be said.
    """

    case: Case
    decision: Plan | Refusal | Escalation | None = None
    previews: tuple[Preview, ...] = ()
    refusal: Refusal | None = None
    lines: tuple[str, ...] = ()


VerdictName = Literal["healed", "failed", "pending", "rolled-back", "rollback-failed"]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was seen when the original failure was looked at again; `seen` says by what."""

    case: Case
    verdict: VerdictName
    seen: tuple[str, ...] = ()
    remains: tuple[str, ...] = ()


class Recoveries(msgspec.Struct, frozen=True, kw_only=True):
    """`recovery.json`, of recover.

    `settled` are earlier attempts whose new attempt was found to have failed too; `words` says what was done
    about what people asked for.
    """

    schema: str = "remediate/recoveries/1"
    findings: Findings
    courses: tuple[Course, ...] = ()
    settled: tuple[Verdict, ...] = ()
    words: tuple[str, ...] = ()


class Verdicts(msgspec.Struct, frozen=True, kw_only=True):
    """`verdict.json`, of verify."""

    schema: str = "remediate/verdicts/1"
    recoveries: Recoveries
    verdicts: tuple[Verdict, ...] = ()


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Of collect-metrics: how every case stands, and `metrics.json` as it is now.

    `incidents` are those that a person may have to be told of: what is escalated, and what this run met.
    """

    schema: str = "remediate/tally/1"
    verdicts: Verdicts
    standings: dict[Standing, int] = {}
    metrics: msgspec.Raw = msgspec.Raw(b"{}")
    incidents: tuple[Incident, ...] = ()
