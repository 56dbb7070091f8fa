"""Where the state of a workspace is."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediate.errors import Unreachable
from remediate.model.policy import Policy
from remediate.state.place import state_folder


def test_the_configuration_goes_before_the_environment(tmp_path: Path) -> None:
    environment = {"REMEDIATE_STATE": str(tmp_path / "e"), "HOME": str(tmp_path)}
    assert state_folder(Policy(state="kept"), environment, tmp_path) == tmp_path.resolve() / "kept"
    assert state_folder(Policy(), environment, tmp_path) == tmp_path / "e"


@pytest.mark.parametrize(
    ("platform", "environment", "above"),
    [
        ("linux", {"HOME": "/h"}, "/h/.local/state"),
        ("linux", {"HOME": "/h", "XDG_STATE_HOME": "/s"}, "/s"),
        ("linux", {"HOME": "/h", "XDG_STATE_HOME": "s"}, "/h/.local/state"),
        ("darwin", {"HOME": "/h"}, "/h/Library/Application Support"),
        ("win32", {"USERPROFILE": "/h"}, "/h/AppData/Local"),
        ("win32", {"USERPROFILE": "/h", "LOCALAPPDATA": "/l"}, "/l"),
    ],
)
def test_else_it_is_the_users_own(
    platform: str, environment: dict[str, str], above: str, tmp_path: Path
) -> None:
    found = state_folder(Policy(), environment, tmp_path, platform=platform)
    assert found.parent == Path(above) / "remediate"
    assert found == state_folder(Policy(), environment, tmp_path / "x" / "..", platform=platform)
    assert found != state_folder(Policy(), environment, tmp_path / "x", platform=platform)


def test_without_a_home_it_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(Unreachable) as caught:
        state_folder(Policy(), {}, tmp_path)
    assert "REMEDIATE_STATE" in caught.value.hint


def test_nothing_is_made(tmp_path: Path) -> None:
    state_folder(Policy(), {"HOME": str(tmp_path / "home")}, tmp_path, platform="linux")
    assert list(tmp_path.iterdir()) == []
