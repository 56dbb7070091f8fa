"""The journal: a torn end is tolerated, everything else that cannot be read closes the door."""

from __future__ import annotations

from pathlib import Path

import pytest
from recovery_made import NOW, diagnosis, own, plan

from remediate.errors import Unreachable
from remediate.model.outcome import Done, Failed, Recovered
from remediate.recovery.journal import Journal, JournalProblem, begin, journals, read
from remediate.recovery.journal_entries import Began, Ended, Intent, Result, Snapshot, Story, Verified

BEGAN = Began(plan=plan([own("one")]), diagnosis=diagnosis(), root="/w", touches=(("a",),), at=NOW)
DONE = Done(strategy="command", summary="done")


def write(folder: Path) -> Path:
    journal = begin(folder, "20260101T000000-00000001", BEGAN)
    journal.note(Snapshot(backup="b", before={"a": "1"}))
    journal.note(Intent(step=0))
    journal.note(Result(step=0, result=DONE, left={"a": "2"}))
    return journal.path


def whole(path: Path) -> Journal:
    journal = read(path)
    assert journal is not None
    return journal


def test_what_was_noted_is_read_again(tmp_path: Path) -> None:
    story = whole(write(tmp_path)).story
    assert story == Story(
        began=BEGAN, backup="b", before={"a": "1"}, intents=(0,), results={0: DONE}, left={"a": "2"}
    )


def test_a_torn_end_was_not_written_whatever_its_length(tmp_path: Path) -> None:
    path = write(tmp_path)
    text = path.read_bytes()
    ends = [number for number, byte in enumerate(text) if byte == ord("\n")]
    for length in range(ends[1] + 1, len(text)):
        path.write_bytes(text[:length])
        lines = text[:length].count(b"\n")
        story = whole(path).story
        assert (bool(story.intents), bool(story.results)) == (lines >= 3, lines >= 4)


def test_a_torn_end_does_not_become_the_head_of_the_next_line(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(path.read_bytes()[:-7])
    journal = whole(path)
    journal.note(Result(step=0, result=Failed(strategy="command", reason="no"), left={}))
    journal.note(Verified(step=0, result=DONE))
    assert whole(path).story == journal.story
    assert isinstance(journal.story.results[0], Failed)


def test_a_journal_in_which_nothing_stands_yet_is_left_out(tmp_path: Path) -> None:
    path = write(tmp_path)
    first = path.read_bytes().split(b"\n")[0]
    for begun in (b"", first[:1], first):
        path.write_bytes(begun)
        assert read(path) is None
        assert list(journals(tmp_path)) == []


@pytest.mark.parametrize("line", range(4))
@pytest.mark.parametrize("harm", [b"{", b"", b'{"type":"other"}', b"\xff\xfe", b'{"type":"intent"}', b"null"])
def test_anything_else_that_cannot_be_read_is_refused(tmp_path: Path, line: int, harm: bytes) -> None:
    path = write(tmp_path)
    lines = path.read_bytes().split(b"\n")
    lines[line] = harm
    path.write_bytes(b"\n".join(lines))
    with pytest.raises(JournalProblem, match=f"line {line + 1}"):
        read(path)


def test_what_cannot_stand_there_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path)
    lines = path.read_bytes().splitlines(keepends=True)
    for wrong in (lines[1:], [*lines, lines[0]], [lines[0].replace(b"journal/1", b"journal/9")]):
        path.write_bytes(b"".join(wrong))
        with pytest.raises(JournalProblem):
            read(path)
    path.write_bytes(b"".join(lines))
    journal = whole(path)
    journal.note(Ended(outcome=Recovered(results=(DONE,)), at=NOW))
    with pytest.raises(ValueError, match="cannot stand there"):
        journal.note(Intent(step=0))


def test_a_journal_that_cannot_be_opened_closes_the_door(tmp_path: Path) -> None:
    (tmp_path / "20260101T000000-00000001.jsonl").mkdir()
    with pytest.raises(Unreachable):
        list(journals(tmp_path))


def test_a_full_disk_is_said_and_the_journal_stays_whole(tiny: Path) -> None:
    journal = begin(tiny, "20260101T000000-00000001", BEGAN)
    with (tiny / "filler").open("wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"x" * 4096)
        except OSError:
            pass
    long = Failed(strategy="command", reason="x", evidence="y" * 200_000)
    with pytest.raises(JournalProblem, match="No space left"):
        journal.note(Result(step=0, result=long, left={}))
    assert whole(journal.path).story == journal.story
    (tiny / "filler").unlink()
    journal.note(Intent(step=0))
    assert whole(journal.path).story.intents == (0,)
