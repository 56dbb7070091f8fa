"""A state branch on a server: how it begins, what it refuses, what it costs, and what it never loses."""

from __future__ import annotations

import contextlib
import errno
import gc
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from box.git_host import GitHost
from hosted import REPOSITORY, Hosted
from small_disks import small_disk

from remediate.errors import Unreachable, UsageProblem
from remediate.ports import Documents
from remediate.state import branch_view
from remediate.state.branch import BRANCH, BranchStore, Habits
from remediate.state.branch_objects import Objects
from remediate.state.branch_readme import MARK, README, Mark
from remediate.state.shapes import encoded
from remediate.system.git import SystemGit


@pytest.fixture
def host(tmp_path: Path) -> Iterator[GitHost]:
    with GitHost(tmp_path / "host") as host:
        yield host


@pytest.fixture
def hosted(host: GitHost, tmp_path: Path) -> Hosted:
    return Hosted(host, REPOSITORY, tmp_path / "fetched")


def doc(**values: object) -> bytes:
    return json.dumps({"schema": "remediate/test/1", **values}).encode()


def put(store: BranchStore, change_id: str, data: bytes | None = None) -> Documents:
    return store.change(change_id, ["a.json"], lambda _: {"a.json": data or doc(by=change_id)})


def test_the_first_change_makes_a_branch_of_its_own(hosted: Hosted) -> None:
    hosted.plant({"code.py": b"print()"}, branch="main")
    put(hosted.store(), "one")
    assert hosted.content().keys() == {"a.json", ".applied.json", MARK, README}
    assert b"written by [Remediate]" in hosted.content()[README]
    assert hosted.count() == 1
    assert hosted.git(
        "log", "-1", "--format=%s|%an|%(trailers:key=Remediate-Change-Id,valueonly)", BRANCH
    ) == (b"Change the state [skip ci]|Remediate|one\n\n")
    assert hosted.git("ls-tree", "--name-only", "main") == b"code.py\n"


def test_two_that_make_the_branch_at_once_both_count(hosted: Hosted) -> None:
    store, other = hosted.store(), hosted.store()
    calls = []

    def change(documents: Documents) -> Documents:
        calls.append(documents["a.json"])
        if len(calls) == 1:
            put(other, "theirs")
        return {"a.json": doc(by="ours")}

    assert store.change("ours", ["a.json"], change) == {"a.json": doc(by="ours")}
    assert calls == [None, doc(by="theirs")]
    assert json.loads(hosted.content()[".applied.json"])["ids"] == ["theirs", "ours"]


def test_a_lost_race_reads_and_applies_again(hosted: Hosted) -> None:
    store, other = hosted.store(), hosted.store()
    put(store, "0")
    calls = []

    def change(documents: Documents) -> Documents:
        calls.append(documents["a.json"])
        if len(calls) < 4:
            put(other, f"theirs {len(calls)}")
        return {"a.json": doc(by="ours")}

    store.change("ours", ["a.json"], change)
    assert calls == [doc(by="0"), *(doc(by=f"theirs {n}") for n in (1, 2, 3))]
    assert hosted.count() == 5


class Wandering:
    """A clock that is set while a change is made: each time it is asked it stands elsewhere."""

    def __init__(self, *steps: float) -> None:
        self._steps, self._asked, self.slept = steps, 0, 0.0

    def now(self) -> float:
        self._asked += 1
        return time.time() + self.slept + self._steps[self._asked % len(self._steps)]

    def sleep(self, seconds: float) -> None:
        assert 0 <= seconds <= 8
        self.slept += seconds


@pytest.mark.parametrize("steps", [(0.0, -3600.0, -1e9), (1e9, 0.0)])
def test_a_clock_that_is_set_loses_nothing(steps: tuple[float, ...], hosted: Hosted) -> None:
    other = hosted.store()
    clock = Wandering(*steps)
    habits = Habits(wait=20.0, folder=hosted.folder, compact_after=3)
    store = BranchStore(hosted.url, SystemGit(os.environ), clock, habits=habits)
    made = []
    for number in range(3):
        put(other, f"theirs {number}")
        # A leap ahead may use up the time there is; then nothing is said to be made that is not.
        with contextlib.suppress(Unreachable):
            put(store, f"ours {number}")
            made.append(f"ours {number}")
    ids = json.loads(hosted.content()[".applied.json"])["ids"]
    assert [one for one in ids if one.startswith("ours")] == made
    assert [one for one in ids if one.startswith("theirs")] == [f"theirs {number}" for number in range(3)]
    assert made or steps[0] > 0


def test_others_that_are_always_faster_are_told_at_the_deadline(hosted: Hosted) -> None:
    store, other = hosted.store(wait=1.0), hosted.store()

    def change(_: Documents) -> Documents:
        put(other, f"theirs {time.monotonic()}")
        return {"a.json": doc(by="ours")}

    with pytest.raises(Unreachable, match=r"other writers were faster [0-9]+ times; nothing was changed"):
        store.change("ours", ["a.json"], change)
    assert doc(by="ours") != hosted.content()["a.json"]


@pytest.mark.parametrize(
    "planted", [{}, {"a.json": doc()}, {".applied.json": b'{"schema":"remediate/applied/1"}'}]
)
def test_a_foreign_branch_is_left_alone(planted: dict[str, bytes], hosted: Hosted) -> None:
    hosted.plant({"index.html": b"theirs", **planted}, branch=BRANCH)
    before = hosted.tip()
    store = hosted.store()
    for attempt in (lambda: store.read("a.json"), lambda: put(store, "1"), store.names):
        with pytest.raises(
            Unreachable, match=r"remediate-state: this branch was not made by Remediate"
        ) as caught:
            attempt()
        assert "state-branch:" in caught.value.hint
    assert hosted.tip() == before


def test_a_branch_of_a_newer_layout_is_left_alone(hosted: Hosted) -> None:
    put(hosted.store(), "1")
    hosted.plant({MARK: encoded(Mark()).replace(b"/1", b"/2")})
    before = hosted.tip()
    with pytest.raises(Unreachable, match="a newer version of Remediate wrote it"):
        put(hosted.store(), "2")
    assert hosted.tip() == before


@pytest.mark.parametrize("mode", ["120000", "160000"])
def test_what_is_no_plain_file_is_refused(mode: str, hosted: Hosted) -> None:
    put(hosted.store(), "1")
    tip = hosted.tip()
    content = b"/etc/passwd" if mode == "120000" else b""
    if content:
        hosted.plant({"a.json": content}, mode=mode)
    else:
        words = b"commit refs/heads/%s\ncommitter A <a@x> now\ndata 0\nfrom %s\nM 160000 %s a.json\n"
        data = words % (BRANCH.encode(), tip.encode(), tip.encode())
        hosted.git("fast-import", "--quiet", "--date-format=now", data=data)
    with pytest.raises(Unreachable, match=r"a\.json: is a link or no plain file"):
        put(hosted.store(), "2")


@pytest.mark.parametrize("mode", ["100644", "120000"])
@pytest.mark.parametrize("many", [1, 150])
def test_a_file_where_a_folder_belongs_is_refused_and_kept(mode: str, many: int, hosted: Hosted) -> None:
    put(hosted.store(), "1")
    hosted.plant({"attempts": b"mine"}, mode=mode)
    before, names = hosted.tip(), [f"attempts/{number}.json" for number in range(many)]
    store = hosted.store()
    for attempt in (
        lambda: store.read(*names),
        lambda: store.change("2", names, lambda _: {names[0]: doc()}),
    ):
        with pytest.raises(Unreachable, match="attempts: is a file or a link where a folder belongs"):
            attempt()
    assert hosted.tip() == before


@pytest.mark.parametrize("mode", ["100644", "100755", "120000"])
def test_what_others_put_on_the_branch_stays(mode: str, hosted: Hosted) -> None:
    put(hosted.store(), "1")
    theirs = {
        "notes/mine.txt": b"x",
        "CODEOWNERS": b"* @ada",
        "more/.keep": b"",
        "history/notes.md": b"y",
    }
    hosted.plant(theirs, mode=mode)
    listed = [line for line in hosted.git("ls-tree", "-r", BRANCH).splitlines() if mode.encode() in line]
    hosted.store().change("2", ["more/x.json"], lambda _: {"more/x.json": doc()})
    hosted.store(compact_after=2).change("3", ["a.json"], lambda _: {})
    assert theirs.items() <= hosted.content().items()
    now = hosted.git("ls-tree", "-r", BRANCH).splitlines()
    assert [line for line in now if line.split(b"\t")[1].decode() in theirs] == [
        line for line in listed if line.split(b"\t")[1].decode() in theirs
    ]


def test_a_document_that_may_be_run_is_read_all_the_same(hosted: Hosted) -> None:
    put(hosted.store(), "1")
    hosted.plant({"a.json": doc(by="hand")}, mode="100755")
    assert hosted.store().read("a.json") == {"a.json": doc(by="hand")}
    assert put(hosted.store(), "2") == {"a.json": doc(by="2")}


def test_a_branch_in_the_way_is_told_at_once(hosted: Hosted) -> None:
    put(hosted.store(), "1")
    with pytest.raises(Unreachable, match="exists; cannot create") as caught:
        put(hosted.store(branch=f"{BRANCH}/x", wait=600), "2")
    assert "stands in the way" in caught.value.hint


@pytest.mark.parametrize("what", ["deleted", "rewound", "another's"])
def test_a_branch_that_is_forced_elsewhere_meanwhile(what: str, hosted: Hosted) -> None:
    """Between what a change has read and its push: the change is made on what is there then, or refused."""
    put(hosted.store(), "1")
    hosted.plant({"index.html": b"theirs"}, branch="other")
    target = {"deleted": "", "rewound": hosted.tip(), "another's": hosted.tip("other")}[what]
    put(hosted.store(), "2")
    seen = []

    def change(documents: Documents) -> Documents:
        seen.append(documents["a.json"])
        if len(seen) == 1:
            words = ["-d", f"refs/heads/{BRANCH}"] if not target else [f"refs/heads/{BRANCH}", target]
            hosted.git("update-ref", *words)
        return {"a.json": doc(by="ours")}

    if what == "another's":
        with pytest.raises(Unreachable, match="was not made by Remediate"):
            hosted.store().change("ours", ["a.json"], change)
        assert hosted.tip() == target
        return
    assert hosted.store().change("ours", ["a.json"], change) == {"a.json": doc(by="ours")}
    assert seen == [doc(by="2"), doc(by="1") if target else None]
    assert hosted.count() == (2 if target else 1)


def test_a_server_that_has_no_history_takes_changes_too(hosted: Hosted, tmp_path: Path) -> None:
    for number in range(3):
        put(hosted.store(), str(number))
    shallow = tmp_path / "shallow.git"
    source = f"file://{hosted.path}"
    hosted.git("clone", "--quiet", "--bare", "--depth=1", f"--branch={BRANCH}", source, str(shallow))
    shutil.rmtree(hosted.path)
    shallow.rename(hosted.path)
    hosted.git("config", "http.receivepack", "true")
    for number in range(3, 5):
        assert put(hosted.store(), str(number)) == {"a.json": doc(by=str(number))}
    assert hosted.count() == 3


def test_no_place_for_a_copy_is_told(hosted: Hosted, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    hosted.folder = tmp_path / "file/below"
    with pytest.raises(Unreachable, match="no place for a copy of the state: Not a directory") as caught:
        hosted.store().read("a.json")
    assert "TMPDIR" in caught.value.hint


def test_a_change_that_is_on_the_branch_is_made_though_the_disk_is_full_then(
    hosted: Hosted, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = hosted.store()

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Objects, "settle", full)
        assert put(store, "1") == {"a.json": doc(by="1")}
    assert put(store, "2") == {"a.json": doc(by="2")}
    assert json.loads(hosted.content()[".applied.json"])["ids"] == ["1", "2"]


@pytest.mark.parametrize("size", ["4k", "40k"])
def test_a_full_disk_here_is_told_at_once_and_as_such(size: str, hosted: Hosted, tmp_path: Path) -> None:
    put(hosted.store(), "1", doc(by=os.urandom(100_000).hex()))
    before = hosted.tip()
    with small_disk(tmp_path / "disk", size) as disk:
        hosted.folder = disk
        for attempt in (hosted.store().read, lambda name: put(hosted.store(wait=600), "2", doc(by=name))):
            with pytest.raises(Unreachable) as caught:
                attempt("a.json")
            assert "the space left" in caught.value.hint
    assert hosted.tip() == before


def test_a_branch_that_was_deleted_begins_anew(hosted: Hosted) -> None:
    store = hosted.store()
    put(store, "1")
    hosted.git("update-ref", "-d", f"refs/heads/{BRANCH}")
    assert put(store, "2") == {"a.json": doc(by="2")}
    assert hosted.count() == 1
    assert hosted.content().keys() >= {MARK, README}


@pytest.mark.parametrize("ruleset", [False, True])
def test_a_protected_branch_is_told_at_once(ruleset: bool, host: GitHost, hosted: Hosted) -> None:
    put(hosted.store(), "1")
    line = "At least 1 approving review is required by reviewers with write access."
    host.protect(REPOSITORY, BRANCH, line, ruleset=ruleset)
    before, pushes = hosted.tip(), pushed(host)
    with pytest.raises(Unreachable) as caught:
        put(hosted.store(wait=600), "2")
    assert f"{hosted.url} branch {BRANCH}: " in caught.value.message
    assert "approving review" in caught.value.message
    assert "Exempt this branch from the rule" in caught.value.hint
    assert (hosted.tip(), pushed(host)) == (before, pushes + 1)
    assert hosted.store().read("a.json") == {"a.json": doc(by="1")}


def test_a_hook_that_declines_is_told_at_once(hosted: Hosted) -> None:
    put(hosted.store(), "1")
    hook = hosted.path / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\necho 'no \x1b[31mpushes on Sundays' >&2\nexit 1\n")
    hook.chmod(0o755)
    with pytest.raises(Unreachable, match="pushes on Sundays") as caught:
        put(hosted.store(wait=600), "2")
    assert "\x1b" not in caught.value.message


def pushed(host: GitHost) -> int:
    return sum(path.endswith("git-receive-pack") and method == "POST" for method, path, _ in host.requests)


class Counted:
    """How many requests something makes."""

    def __init__(self, host: GitHost) -> None:
        self.host = host

    def __enter__(self) -> Counted:
        self._before = len(self.host.requests)
        return self

    def __exit__(self, *_: object) -> None:
        self.requests = len(self.host.requests) - self._before


def test_a_change_right_after_a_read_fetches_nothing_again(host: GitHost, hosted: Hosted) -> None:
    put(hosted.store(), "0")
    store = hosted.store()
    store.read("a.json")
    with Counted(host) as change:
        put(store, "1")
    assert change.requests == 2
    with Counted(host) as known:
        assert store.read("a.json", fresh=False) == {"a.json": doc(by="1")}
    assert known.requests == 0
    put(hosted.store(), "2")
    assert store.read("a.json") == {"a.json": doc(by="2")}


def test_what_a_change_refuses_is_judged_by_the_newest_commit(hosted: Hosted) -> None:
    store, other = hosted.store(), hosted.store()
    put(store, "closed")
    put(other, "open")

    def change(documents: Documents) -> Documents:
        if documents["a.json"] != doc(by="open"):
            raise Unreachable("it is closed")
        return {"a.json": doc(by="through")}

    assert store.change("x", ["a.json"], change) == {"a.json": doc(by="through")}


def test_a_change_asked_for_again_gives_what_is_there_now(hosted: Hosted) -> None:
    store, other = hosted.store(), hosted.store()
    put(store, "1")
    put(other, "2")
    assert put(store, "1") == {"a.json": doc(by="2")}


@pytest.mark.parametrize("when", ["during", "before", "after", "answer"])
def test_a_push_that_breaks_counts_once(when: str, host: GitHost, hosted: Hosted) -> None:
    put(hosted.store(), "0")
    host.mischief.cut(when, times=2)  # type: ignore[arg-type]
    store = hosted.store()
    for change_id in "12":
        assert put(store, change_id) == {"a.json": doc(by=change_id)}
    assert host.mischief.done == [(when, "git-receive-pack")] * 2
    assert json.loads(hosted.content()[".applied.json"])["ids"] == ["0", "1", "2"]
    assert hosted.count() == 3


@pytest.mark.parametrize("when", ["before", "answer"])
def test_a_fetch_that_breaks_is_made_again(when: str, host: GitHost, hosted: Hosted) -> None:
    put(hosted.store(), "0")
    host.mischief.cut(when, times=2, service="git-upload-pack")  # type: ignore[arg-type]
    assert hosted.store().read("a.json") == {"a.json": doc(by="0")}


def test_a_server_that_never_answers_is_told_at_the_deadline(host: GitHost, hosted: Hosted) -> None:
    put(hosted.store(), "0")
    host.mischief.cut("before", times=float("inf"))
    with pytest.raises(Unreachable, match="out of reach") as caught:
        put(hosted.store(wait=1.0), "1")
    assert "made again it counts once" in caught.value.hint
    host.mischief.cut("before", times=float("inf"), service="git-upload-pack")
    with pytest.raises(Unreachable, match="out of reach"):
        hosted.store(wait=0.5).read("a.json")


def test_a_repository_that_is_not_there_is_told_at_once(hosted: Hosted) -> None:
    hosted.url = hosted.url.replace("shop", "shed")
    with pytest.raises(Unreachable, match="not found") as caught:
        hosted.store(wait=600).read("a.json")
    assert "shed.git branch remediate-state" in caught.value.message
    assert "may see the repository" in caught.value.hint


def test_the_history_of_commits_is_bounded_and_nothing_is_lost(hosted: Hosted) -> None:
    stores = [hosted.store(compact_after=4) for _ in range(2)]
    seen = []
    for number in range(13):
        put(stores[number % 2], str(number))
        seen.append(hosted.count())
    assert seen == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1]
    assert hosted.content()["a.json"] == doc(by="12")
    assert json.loads(hosted.content()[".applied.json"])["ids"] == [str(n) for n in range(13)]
    assert hosted.content().keys() == {"a.json", ".applied.json", MARK, README}


def test_a_race_with_a_compaction_loses_nothing(hosted: Hosted) -> None:
    store, other = hosted.store(compact_after=3), hosted.store(compact_after=3)
    put(store, "1")
    calls = []

    def change(documents: Documents) -> Documents:
        calls.append(documents["a.json"])
        if len(calls) == 1:
            put(other, "2")
            put(other, "3")
        return {"a.json": doc(by="ours")}

    store.change("ours", ["a.json"], change)
    assert calls == [doc(by="1"), doc(by="3")]
    assert hosted.count() == 2


def test_where_no_push_may_be_forced_the_history_stays(host: GitHost, hosted: Hosted) -> None:
    host.protect(REPOSITORY, BRANCH)
    store = hosted.store(compact_after=3)
    for number in range(6):
        put(store, str(number))
    assert hosted.count() == 6
    assert hosted.content()["a.json"] == doc(by="5")
    # It is not asked again and again.
    assert pushed(host) <= 6 + 1


def test_threads_may_share_a_store(hosted: Hosted) -> None:
    store = hosted.store()
    threads = [threading.Thread(target=put, args=(store, str(number))) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(json.loads(hosted.content()[".applied.json"])["ids"]) == list("012345")


def test_what_was_fetched_is_removed(hosted: Hosted) -> None:
    store = hosted.store()
    put(store, "1")
    assert len(list(hosted.folder.iterdir())) == 1
    store.close()
    assert list(hosted.folder.iterdir()) == []
    assert store.read("a.json") == {"a.json": doc(by="1")}
    del store
    gc.collect()
    assert list(hosted.folder.iterdir()) == []


def test_a_long_life_leaves_no_heap_of_files(hosted: Hosted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch_view, "_STEPS", 4)
    store = hosted.store()
    most = 0
    for number in range(12):
        put(store, str(number))
        store.read("a.json")
        most = max(most, sum(path.is_file() for path in hosted.folder.rglob("*")))
    assert most < 40
    assert len(list(hosted.folder.iterdir())) == 1


def test_many_documents_are_read_at_once(host: GitHost, hosted: Hosted) -> None:
    names = [f"attempts/{'x' * 60}{number}.json" for number in range(300)]
    hosted.store().change("0", ["a.json"], lambda _: {})
    attempts = b'{"schema": "remediate/attempts/1"}'
    hosted.plant(dict.fromkeys(names, attempts))
    with Counted(host) as reading:
        assert hosted.store().read(*names, "a.json") == {**dict.fromkeys(names, attempts), "a.json": None}
    assert reading.requests < 8


def test_what_killed_processes_left_is_removed_after_a_day(hosted: Hosted) -> None:
    old, new = (hosted.folder / f"remediate-state-{name}" for name in ("old", "new"))
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "config").write_text("x")
    os.utime(old, (time.time() - 90_000,) * 2)
    hosted.store().read("a.json")
    assert new.is_dir()
    assert not old.exists()


@pytest.mark.parametrize("name", ["", "-x", "a..b", "a b", "a.lock", "x:y", "a/", "+x", "a\nb", "refs/*"])
def test_a_branch_must_have_a_plain_name(name: str, hosted: Hosted) -> None:
    with pytest.raises(UsageProblem, match="no name for the state branch"):
        hosted.store(branch=name)


def test_an_id_cannot_mention_or_add_lines(hosted: Hosted) -> None:
    put(hosted.store(), "approve by @ada #1\nRemediate-Changes: 999999999")
    message = hosted.git("log", "-1", "--format=%B", BRANCH).decode()
    assert "@" not in message
    assert "#" not in message
    assert message.splitlines()[3] == "Remediate-Changes: 1"


def test_the_page_is_todays_when_the_branch_begins_anew(hosted: Hosted) -> None:
    put(hosted.store(), "1")
    page = hosted.content()[README]
    hosted.plant({README: b"of an older version"})
    put(hosted.store(), "2")
    assert hosted.content()[README] == b"of an older version"
    put(hosted.store(compact_after=2), "3")
    assert (hosted.count(), hosted.content()[README]) == (4, b"of an older version")
    put(hosted.store(compact_after=4), "4")
    assert (hosted.count(), hosted.content()[README]) == (1, page)
