"""CircleCI: the output of a job's steps, as its page and API give it."""

from __future__ import annotations

from remediate.logs.formats.format import Format, event, sign

_EXIT = rb"^(?:Exited with code(?: exit status)?|CircleCI received exit code|.*returned exit code) "

CIRCLECI = Format(
    name="circleci",
    title="CircleCI",
    marks=(rb"====>> |(?=(\$) |(#!)/bin/(?:ba)?sh -e)"),
    levels={b"$": "command", b"#!": "command"},
    signs=(
        sign(rb"^Build-agent version ", 12),
        sign(rb"^Launch-agent version ", 12),
        sign(rb"^#!/bin/(?:ba)?sh -eo? ?(?:pipefail)?\s*$", 6),
        sign(rb"^Exited with code exit status \d+", 12),
        sign(rb"^CircleCI received exit code \d+", 12),
        sign(rb"^====>> ", 6),
        sign(rb"^Too long with no output \(exceeded ", 12),
        sign(rb"^Using environment variables from project settings", 6),
        sign(rb"^Creating Docker executor|^Starting container cimg/", 5),
        sign(rb"^\s*CIRCLE(?:CI|_\w+)=", 4),
    ),
    events=(
        event("step", r"====>> ", rb"^====>> (?P<name>.+)"),
        event("step", r"#!/bin/(?:ba)?sh -e", rb"^(?P<name>#!/bin/(?:ba)?sh -e.*)$"),
        event("succeeded", r"CircleCI received exit code", rb"^CircleCI received exit code 0\b"),
        event("exit", r"Exited with code", _EXIT + rb"(?P<number>\d+)"),
        event("timeout", r"Too long with no output", rb"^Too long with no output \(exceeded "),
        event("cancelled", r"Build was canceled", rb"^Build was cancell?ed"),
    ),
)
