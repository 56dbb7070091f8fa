"""How a diagnosis is printed: one file for each format."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from remediate.cli.formats.document import document
from remediate.cli.terminal import say
from remediate.model.diagnosis import Diagnosis

FORMATS = ("text", "json", "markdown")


def render(found: Sequence[Diagnosis], output: str, *, quiet: bool = False, verbose: bool = False) -> None:
    """Prints one diagnosis as an object, several as a list."""
    if output == "json":
        say(document(found[0] if len(found) == 1 else found, compact=quiet))
        return
    draw, gap = _drawing(output, quiet=quiet, verbose=verbose)
    say(gap.join(draw(diagnosis) for diagnosis in found))


def _drawing(output: str, *, quiet: bool, verbose: bool) -> tuple[Callable[[Diagnosis], str], str]:
    if output == "markdown" and not quiet:
        from remediate.cli.formats.markdown import markdown  # noqa: PLC0415 - one format is wanted, not all

        return markdown, "\n\n"
    from remediate.cli.formats.text import Screen, line, text  # noqa: PLC0415

    if quiet:
        return line, "\n"
    screen = Screen.of_stdout(whole=verbose)
    return lambda diagnosis: text(diagnosis, screen), "\n\n"
