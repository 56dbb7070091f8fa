"""`free-disk` on a disk that is really full, and all that it must never delete."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import pytest
from recovery_made import picture, plan, site

from remediate.model.outcome import Failed, Recovered, RolledBack
from remediate.model.plan import Step
from remediate.model.policy import Policy
from remediate.model.preview import Preview, Unfit
from remediate.recovery.engine import Engine
from remediate.recovery.strategies.disk_space import HOSTED, Spare, candidates, hosted, refusal
from remediate.recovery.strategies.free_disk import FreeDisk
from remediate.recovery.strategy import Site
from remediate.system.orphans import end_orphans

STEP = Step(strategy="free-disk")
RUNNER = {"GITHUB_ACTIONS": "true", "RUNNER_ENVIRONMENT": "github-hosted"}


def fill(folder: Path) -> None:
    with (folder / "workspace/output").open("wb", buffering=0) as output:
        try:
            while True:
                output.write(b"x" * 4096)
        except OSError:
            pass


def full(folder: Path, *patterns: str) -> Site:
    place = site(folder, policy=Policy(free_disk=patterns), environment={"PATH": "/usr/bin:/bin"})
    (folder / "junk/deep").mkdir(parents=True)
    (folder / "junk/deep/old").write_bytes(bytes(200_000))
    (folder / "junk/more").write_bytes(bytes(200_000))
    return place


def test_a_full_disk_is_freed_until_enough_is_won(tiny: Path, tmp_path: Path) -> None:
    place = full(tiny, f"{tiny}/junk/*")
    fill(tiny)
    assert shutil.disk_usage(tiny).free == 0
    outside = msgspec.structs.replace(place, scratch=tmp_path / "scratch")
    outcome = Engine(tmp_path / "state", orphans=end_orphans).carry_out(plan([STEP]), outside)
    assert isinstance(outcome, Recovered), outcome
    assert shutil.disk_usage(tiny).free > 100_000
    assert not (tiny / "junk/deep").exists()
    assert (tiny / "junk/more").exists()  # a tenth of the disk was won by then
    (place.root / "new").write_bytes(bytes(100_000))


def test_what_frees_nothing_is_a_failure(tiny: Path, tmp_path: Path) -> None:
    place = full(tiny, f"{tiny}/junk/*")
    # The space is held by another name, so that deleting this one wins nothing.
    (tiny / "held").mkdir()
    os.link(tiny / "junk/more", tiny / "held/more")
    os.link(tiny / "junk/deep/old", tiny / "held/old")
    strategy = FreeDisk()
    assert isinstance(strategy.apply(STEP, place), Failed)
    assert isinstance(strategy.verify(STEP, place), Failed)


def test_with_nothing_listed_there_is_nothing_to_do(tmp_path: Path) -> None:
    place = site(tmp_path, environment={})
    assert isinstance(FreeDisk().preview(STEP, place), Unfit)
    outcome = Engine(tmp_path / "state", orphans=end_orphans).carry_out(plan([STEP]), place)
    assert isinstance(outcome, RolledBack)


@pytest.mark.parametrize(
    "pattern",
    [
        "/",
        "/*",
        "/usr",
        "~",
        ".",
        "..",
        "../*",
        "../workspace",
        "{workspace}",
        "{above}",
        "{above}/*",
        ".git",
        ".git/*",
        "sub/.git/*",
        "link",
        "link/*",
        "dangling",
        "pipe",
        "~/../*",
        "/proc/self/*",
        "",
    ],
)
def test_what_is_never_deleted_whoever_lists_it(tmp_path: Path, pattern: str) -> None:
    home, elsewhere = tmp_path / "home", tmp_path / "elsewhere"
    home.mkdir()
    (elsewhere / "precious").mkdir(parents=True)
    written = pattern.format(workspace=tmp_path / "workspace", above=tmp_path)
    place = site(tmp_path, policy=Policy(free_disk=(written,)), environment={"HOME": str(home)})
    place.scratch.mkdir()
    (place.root / ".git/objects").mkdir(parents=True)
    (place.root / "sub/.git/objects").mkdir(parents=True)
    (place.root / "link").symlink_to(elsewhere)
    (place.root / "dangling").symlink_to("nowhere")
    os.mkfifo(place.root / "pipe")
    kept = {place.root, home, place.scratch, tmp_path, Path("/")}
    for each in candidates(place):
        assert each.path == elsewhere, each  # beside the workspace, and listed by its own name
        assert pattern in {"../*", "{above}/*", "~/../*"}
        assert not kept & {each.path}


def test_what_is_listed_is_offered_in_its_order(tmp_path: Path) -> None:
    place = site(
        tmp_path,
        policy=Policy(free_disk=("dist/*.tar", "~/old/*")),
        environment={"HOME": str(tmp_path / "h")},
    )
    for name in (place.root / "dist/a.tar", place.root / "dist/a.txt", tmp_path / "h/old/b"):
        name.parent.mkdir(parents=True, exist_ok=True)
        name.write_text("x")
    before = picture(tmp_path)
    offer = FreeDisk().preview(STEP, place)
    assert isinstance(offer, Preview)
    assert [change.what for change in offer.changes] == [
        str(place.root / "dist/a.tar"),
        str(tmp_path / "h/old/b"),
    ]
    assert not offer.reversible
    assert picture(tmp_path) == before


def test_the_image_is_touched_on_hosted_runners_only_and_never_what_the_job_needs(tmp_path: Path) -> None:
    spares = (
        Spare(path=str(tmp_path / "opt/dotnet"), why="the .NET SDKs", signs=("**/*.csproj",)),
        Spare(path=str(tmp_path / "opt/codeql"), why="CodeQL", variables=("CODEQL_DIST",)),
    )
    for name in ("opt/dotnet", "opt/codeql"):
        (tmp_path / name).mkdir(parents=True)

    def found(environment: dict[str, str]) -> list[str]:
        return [each.path.name for each in candidates(site(tmp_path, environment=environment), spares)]

    assert found({}) == []
    assert found({**RUNNER, "RUNNER_ENVIRONMENT": "self-hosted"}) == []
    assert found(RUNNER) == ["dotnet", "codeql"]
    assert found({**RUNNER, "CODEQL_DIST": "x"}) == ["dotnet"]
    (tmp_path / "workspace/app.csproj").write_text("<Project/>")
    assert found(RUNNER) == ["codeql"]


def test_every_shipped_folder_says_why_and_is_no_folder_of_the_system(tmp_path: Path) -> None:
    assert hosted(RUNNER)
    assert not hosted({"GITHUB_ACTIONS": "true"})
    for spare in HOSTED:
        assert spare.why
        assert len(Path(spare.path).parts) >= 3
        assert spare.path.startswith("/")


def test_refusals_name_their_reason(tmp_path: Path) -> None:
    place = site(tmp_path, environment={})
    (place.root / "link").symlink_to("/etc")
    assert "link" in refusal(place.root / "link", "link", place)
    assert "workspace" in refusal(tmp_path, str(tmp_path), place)
    assert "system" in refusal(Path("/usr"), "/usr", place)
