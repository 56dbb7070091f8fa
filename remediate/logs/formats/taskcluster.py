"""TaskCluster, and below its prefix that of Mozilla's own harness."""

from __future__ import annotations

from remediate.logs.formats.format import Format, event, sign

_STAMP = rb"\[\w+(?::\w+)? \d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\.\d{3}Z\](?: |$)"

TASKCLUSTER = Format(
    name="taskcluster",
    title="TaskCluster",
    prefix=(_STAMP),
    marks=(
        rb"\d\d:\d\d:\d\d +(DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL) -(?: +|$)"
        rb"|\[taskcluster:(error|warn)\w*\] "
    ),
    levels={
        b"DEBUG": "debug",
        b"WARNING": "warning",
        b"ERROR": "error",
        b"CRITICAL": "error",
        b"FATAL": "error",
        b"error": "error",
        b"warn": "warning",
    },
    signs=(
        sign(rb"^\[taskcluster \d{4}-\d\d-\d\d ", 6),
        sign(rb"^\[taskcluster(?::\w+)?[ \]]", 4),
        sign(rb"^\[task \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\]", 4),
        sign(rb"^\d\d:\d\d:\d\d +(?:INFO|WARNING|ERROR|CRITICAL) - ", 2),
        sign(rb"^=== Task (?:Starting|Finished) ===", 6),
    ),
    ends=True,
    events=(
        event(
            "step",
            r"Running [\w-]+ step\.",
            rb"\[mozharness: [^\]]*\] Running (?P<name>(?!uninstall)[\w-]+) step\.",
        ),
        event("step", r"=== Task Starting ===", rb"^(?P<name>=== Task Starting ===)"),
        event("exit", r"Unsuccessful task run", rb"^Unsuccessful task run with exit code: (?P<number>-?\d+)"),
        event("failed", "", rb"^Unsuccessful task run with exit code: "),
        event("exit", "", rb"^\[taskcluster:error\] exit status (?P<number>\d+)"),
        event("succeeded", r"Successful task run", rb"^Successful task run with exit code: 0"),
        event("timeout", r"task timeout after", rb"[Tt]ask timeout after \d+ seconds"),
        event("timeout", r"Task aborted - max run", rb"Task aborted - max run time exceeded"),
        event("cancelled", r"Task has been cancelled", rb"Task has been cancelled"),
        event("error", r"\[taskcluster:error\]", rb"^\[taskcluster:error\]"),
        event("error", r" (?:ERROR|CRITICAL|FATAL) - ", rb"^\d\d:\d\d:\d\d +(?:ERROR|CRITICAL|FATAL) - "),
    ),
)
