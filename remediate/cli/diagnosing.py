"""What `remediate diagnose` does: from logs to diagnoses."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from itertools import groupby

import msgspec

from remediate.cli.arguments import Option
from remediate.cli.formats import render
from remediate.cli.parts import Parts
from remediate.cli.standard import CONFIG, FORMAT, QUIET, VERBOSE
from remediate.cli.terminal import say
from remediate.diagnosis.diagnose import Knowledge, diagnose
from remediate.diagnosis.knowledge import load_catalog
from remediate.diagnosis.ranking import load_fit
from remediate.errors import UsageProblem
from remediate.logs.archives import LogPart
from remediate.logs.formats import FORMATS
from remediate.logs.redaction import Redactor
from remediate.model.cause import REASONS, UNCLASSIFIED
from remediate.model.diagnosis import Diagnosis
from remediate.system.cache import cache_folder
from remediate.system.settings import Settings, read_settings

OPTIONS = (
    Option(
        flags=("--run",),
        name="run",
        metavar="ID",
        help="Diagnose this run of the repository: the remote `origin` here, or GITHUB_REPOSITORY.",
    ),
    Option(
        flags=("--log-format",),
        name="log_format",
        choices=("auto", *FORMATS),
        default="auto",
        metavar="NAME",
        help=f"Take the log for this format instead of finding out: {', '.join(FORMATS)}.",
    ),
    Option(
        flags=("--redact-env",),
        name="redact_env",
        repeatable=True,
        metavar="NAME",
        help="Hide the value of this environment variable wherever it stands, in any encoding. Repeatable.",
    ),
    FORMAT,
    CONFIG,
    QUIET,
    VERBOSE,
)


def diagnose_sources(
    sources: tuple[str, ...],
    run: str | None,
    log_format: str,
    redact_env: tuple[str, ...],
    output: str,
    config: str | None,
    quiet: bool,
    verbose: bool,
) -> None:
    """Prints the diagnosis of every log in the sources, or of the failed jobs of a run."""
    if quiet and verbose:
        raise UsageProblem("--quiet and --verbose exclude each other", hint="Leave one of them out.")
    remote = _on_a_platform(sources, run)
    settings = read_settings(config)
    parts = Parts(sources, quiet=quiet, log_format=log_format)
    secrets = [*settings.secrets(os.environ), *secrets_named(redact_env)]
    diagnosed = Diagnosing(settings, log_format, Redactor(secrets))
    if remote:
        from remediate.cli.diagnosing_runs import diagnose_runs  # noqa: PLC0415 - a file here needs none of it

        found = diagnose_runs(sources, run, diagnosed.knowledge, secrets)
    else:
        found = failed_first(parts.each(diagnosed))
    if verbose:
        say(diagnosed.basis(), err=True)
    if found:
        render(found, output, quiet=quiet, verbose=verbose)
    parts.check()
    if not found:
        raise UsageProblem(
            f"{sources[0]}: there is no log in it", hint="Name a folder or archive that holds logs."
        )


def _on_a_platform(sources: tuple[str, ...], run: str | None) -> bool:
    """Whether a run is wanted and not a log: by its number, its address, or by naming nothing."""
    addresses = [source for source in sources if source.startswith(("http://", "https://"))]
    if run is not None and sources:
        raise UsageProblem(f"--run {run} and {sources[0]} exclude each other", hint="Leave one of them out.")
    if addresses and len(addresses) < len(sources):
        raise UsageProblem(
            f"{addresses[0]}: an address of a run does not go with files", hint="Call it once for each."
        )
    return len(addresses) == len(sources)


class Diagnosing:
    """Diagnoses one log after the other with what was loaded once."""

    def __init__(self, settings: Settings, log_format: str, redactor: Redactor) -> None:
        self._settings = settings
        self._knowledge = Knowledge(
            load_catalog(settings.packs(), cache_folder(os.environ, sys.platform)), load_fit()
        )
        self._form = None if log_format == "auto" else FORMATS[log_format]
        self._redactor = redactor

    @property
    def knowledge(self) -> Knowledge:
        """The rules, and how they are weighed."""
        return self._knowledge

    def __call__(self, part: LogPart) -> Diagnosis:
        found = diagnose(part, self._knowledge, self._redactor, form=self._form)
        if part.job and not found.job:
            found = msgspec.structs.replace(found, job=self._redactor.redact(part.job))
        if part.cut and found.cause == UNCLASSIFIED:
            found = msgspec.structs.replace(found, reason="log-cut", title=REASONS["log-cut"])
        return found

    def basis(self) -> str:
        """What the answers rest on."""
        config = self._settings.file or "none, the defaults hold"
        return f"configuration: {config}; {len(self._knowledge.catalog.rules):,} rules"


def failed_first(found: Iterable[Diagnosis]) -> list[Diagnosis]:
    """The diagnoses in their order, but of the jobs in one file those first that failed.

    Whoever reads the beginning alone shall not read of a job that passed.
    """
    return [one for _, jobs in groupby(found, lambda d: d.source) for one in sorted(jobs, key=_rank)]


def _rank(diagnosis: Diagnosis) -> int:
    return (diagnosis.cause == UNCLASSIFIED) + (diagnosis.reason == "no-failure")


def secrets_named(names: tuple[str, ...]) -> list[str]:
    """The values of the variables; one that is not set would hide nothing, so it is an error."""
    for name in names:
        if not os.environ.get(name):
            raise UsageProblem(
                f"--redact-env {name}: the variable is not set", hint="Export it, or leave it out."
            )
    return [os.environ[name] for name in names]
