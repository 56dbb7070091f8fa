"""Travis CI: folds and timers share a line with the command that they announce."""

from __future__ import annotations

from remediate.logs.formats.format import Format, event, sign

_MARK = rb"travis_(?:fold|time):[^\r\n ]*(?:\r|$)"

TRAVIS = Format(
    name="travis",
    title="Travis CI",
    marks=(rb"(?:" + _MARK + rb")+(?:(?=(\$) ))?|(?=(\$) )"),
    levels={b"$": "command"},
    signs=(
        sign(rb"travis_(?:fold|time):(?:start|end):", 5),
        sign(rb"^Using worker: ", 8),
        sign(rb"(?:^|\r)Done\. Your build exited with \d+", 12),
        sign(rb"^The command \".*\" (?:exited with \d+|failed and exited with \d+)", 8),
        sign(rb"^Build system information", 5),
        sign(rb"^\$ (?:export|git clone|travis_|nvm|jdk_switcher|rvm) ?", 2),
        sign(rb"Setting environment variables from \.travis\.yml", 5),
    ),
    ends=True,
    events=(
        event("group", r"travis_fold:start:", rb"travis_fold:start:(?P<name>[\w.-]+)"),
        event("group-end", r"travis_fold:end:", rb"travis_fold:end:"),
        event("step", r"travis_time:start:", rb"travis_time:start:\S*\r?(?:travis_\S*\r?)*\$ (?P<name>.+)"),
        event(
            "exit",
            r"The command \"",
            rb'(?:^|\r)The command ".*" (?:failed and )?exited with (?P<number>\d+)',
        ),
        event("cleanup", "", rb"travis_fold:start:after_"),
        event(
            "timeout",
            r"No output has been received in the last",
            rb"^No output has been received in the last",
        ),
        event(
            "timeout",
            r"The job exceeded the max",
            rb"^The job exceeded the maxi\w+ time limit",
        ),
        event("cancelled", r"Done: Job Cancelled", rb"^Done: Job Cancelled"),
        event("failed", r"Your build has been stopped", rb"^Your build has been stopped"),
        event("succeeded", r"Done\. Your build exited with", rb"(?:^|\r)Done\. Your build exited with 0\b"),
        event("failed", "", rb"(?:^|\r)Done\. Your build exited with [1-9]"),
    ),
)
