"""Azure Pipelines: timestamps and marks like GitHub's, whose runner descends from its agent."""

from __future__ import annotations

from remediate.logs.formats.format import Format, event, sign
from remediate.logs.formats.github import LEVELS, MARKS, TIMESTAMP

AZURE = Format(
    name="azure",
    title="Azure Pipelines",
    prefix=(TIMESTAMP),
    marks=MARKS,
    levels=LEVELS,
    signs=(
        sign(rb"##\[section\](?:Starting|Finishing|Async Command Start): ", 20),
        sign(rb"^(?:\xef\xbb\xbf)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z(?: |$)", 1, 12),
        sign(rb"##vso\[\w+\.\w+", 6),
        sign(rb"^(?:\S+Z )?Task {9}: ", 10),
        sign(rb"^(?:\S+Z )?Current agent version: '", 10),
        sign(rb"^(?:\S+Z )?##\[error\](?:Bash|PowerShell|Cmd\.exe) exited with code '", 20),
    ),
    speaks_last=True,
    events=(
        event("step", r"##\[section\]Starting: ", rb"^##\[section\]Starting: (?P<name>.+)"),
        event("step-end", r"##\[section\]Finishing: ", rb"^##\[section\]Finishing: "),
        event("finished", "", rb"^##\[section\]Finishing: "),
        event("command", r"##\[command\]", rb"^##\[command\](?P<name>.+)"),
        event("group", r"##\[group\]", rb"^##\[group\](?P<name>.+)"),
        event("group-end", r"##\[endgroup\]", rb"^##\[endgroup\]"),
        event("exit", r"##\[error\]", rb"^##\[error\].*exited with code '(?P<number>-?\d+)'"),
        event("exit", "", rb"^##\[error\].*failed with exit code:? (?P<number>-?\d+)"),
        event("cancelled", "", rb"^##\[error\]The operation was cancell?ed"),
        event(
            "timeout", "", rb"^##\[error\]The (?:job|task|Operation) .*(?:maximum execution time|timed out)"
        ),
        event("error", "", rb"^##\[error\]"),
    ),
)
