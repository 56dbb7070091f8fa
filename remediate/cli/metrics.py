"""`remediate metrics`: the figures in the terminal, and as files that others read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remediate.cli.arguments import Option
from remediate.cli.options import Group, config_option, options
from remediate.cli.remote import REMOTE
from remediate.cli.state import STATE, ledger_store
from remediate.cli.terminal import say, style
from remediate.errors import Unreachable, UsageProblem
from remediate.metrics.bars import Text

if TYPE_CHECKING:
    from remediate.metrics.figures import Metrics
    from remediate.ports import Store

_EXAMPLES = """
\b
Examples:
  remediate metrics show
  remediate metrics show --remote
  remediate metrics show --format prometheus > remediate.prom
  remediate metrics export docs/metrics.json docs/badge.json docs/trend.svg
"""
_FORMATS = ("text", "json", "prometheus", "svg", "markdown", "badge")
_BY_ENDING = {".json": "json", ".prom": "prometheus", ".svg": "svg", ".md": "markdown", ".txt": "text"}
_MONTHS = 13


class _Screen(Text):
    """With the looks of a terminal; `say` takes them out where they are not wanted."""

    def strong(self, words: str) -> str:
        return style(words, bold=True)

    def good(self, words: str) -> str:
        return style(words, shade="cyan")

    def bad(self, words: str) -> str:
        return style(words, shade="red")


@click.group("metrics", cls=Group, epilog=_EXAMPLES)
def command() -> None:
    """Show and export what was detected, healed and spared."""


@command.command("show")
@options(
    Option(
        flags=("--format",),
        name="output",
        choices=_FORMATS,
        default="text",
        show_default=True,
        help="How to print the figures.",
    )
)
@STATE
@REMOTE
@config_option
def show(output: str, state: str | None, remote: str | None, config: str | None) -> None:
    """Show the figures: bars and sparklines, or one of the other forms."""
    metrics = figures(ledger_store(state, config, remote))
    if output == "text":
        from remediate.cli.formats.text import Screen  # noqa: PLC0415 - not for help and completion
        from remediate.metrics.bars import as_text  # noqa: PLC0415

        for line in as_text(metrics, _Screen(Screen.of_stdout(whole=False).width)):
            say(line)
    else:
        say(_form(metrics, output).rstrip("\n"))


@command.command("export")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(dir_okay=False))
@STATE
@REMOTE
@config_option
def export(files: tuple[str, ...], state: str | None, remote: str | None, config: str | None) -> None:
    """Write the figures into files; the ending says in which form, `badge.json` is the badge."""
    forms = {name: _form_of(name) for name in files}
    metrics = figures(ledger_store(state, config, remote))
    for name, form in forms.items():
        _write(Path(name), _form(metrics, form))
        say(f"{name}  {form}")


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of `metrics.json`."""
    from remediate.metrics.schema import as_text  # noqa: PLC0415 - not for help and completion

    say(as_text().decode().rstrip("\n"))


def figures(store: Store) -> Metrics:
    """As they were counted; where nobody has counted, the history of the last year tells them."""
    from remediate.state.metrics_store import METRICS, read_metrics  # noqa: PLC0415 - not for help

    data = store.read(METRICS)[METRICS]
    return _of_history(store) if data is None else read_metrics(data)


def _of_history(store: Store) -> Metrics:
    import time  # noqa: PLC0415 - not for help and completion

    import msgspec  # noqa: PLC0415

    from remediate.metrics.counting import of_record  # noqa: PLC0415
    from remediate.metrics.figures import Metrics  # noqa: PLC0415
    from remediate.metrics.targets import targets  # noqa: PLC0415
    from remediate.state.history import name_of, read_history  # noqa: PLC0415
    from remediate.state.metrics_store import all_counted  # noqa: PLC0415

    now = time.time()
    names = dict.fromkeys(name_of(now - month * 28 * 86400.0) for month in range(_MONTHS, -1, -1))
    metrics = Metrics()
    for name, data in store.read(*names).items():
        for record in read_history(name, data):
            metrics = all_counted(metrics, of_record(record))
    return msgspec.structs.replace(metrics, targets=targets(metrics))


def _form(metrics: Metrics, form: str) -> str:
    from remediate.cli.formats.document import document  # noqa: PLC0415 - not for help and completion
    from remediate.metrics.badge import badge  # noqa: PLC0415
    from remediate.metrics.bars import as_markdown, as_text  # noqa: PLC0415
    from remediate.metrics.drawing import as_svg  # noqa: PLC0415
    from remediate.metrics.prometheus import as_prometheus  # noqa: PLC0415

    forms = {
        "text": lambda: "\n".join(as_text(metrics, Text())) + "\n",
        "json": lambda: document(metrics).decode() + "\n",
        "badge": lambda: document(badge(metrics)).decode() + "\n",
        "prometheus": lambda: as_prometheus(metrics),
        "svg": lambda: as_svg(metrics),
        "markdown": lambda: as_markdown(metrics) + "\n",
    }
    return forms[form]()


def _form_of(name: str) -> str:
    path = Path(name)
    if path.name == "badge.json":
        return "badge"
    if path.suffix not in _BY_ENDING:
        known = ", ".join(_BY_ENDING)
        raise UsageProblem(f"{name}: in which form?", hint=f"End the name with one of {known}.")
    return _BY_ENDING[path.suffix]


def _write(path: Path, text: str) -> None:
    """Whole or not at all, for a collector may read at any time."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Unreachable(
            f"{path}: cannot be written: {error.strerror}", hint="Check that its folder is there."
        ) from None
