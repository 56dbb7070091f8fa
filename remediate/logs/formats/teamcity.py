"""TeamCity: the build log as it is downloaded, and service messages that a tool wrote."""

from __future__ import annotations

from remediate.logs.formats.format import Format, event, sign

_STAMP = rb"^\[\d\d:\d\d:\d\d\][WEFIi ]? *:?[ \t]*"

TEAMCITY = Format(
    name="teamcity",
    title="TeamCity",
    marks=(
        rb"\[\d\d:\d\d:\d\d\](?:([WEFIi]) *)?:?[ \t]*(?:\[[^\]\n]{1,120}\] )?|##teamcity\[(?:message|\w+) "
    ),
    levels={b"W": "warning", b"E": "error", b"F": "error"},
    signs=(
        sign(rb"^\[\d\d:\d\d:\d\d\][WEFIi]? *:[ \t]", 5),
        sign(rb"^\[\d\d:\d\d:\d\d\][WEFIi ]? *:?[ \t]*\[Step \d+/\d+\]", 6),
        sign(rb"##teamcity\[\w+", 4),
        sign(rb"^TeamCity (?:server|URL)", 12),
        sign(rb"^Build '.*' #\S+", 4),
    ),
    events=(
        event("step", r"Step \d+/\d+: ", _STAMP + rb"Step (?P<name>\d+/\d+.*)"),
        event("exit", r"Process exited with code", rb"Process exited with code (?P<number>-?\d+)"),
        event("failing", r"\) failed", _STAMP + rb"(?:\[Step \d+/\d+\] )?Step .* failed$"),
        event("group", r"##teamcity\[blockOpened", rb"##teamcity\[blockOpened name='(?P<name>[^']*)'"),
        event("group-end", r"##teamcity\[blockClosed", rb"##teamcity\[blockClosed "),
        event("error", r"##teamcity\[buildProblem", rb"##teamcity\[buildProblem "),
        event("timeout", r"Execution timeout", rb"Execution timeout"),
        event("cancelled", r"Build was interrupted", rb"(?:Build was interrupted|Canceling build)"),
        event("failed", r"Build status: FAIL", rb"Build status: FAIL"),
        event("finished", r"Build finished", _STAMP + rb"Build finished"),
    ),
)
