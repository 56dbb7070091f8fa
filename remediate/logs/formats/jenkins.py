"""Jenkins, freestyle jobs and pipelines, with and without the Timestamper's prefix."""

from __future__ import annotations

from remediate.logs.formats.format import Format, event, sign

_STAMP = rb"(?:\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z?\] |\d\d:\d\d:\d\d(?:\.\d{3})? {1,2})?"

JENKINS = Format(
    name="jenkins",
    title="Jenkins",
    prefix=(_STAMP),
    marks=(rb"(?=(\+) \S|\[[^\]\n]{1,200}\] (\$) \S|(ERROR|FATAL): )|\[Pipeline\] (?=\S)"),
    levels={b"+": "command", b"$": "command", b"ERROR": "error", b"FATAL": "error"},
    signs=(
        sign(rb"^" + _STAMP + rb"\[Pipeline\] \S", 5),
        sign(rb"^" + _STAMP + rb"Started by (?:user|an SCM|timer|upstream|remote|GitHub|GitLab|change)", 8),
        sign(rb"^" + _STAMP + rb"Finished: (?:SUCCESS|FAILURE|UNSTABLE|ABORTED|NOT_BUILT)\s*$", 12),
        sign(rb"^" + _STAMP + rb"(?:Building|Running) (?:remotely )?on \S.* in (?:workspace )?\S", 6),
        sign(rb"^" + _STAMP + rb"\[EnvInject\] - ", 4),
        sign(rb"^" + _STAMP + rb" > git(?:\.exe)? .* # timeout=\d+", 4),
        sign(rb"^" + _STAMP + rb"Running as SYSTEM", 4),
        sign(rb"^" + _STAMP + rb"Build step '.*' marked build as failure", 8),
        sign(rb"^" + _STAMP + rb"ERROR: script returned exit code \d+", 6),
    ),
    ends=True,
    events=(
        event("cleanup", r"\[Pipeline\] ", rb"^\[Pipeline\] \{ \(Declarative: Post Actions\)"),
        event("step", "", rb"^\[Pipeline\] \{ \((?P<name>(?!Declarative: Post Actions)[^\n]+)\)$"),
        event("step-end", "", rb"^\[Pipeline\] // stage"),
        event("skipped", r"skipped due to earlier failure", rb"^Stage .* skipped due to earlier failure"),
        # The lines of an `sh` step (`+ make test`) are none: no literal tells them from the lines of a diff.
        event("command", r"\$ \S", rb"^\[[^\]\n]{1,200}\] \$ (?P<name>.+)"),
        event("exit", r"ERROR: script returned", rb"^ERROR: script returned exit code (?P<number>-?\d+)"),
        event("failing", r"Build step '", rb"^Build step '.*' marked build as failure"),
        event("failing", r"Maven build step", rb"^ERROR: Maven build step"),
        event("timeout", r"Build timed out \(after", rb"^Build timed out \(after"),
        event(
            "timeout", r"Cancelling nested steps due to timeout", rb"^Cancelling nested steps due to timeout"
        ),
        event("cancelled", r"Aborted by ", rb"^Aborted by "),
        event("cancelled", r"Build was aborted", rb"^Build was aborted"),
        event("error", r"FATAL: ", rb"^(?:ERROR|FATAL): "),
        event("succeeded", r"Finished: SUCCESS", rb"^Finished: SUCCESS"),
        event("cancelled", r"Finished: ABORTED", rb"^Finished: ABORTED"),
        event("failed", r"Finished: (?:FAILURE|UNSTABLE)", rb"^Finished: (?:FAILURE|UNSTABLE)"),
    ),
)
