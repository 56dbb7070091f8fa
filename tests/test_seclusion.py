"""Which variables are taken for tokens, and what a program is let see."""

from __future__ import annotations

from pathlib import Path

from remediate.system.seclusion import secluded, tokens_in

TOKEN = "ghs_" + "Qw3rTyUiOp" * 4


def test_tokens_are_known_by_name_or_by_look() -> None:
    held = {
        "GITHUB_TOKEN": "x",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x",
        "CI_JOB_TOKEN": "x",
        "DEPLOY": f"https://x:{TOKEN}@github.example/octo/shop.git",
        "FINE": "github_pat_" + "A1b2C3d4" * 4,
    }
    harmless = {"GH_TOKEN": "", "PATH": "/bin", "TOKENIZERS_PARALLELISM": "false", "GITHUB_REF": "main"}
    assert tokens_in({**held, **harmless}) == tuple(sorted(held))


def test_a_program_sees_little(tmp_path: Path) -> None:
    (tmp_path / "old" / ".rustup").mkdir(parents=True)
    told = {
        "PATH": "/bin",
        "HOME": str(tmp_path / "old"),
        "LC_ALL": "C",
        "HTTPS_PROXY": "http://user:word@proxy.example:8080",
        "no_proxy": TOKEN,
        "NPM_TOKEN": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "GITHUB_ENV": "/runner/env",
        "GIT_CONFIG_COUNT": "1",
        "NODE_OPTIONS": "--require ./x.js",
        "PYTHONPATH": "/x",
        "LD_PRELOAD": "/x.so",
    }
    home = tmp_path / "new"
    assert secluded(told, home) == {
        "PATH": "/bin",
        "LC_ALL": "C",
        "HTTPS_PROXY": "http://proxy.example:8080",
        "HOME": str(home),
        "USERPROFILE": str(home),
        "RUSTUP_HOME": str(tmp_path / "old" / ".rustup"),
    }


def test_it_is_the_same_when_done_twice(tmp_path: Path) -> None:
    once = secluded({"PATH": "/bin", "HOME": str(tmp_path)}, tmp_path / "a")
    assert secluded(once, tmp_path / "a") == once
