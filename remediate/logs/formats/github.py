"""GitHub Actions: the raw job log, `gh run view --log` and a copy of the web page."""

from __future__ import annotations

from remediate.logs.formats.content import Level
from remediate.logs.formats.format import Event, Format, event, sign

LEVELS: dict[bytes, Level] = {
    b"error": "error",
    b"warning": "warning",
    b"notice": "notice",
    b"debug": "debug",
    b"group": "group",
    b"endgroup": "group",
    b"command": "command",
    b"section": "section",
}

# The runner writes seven digits; logs that went through another tool have fewer, more or none.
TIMESTAMP = rb"(?:\xef\xbb\xbf)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z(?: |$)"

MARKS = rb"##\[(error|warning|notice|debug|group|endgroup|command|section)\]|\[(command)\]"

_ERROR = rb"^(?:##\[error\]| *Error: )"

# The runner's own words for the end of a step. An action's last ##[error] says so too, but only its place
# tells it from an annotation: the outline looks at that.
_ENDINGS: tuple[Event, ...] = (
    event("exit", "", _ERROR + rb"Process completed with exit code (?P<number>-?\d+)"),
    event("exit", "", _ERROR + rb"The process '.*' failed with exit code (?P<number>-?\d+)"),
    event("exit", "", _ERROR + rb"Docker (?:run|build|pull|login) failed with exit code (?P<number>-?\d+)"),
    event("cancelled", "", _ERROR + rb"The operation was cancell?ed"),
    event("cancelled", "", _ERROR + rb"The run was cancell?ed"),
    event("cancelled", "", _ERROR + rb"Canceling since a higher priority"),
    event("cancelled", "", _ERROR + rb"The runner has received a shutdown signal"),
    event(
        "timeout", "", _ERROR + rb"The (?:job|action) .*(?:exceeded the maximum execution time|has timed out)"
    ),
    event("timeout", "", _ERROR + rb"The action has timed out"),
)

_COURSE: tuple[Event, ...] = (
    event("job", r"Current runner version: ", rb"^Current runner version: "),
    event("job", r"Job defined at: ", rb"^Job defined at: "),
    event("job", r"Complete job name: ", rb"^Complete job name: (?P<name>.+)"),
    event("cleanup", r"Post job cleanup\.", rb"^Post job cleanup\."),
    event("finished", r"Cleaning up orphan processes", rb"^Cleaning up orphan processes"),
)

_EVENTS: tuple[Event, ...] = (
    event("step", r"##\[group\]", rb"^##\[group\]Run (?P<name>.+)"),
    event("group", "", rb"^##\[group\](?!Run )(?P<name>.+)"),
    event("group-end", r"##\[endgroup\]", rb"^##\[endgroup\]"),
    event("error", r"##\[error\]", rb"^##\[error\]"),
    *_ENDINGS,
    *_COURSE,
)

_PHRASES = (
    sign(rb"^(?:\S+Z )?(?:##\[group\])?Run [\w.-]+/[\w./-]+@[\w.-]+", 3),
    sign(rb"^ {0,4}shell: (?:/\S*bash|/\S*sh|\S*pwsh|\S*powershell|\S*cmd)\b.*\{0\}", 4),
    sign(rb"^ *(?:Error: |##\[error\])?Process completed with exit code \d+\.", 6),
    sign(rb"^Current runner version: '", 6),
    sign(rb"^Download action repository '", 5),
    sign(rb"^Post job cleanup\.", 5),
    sign(rb"^(?:Prepare workflow directory|Prepare all required actions|Getting action download info)", 5),
    sign(rb"^ *(?:Error|Warning): The process '.*' failed with exit code \d+", 5),
    sign(rb"^Requested labels: ", 4),
    sign(rb"^Cleaning up orphan processes", 4),
    sign(rb"^##\[(?:error|warning|group|endgroup|command|debug|notice)\]", 6, 1),
)

GITHUB = Format(
    name="github",
    title="GitHub Actions, raw job log",
    prefix=(TIMESTAMP),
    marks=MARKS,
    levels=LEVELS,
    signs=(
        sign(rb"^" + TIMESTAMP, 1, 12),
        sign(rb"^(?:\S+Z )?##\[(?:group|endgroup|error|warning|command)\]", 3),
    ),
    events=_EVENTS,
    ends=True,
    speaks_last=True,
    marks_failures=True,
)

GH_CLI = Format(
    name="gh-cli",
    title="GitHub Actions, `gh run view --log`",
    prefix=(rb"([^\t\n]*)\t([^\t\n]*)\t(?:" + TIMESTAMP + rb")?"),
    marks=MARKS,
    levels=LEVELS,
    signs=(sign(rb"^[^\t\n]+\t[^\t\n]+\t(?:\xef\xbb\xbf)?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", 6, 20),),
    events=(*_EVENTS, event("group", "\\t\ufeff20\\d\\d-", rb"(?!)")),
    ends=True,
    speaks_last=True,
)

WEB = Format(
    name="github-web",
    title="GitHub Actions, copied from the web page",
    prefix=(
        rb" {0,6}(?:\d{1,6}\t)?(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT )?"
    ),
    marks=(rb" *##\[(error|warning|notice|debug|group|endgroup|command|section)\]|(?= *(Error|Warning): )"),
    levels={**LEVELS, b"Error": "error", b"Warning": "warning"},
    signs=_PHRASES,
    speaks_last=True,
    marks_failures=True,
    events=(
        event("step", r"Run [a-zA-Z./-]{3,20}", rb"^ *Run (?P<name>[\w.-]+/[\w./-]+@\S+|\.{0,2}/\S+)"),
        event("step", "", rb"^Run (?P<name>[a-z][\w.-]+(?: .+)?$)"),
        event("error", r"Error: ", rb"^ *Error: "),
        *_ENDINGS,
        *_COURSE,
    ),
)
