"""Buildkite: headings of three characters, and a timestamp hidden in an escape before each line."""

from __future__ import annotations

from remediate.logs.formats.format import Format, event, sign

# A heading is not a diff's "--- a/file" and not go's "--- FAIL: TestX (0.00s)".
_TITLE = rb"(?![ab]/|/dev/null|FAIL:|PASS:|SKIP:|BENCH:)(?P<name>\S.*)"

# What the agent shows before it runs it. Before a command that is no file it puts a trap of its own, so that
# signals reach it.
_COMMAND = rb"^\$ (?:trap 'kill -- \$\$' INT TERM QUIT; )?(?P<name>\S.*)"

BUILDKITE = Format(
    name="buildkite",
    title="Buildkite",
    prefix=(rb"\x1b?_bk;t=\d+(?:\x07|(?=\D))|\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\] "),
    marks=(rb"(~~~|---|\+\+\+|\^\^\^) (?![ab]/)|(?=(\$) )"),
    levels={b"~~~": "group", b"---": "group", b"+++": "group", b"^^^": "group", b"$": "command"},
    signs=(
        sign(rb"_bk;t=\d{10,}", 5),
        sign(
            rb"^(?:\x1b?_bk;t=\d+\x07)?~~~ (?:Preparing|Running|:|Setting up|Checking|Uploading|Downloading)",
            6,
        ),
        sign(rb"^(?:\x1b?_bk;t=\d+\x07)?(?:---|\+\+\+) :[\w-]+: ", 4),
        sign(rb"^\^\^\^ \+\+\+", 8),
        sign(rb"Error: The command exited with status \d+", 8),
        sign(rb"buildkite-agent (?:artifact|meta-data|annotate|pipeline)", 2, 3),
        sign(rb"^\$ cd /\S*buildkite\S*", 4),
    ),
    events=(
        event("step", r"~~~ \S", rb"^~~~ " + _TITLE),
        event("step", r"[^-]--- [A-Z:]", rb"^--- " + _TITLE),
        event("step", r"\+\+\+ [A-Z:]", rb"^\+\+\+ " + _TITLE),
        event("command", r"\$ \S", _COMMAND),
        event(
            "exit", r"The command exited with status", rb"The command exited with status (?P<number>-?\d+)"
        ),
        event("cancelled", r"Received cancellation signal", rb"^# Received cancellation signal"),
        event("error", r"Error: The command was", rb"Error: The command was"),
    ),
)
