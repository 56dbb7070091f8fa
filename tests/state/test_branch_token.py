"""The state branch as the workflow reaches it: with its token, on a server that looks at permissions."""

from __future__ import annotations

from pathlib import Path

import pytest
from box import Box

from remediate.errors import Unreachable
from remediate.stages.state_branch import branch_store

NAME, BRANCH = "octo/shop", "remediate-state"
DOCUMENT = b'{"schema": "remediate/test/1"}'


def test_a_token_reads_and_changes_what_it_may(tmp_path: Path) -> None:
    with Box(tmp_path / "box") as box:
        repo = box.repository(NAME, private=True)
        granted = ({"contents": "write"}, {"contents": "read"}, {"actions": "write"})
        tokens = [box.token(repo, permissions=permissions) for permissions in granted]
        writer, reader, blind = (
            branch_store(box.address, NAME, token, BRANCH, folder=tmp_path / "fetched") for token in tokens
        )
        writer.change("1", ["a.json"], lambda _: {"a.json": DOCUMENT})
        assert reader.read("a.json") == {"a.json": DOCUMENT}
        with pytest.raises(Unreachable) as caught:
            reader.change("2", ["a.json"], lambda _: {"a.json": None})
        assert "contents: write" in caught.value.hint
        assert tokens[1] not in f"{caught.value}{caught.value.hint}"
        with pytest.raises(Unreachable, match="not found"):
            blind.read("a.json")
        assert writer.read("a.json") == {"a.json": DOCUMENT}
