"""What publishes or deploys is known by its command or its action; what only looks so is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.safety.hazard_actions import publishing_action
from remediate.safety.hazard_commands import publishing_command

COMMANDS = Path(__file__).parent / "commands"
PUBLISHES, QUIET = (
    (COMMANDS / f"{name}.txt").read_text("utf-8").splitlines() for name in ("publishing", "quiet")
)


@pytest.mark.parametrize("script", [line.replace("\\n", "\\\n") for line in PUBLISHES])
def test_what_publishes_is_known(script: str) -> None:
    assert publishing_command(script)
    assert publishing_command(f"set -eux\ncd web\n  {script}\necho done")


@pytest.mark.parametrize("script", QUIET)
def test_what_only_looks_so_is_not(script: str) -> None:
    assert publishing_command(script) == ""


ACTIONS: dict[str, tuple[str, dict[str, str], bool]] = {
    "pypi": ("pypa/gh-action-pypi-publish@release/v1", {}, True),
    "pypi by hash": ("pypa/gh-action-pypi-publish@" + "a" * 40, {}, True),
    "npm": ("JS-DevTools/npm-publish@v3", {}, True),
    "npm, rehearsed": ("JS-DevTools/npm-publish@v3", {"dry-run": "true"}, False),
    "release": ("softprops/action-gh-release@v2", {}, True),
    "pages": ("actions/deploy-pages@v4", {}, True),
    "image": ("docker/build-push-action@v6", {"push": "true"}, True),
    "image, perhaps": ("docker/build-push-action@v6", {"push": "${{ github.ref == 'x' }}"}, True),
    "image, built": ("docker/build-push-action@v6", {"push": "false"}, False),
    "image, built alone": ("docker/build-push-action@v6", {"tags": "x"}, False),
    "image, by output": ("docker/build-push-action@v6", {"outputs": "type=registry,name=x"}, True),
    "goreleaser": ("goreleaser/goreleaser-action@v6", {"args": "release --clean"}, True),
    "goreleaser, rehearsed": ("goreleaser/goreleaser-action@v6", {"args": "release --snapshot"}, False),
    "goreleaser, checked": ("goreleaser/goreleaser-action@v6", {"args": "check"}, False),
    "semantic-release": ("cycjimmy/semantic-release-action@v4", {}, True),
    "semantic-release, rehearsed": ("cycjimmy/semantic-release-action@v4", {"dry_run": "true"}, False),
    "pulumi": ("pulumi/actions@v6", {"command": "up"}, True),
    "pulumi preview": ("pulumi/actions@v6", {"command": "preview"}, False),
    "script": ("actions/github-script@v7", {"script": "github.rest.repos.createRelease({})"}, True),
    "quiet script": ("actions/github-script@v7", {"script": "console.log(1)"}, False),
    "retried command": ("nick-fields/retry@v3", {"command": "npm publish"}, True),
    "retried test": ("nick-fields/retry@v3", {"command": "npm test"}, False),
    "by its name": ("someone/deploy-to-moon@v1", {}, True),
    "by its folder": ("someone/tools/publish@v1", {}, True),
    "google": ("google-github-actions/deploy-cloudrun@v2", {}, True),
    "ecs": ("aws-actions/amazon-ecs-deploy-task-definition@v2", {}, True),
    "to a registry": ("redhat-actions/push-to-registry@v2", {}, True),
    "several releases": ("marvinpinto/action-automatic-releases@v1", {}, True),
    "applied": ("dflook/terraform-apply@v1", {}, True),
    "another workflow": ("the-actions-org/workflow-dispatch@v4", {}, True),
    "an owner called so": ("checkmate/deploy-x@v1", {}, True),
    "an owner called so too": ("infosys/publish@v1", {}, True),
    "inline": ("azure/cli@v2", {"inlinescript": "az webapp deploy --name x"}, True),
    "told to deploy": ("w9jds/firebase-action@v1", {"args": "deploy --only hosting"}, True),
    "told to apply": ("actions-hub/kubectl@v1", {"args": "apply -f x"}, True),
    "told to build": ("actions-rs/cargo@v1", {"command": "build", "args": "--release --all"}, False),
    "checked and published": (
        "nick-fields/retry@v3",
        {"command": "prettier --check . && npm publish"},
        True,
    ),
    "image, built with a capital": ("docker/build-push-action@v6", {"push": "False"}, False),
    "test results": ("enricomi/publish-unit-test-result-action@v2", {}, False),
    "checkout": ("actions/checkout@v4", {}, False),
    "download": ("robinraju/release-downloader@v1", {}, False),
    "drafter": ("release-drafter/release-drafter@v6", {}, False),
    "setup": ("pulumi/setup-pulumi@v2", {}, False),
    "artifact": ("actions/upload-artifact@v4", {"name": "release"}, False),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_actions_are_known_by_name_and_inputs(name: str) -> None:
    uses, inputs, publishes = ACTIONS[name]
    assert bool(publishing_action(uses, inputs)) == publishes


@given(st.text(max_size=200))
def test_any_script_is_read(script: str) -> None:
    publishing_command(script)
    publishing_action(script, {"run": script})
