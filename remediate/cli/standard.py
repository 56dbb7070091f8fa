"""The options that several commands have."""

from __future__ import annotations

from remediate.cli.arguments import Option

FORMAT = Option(
    flags=("--format",),
    name="output",
    choices=("text", "json", "markdown"),
    default="text",
    show_default=True,
    help="How to print the result.",
)
CONFIG = Option(
    flags=("--config",),
    name="config",
    metavar="FILE",
    path=True,
    help="The configuration, instead of .github/remediate.yml of this repository.",
)
QUIET = Option(flags=("-q", "--quiet"), name="quiet", help="Print only the one line that matters.")
VERBOSE = Option(flags=("-v", "--verbose"), name="verbose", help="Say more: whole lines, and what was used.")
