"""The configuration is found, read and refused where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from remediate.errors import ConfigProblem
from remediate.system.cache import cache_folder
from remediate.system.settings import KEYS, NAME, Settings, read_settings


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".github").mkdir()
    (tmp_path / "src" / "deep").mkdir(parents=True)
    return tmp_path


def test_defaults_hold_where_there_is_none(repository: Path, tmp_path: Path) -> None:
    assert read_settings(None, repository) == Settings()
    assert read_settings(None, Path(tmp_path.anchor)) == Settings()


def test_file_of_the_repository_is_found_from_below(repository: Path) -> None:
    (repository / NAME).write_text("rules: ci/mine.yaml\nredact-env: [A, B]\n")
    settings = read_settings(None, repository / "src" / "deep")
    assert [rule.path for rule in settings.rules] == [repository / "ci" / "mine.yaml"]
    assert settings.rules[0].named_at == f"{repository / NAME}:1"
    assert settings.redact_env == ("A", "B")


def test_file_named_is_the_root_of_its_paths(repository: Path) -> None:
    (repository / "other.yml").write_text("rules: [mine.yaml]\n")
    settings = read_settings(str(repository / "other.yml"), repository)
    assert [rule.path for rule in settings.rules] == [repository / "mine.yaml"]
    (repository / NAME).write_text("rules: [mine.yaml]\n")
    settings = read_settings(str(repository / NAME), repository)
    assert [rule.path for rule in settings.rules] == [repository / "mine.yaml"]


@pytest.mark.parametrize("text", ["", "\n", "# nothing yet\n", "---\n# nothing\n", "rules:\nredact-env: ~\n"])
def test_nothing_said_is_the_default(repository: Path, text: str) -> None:
    (repository / NAME).write_text(text)
    settings = read_settings(None, repository)
    assert (settings.rules, settings.redact_env) == ((), ())


def test_unknown_key_is_refused_with_the_nearest(repository: Path) -> None:
    (repository / NAME).write_text("\nredact_env: [A]\n")
    with pytest.raises(ConfigProblem) as caught:
        read_settings(None, repository)
    assert caught.value.message == f"{repository / NAME}:2: unknown key `redact_env`"
    assert caught.value.hint == "Did you mean `redact-env`?"


def test_secrets_are_those_that_are_set() -> None:
    settings = Settings(redact_env=("A", "B", "C"))
    assert settings.secrets({"A": "one", "B": ""}) == ["one"]


def test_every_key_is_documented() -> None:
    for name, key in KEYS.items():
        assert key.name == name
        assert key.meaning
        assert key.example


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {"HOME": "/home/a"}, "/home/a/.cache/remediate"),
        ("linux", {"HOME": "/home/a", "XDG_CACHE_HOME": "/c"}, "/c/remediate"),
        ("darwin", {"HOME": "/home/a"}, "/home/a/Library/Caches/remediate"),
        ("linux", {}, None),
        ("linux", {"XDG_CACHE_HOME": "relative"}, None),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/remediate"),
    ],
)
def test_cache_is_where_the_system_has_it(
    platform: str, environment: dict[str, str], folder: str | None
) -> None:
    assert cache_folder(environment, platform) == folder
