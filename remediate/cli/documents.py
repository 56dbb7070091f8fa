"""Reads the document that a stage is given and writes the one it gives, as files and as outputs of a job."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from remediate.cli.terminal import say
from remediate.errors import UsageProblem
from remediate.logs.neutral import for_output_file
from remediate.ports import Shelf
from remediate.stages.passing_on import MOST_BYTES, fetched, fits, laid_aside, packed, unpacked
from remediate.system.documents import add_to, write_whole

VARIABLE = "REMEDIATE_DOCUMENT"


def read_document(source: str | None, environment: Mapping[str, str], store: Callable[..., Shelf]) -> bytes:
    """What the file holds, standard input for `-`, or the variable; fetched where it lies on the branch.

    `store` opens the usual state branch, or the one that it is given.
    """
    document = unpacked(_given(source, environment))
    if not document:
        place = source or f"${VARIABLE}"
        raise UsageProblem(
            f"{place}: there is no document of the stage before",
            hint="Name its file with --input. In a job: GitHub drops an output that holds a masked text, and"
            " tells of it in the log of the job that wrote it.",
        )
    return fetched(document, store)


def write_document(
    document: bytes,
    target: str | None,
    environment: Mapping[str, str],
    *,
    owner: str,
    stage: str,
    store: Callable[[], Shelf] | None = None,
    branch: str = "",
    last: bool = False,
) -> None:
    """To the file, to standard output for `-`, and in GitHub Actions to the output `document`.

    One that is too large for an output goes by the state branch, where this stage may write it: with `store`,
    which is that of `branch` where it is not the usual one. After the `last` stage nobody needs it.
    """
    outputs = environment.get("GITHUB_OUTPUT", "")
    if target and target != "-":
        write_whole(Path(target), document)
    elif target == "-" or not outputs:
        say(document)
    if not outputs or target:
        return
    text = packed(document)
    if not fits(text):
        if last:
            say("its document is too large for an output: name a file for it with --output", err=True)
            return
        if store is None:
            raise UsageProblem(
                f"the document is too large to be passed on: {len(text)} characters",
                hint="Look at fewer runs at once, with --run-id or a shorter `look-back:`.",
            )
        text = packed(laid_aside(document, owner, stage, store(), branch))
    write_outputs({"document": text}, environment)


def write_outputs(values: Mapping[str, str], environment: Mapping[str, str]) -> None:
    """Outputs of the step; nothing where no step wants them."""
    place = environment.get("GITHUB_OUTPUT", "")
    if place:
        delimiter = f"remediate_{os.urandom(16).hex()}"
        entries = (for_output_file(name, value, delimiter) for name, value in values.items())
        add_to(Path(place), "".join(entries))


def _given(source: str | None, environment: Mapping[str, str]) -> str | bytes:
    if source is None:
        return environment.get(VARIABLE, "")
    if source == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(source).open("rb") as stream:
            return stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageProblem(
            f"--input {source}: {error.strerror}", hint="Name the file that the stage before wrote."
        ) from None
