"""The door of the command: does a plain `diagnose` at once, and is where errors become messages."""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from typing import NoReturn, TextIO

from remediate.errors import BUG, DONE, INTERRUPTED, UNREACHABLE, RemediateError

_HOME = "https://github.com/remediate/remediate"
_ISSUES = f"{_HOME}/issues"
_OBJECTS = 50_000


def main() -> NoReturn:
    """Runs the command and ends the process with its exit code."""
    # What is imported stays: to look through it for garbage again and again only takes time.
    gc.set_threshold(_OBJECTS)
    # A stream that the caller has closed (`>&-`) is None: what is said there is for nobody.
    sys.stdout, sys.stderr = sys.stdout or _nobody(), sys.stderr or _nobody()
    for stream in (sys.stdout, sys.stderr):
        _speak(stream)
    try:
        code = run(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (`| head`) has what it wanted; Python must not complain about the closed pipe at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    _leave(code)


def _nobody() -> TextIO:
    return open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123 - pathlib is slow to import


def _leave(code: int) -> NoReturn:
    """Ends the process without taking the interpreter apart, which takes a tenth of a small log's time."""
    with contextlib.suppress(OSError):
        sys.stderr.flush()
    os._exit(code)


def run(arguments: list[str]) -> int:
    """The exit code; whatever goes wrong has been said by then."""
    try:
        return _run(arguments)
    except RemediateError as error:
        return _fail(error.exit_code, error.message, error.hint, error.docs)
    except (KeyboardInterrupt, EOFError):
        return _fail(INTERRUPTED, "interrupted")
    except BrokenPipeError:
        raise
    except OSError as error:
        # Sources and configuration answer for themselves; what is left is the output, or a full disk.
        place = error.filename or "the output cannot be written"
        return _fail(UNREACHABLE, f"{place}: {error.strerror}", "Check the space left and the rights there.")
    except Exception as error:  # noqa: BLE001 - the one boundary: it says so and ends
        return own_up(error)


def own_up(error: Exception) -> int:
    """Says that this is a bug of ours, and where."""
    if os.environ.get("REMEDIATE_TRACEBACK"):
        raise error
    return _fail(
        BUG,
        f"this is a bug in Remediate: {_where(error)}",
        "Run it again with REMEDIATE_TRACEBACK=1 and report what it prints, without secrets.",
        _ISSUES,
    )


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["diagnose"] and "_REMEDIATE_COMPLETE" not in os.environ:
        from remediate.cli.arguments import plain_call  # noqa: PLC0415 - each way imports what it needs
        from remediate.cli.diagnosing import OPTIONS, diagnose_sources  # noqa: PLC0415

        values = plain_call(arguments[1:], "sources", OPTIONS)
        if values is not None:
            diagnose_sources(**values)
            return DONE
    if arguments[:1] == ["run"] and "_REMEDIATE_COMPLETE" not in os.environ:
        from remediate.cli.running import run_plainly  # noqa: PLC0415

        code = run_plainly(arguments[1:])
        if code is not None:
            return code
    from remediate.cli.group import obey  # noqa: PLC0415 - click is slow to import

    return obey(arguments)


def _where(error: Exception) -> str:
    """The kind of the error and its place; not its text, which may quote a log and a secret in it."""
    from pathlib import Path  # noqa: PLC0415 - only when something is wrong

    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    name = type(error).__name__
    return f"{name} at {Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else name


def _fail(code: int, message: str, hint: str = "", docs: str = "") -> int:
    from remediate.cli.terminal import say, style  # noqa: PLC0415 - only when something is wrong
    from remediate.logs.neutral import printable_log  # noqa: PLC0415 - names in messages come from archives

    # Who has installed the command has no folder of pages.
    page = f"{_HOME}/blob/main/{docs}" if docs.startswith("docs/") else docs
    parts = (("error: ", "red", message), ("  way out: ", None, hint), ("  see: ", None, page))
    for head, shade, text in parts:
        if text:
            say(style(head, shade=shade, bold=True) + printable_log(text), err=True)
    return code


def _speak(stream: object) -> None:
    """A terminal that cannot show a character gets another one in its place instead of an error."""
    encoding = (getattr(stream, "encoding", None) or "utf-8").lower()
    if not encoding.startswith("utf"):
        from remediate.cli.plain import plain  # noqa: PLC0415 - seldom needed

        plain(stream)


if __name__ == "__main__":
    main()
