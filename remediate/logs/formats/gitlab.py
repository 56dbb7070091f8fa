"""GitLab CI, with sections, and with the timestamps that newer runners write."""

from __future__ import annotations

from remediate.logs.formats.format import Format, event, sign

_SECTION = rb"section_(?:start|end):\d+:[\w.-]+(?:\[[^\]\n]*\])?\r?"

# Sections that come after the script, whether it failed or not.
_AFTER = rb"(?:after_script|cleanup_|upload_artifacts|archive_cache)"

# Each entry of the script is shown before it runs; of one with several lines the first, with the remark that
# there are more. Where the runner folds entries, the command stands in the section's heading.
_COMMAND = rb"(?:^|\r)\$ (?P<name>\S.*)"

GITLAB = Format(
    name="gitlab",
    title="GitLab CI",
    prefix=(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \d\d[OE](?:[ +]|$)"),
    marks=(rb"(?:" + _SECTION + rb")+|(?=(ERROR|WARNING): |(\$) )"),
    levels={b"ERROR": "error", b"WARNING": "warning", b"$": "command"},
    signs=(
        sign(rb"section_(?:start|end):\d+:\w+", 5),
        sign(rb"^(?:\S+Z \d\d[OE][ +])?Running with gitlab-runner ", 12),
        sign(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z \d\d[OE](?:[ +]|$)", 3),
        sign(rb"^(?:\S+Z \d\d[OE][ +])?ERROR: Job failed", 12),
        sign(rb"^(?:\S+Z \d\d[OE][ +])?Job succeeded$", 8),
        sign(rb"Preparing the \"[\w+-]+\" executor", 8),
        sign(rb"^(?:\S+Z \d\d[OE][ +])?Executing \"\w+\" stage of the job script", 6),
        sign(rb"^(?:\S+Z \d\d[OE][ +])?Cleaning up project directory and file based variables", 6),
    ),
    ends=True,
    events=(
        event("step-end", r"section_end:\d", rb"section_end:\d+:"),
        event("cleanup", r"section_start:\d", rb"section_start:\d+:" + _AFTER),
        event("step", "", rb"section_start:\d+:(?P<name>(?!" + _AFTER + rb")[\w.-]+)"),
        event("command", r"\$ \S", _COMMAND),
        event("timeout", r"ERROR: Job failed", rb"ERROR: Job failed.*: execution took longer than"),
        event("cancelled", r"ERROR: Job failed: cancel", rb"ERROR: Job failed: cancel"),
        event("exit", "", rb"ERROR: Job failed.*exit (?:code|status) (?P<number>\d+)"),
        event("failed", "", rb"(?:^|\r)ERROR: Job failed"),
        event("error", r"ERROR: [A-Z]", rb"(?:^|\r)ERROR: (?!Job failed)"),
        event("succeeded", r"Job succeeded", rb"(?:^|\r)Job succeeded$"),
    ),
)
