"""Which action of a workflow publishes or deploys something, by its name and what it is given."""

from __future__ import annotations

import re
from collections.abc import Mapping

from remediate.safety.hazard_commands import publishing_command

# Known by name, without their version.
_PUBLISH = frozenset(
    {
        "pypa/gh-action-pypi-publish", "js-devtools/npm-publish", "softprops/action-gh-release",
        "ncipollo/release-action", "goreleaser/goreleaser-action", "actions/deploy-pages",
        "peaceiris/actions-gh-pages", "crazy-max/ghaction-github-pages", "changesets/action",
        "googleapis/release-please-action", "google-github-actions/release-please-action",
        "katyo/publish-crates", "release-plz/action", "marcoieni/release-plz-action", "appleboy/ssh-action",
        "appleboy/scp-action", "burnett01/rsync-deployments", "easingthemes/ssh-deploy",
        "cloudflare/wrangler-action", "cloudflare/pages-action", "amondnet/vercel-action",
        "nwtgck/actions-netlify", "superfly/flyctl-actions", "akhileshns/heroku-deploy",
        "firebaseextended/action-hosting-deploy", "azure/webapps-deploy", "azure/functions-action",
        "azure/static-web-apps-deploy", "azure/arm-deploy", "stefanzweifel/git-auto-commit-action",
        "ad-m/github-push-action", "endbug/add-and-commit", "peter-evans/repository-dispatch",
        "benc-uk/workflow-dispatch", "mathieudutour/github-tag-action", "anothrnick/github-tag-action",
        "r0adkll/upload-google-play", "apple-actions/upload-testflight-build", "rubygems/release-gem",
        "helm/chart-releaser-action", "snapcore/action-publish", "samkirkland/ftp-deploy-action",
        "wzieba/firebase-distribution-github-action", "svenstaro/upload-release-action",
        "actions/create-release", "actions/upload-release-asset", "shogo82148/actions-upload-release-asset",
        "bobheadxi/deployments", "chrnorm/deployment-action",
        "cpina/github-action-push-to-another-repository",
    }
)  # fmt: skip
_NAMED = re.compile(
    r"(?i)(?:^|[-_/.])(?:deploy|deployment|publish|publisher|release|releaser|gh-pages)(?:$|[-_/.])"
)
_NOT_NAMED = re.compile(
    r"(?i)download|drafter|setup|notes|changelog|check|lint|validate|cleanup|latest|version|info"
)
# These publish only when they are told to.
_TOLD_TO: dict[str, tuple[str, re.Pattern[str]]] = {
    "docker/build-push-action": ("push", re.compile(r"(?!false$).+")),
    "docker/bake-action": ("push", re.compile(r"(?!false$).+")),
    "redhat-actions/buildah-build": ("push", re.compile(r"(?!false$).+")),
    "pulumi/actions": ("command", re.compile(r"(?!preview$).+")),
    "hashicorp/terraform-github-actions": ("tf_actions_subcommand", re.compile(r"apply|destroy")),
    "cycjimmy/semantic-release-action": ("dry_run", re.compile(r"(?!true$).*")),
    "actions/github-script": (
        "script",
        re.compile(
            r"(?s).*(?:create(?:Release|Deployment|WorkflowDispatch|DispatchEvent)|uploadReleaseAsset|merge\()"
        ),
    ),
}
_DRY = ("dry-run", "dry_run", "dryrun", "dry-run-mode")
_SCRIPTS = ("run", "command", "commands", "script", "cmd", "args", "arguments", "tasks")
_QUIET_ARGUMENTS = re.compile(
    r"(?i)--snapshot|--skip[= ]\S*publish|^\s*(?:build|check|healthcheck)\b|--dry-run|--check"
)


def publishing_action(uses: str, inputs: Mapping[str, str]) -> str:
    """The action, where it publishes or deploys with these inputs; empty where it does not."""
    name = uses.partition("@")[0].strip().lower()
    if any(inputs.get(key, "").strip().lower() == "true" for key in _DRY):
        return ""
    if any(_QUIET_ARGUMENTS.search(inputs.get(key, "")) for key in ("args", "command", "arguments")):
        return ""
    if _by_name(name, inputs) or any(publishing_command(inputs[key]) for key in _SCRIPTS if key in inputs):
        return uses
    return ""


def _by_name(name: str, inputs: Mapping[str, str]) -> bool:
    if name in _TOLD_TO:
        key, wanted = _TOLD_TO[name]
        to_registry = "type=registry" in inputs.get("outputs", "") or "push=true" in inputs.get("outputs", "")
        return to_registry or (
            (key in inputs or key == "dry_run") and bool(wanted.match(inputs.get(key, "").strip()))
        )
    if name in _PUBLISH:
        return True
    return bool(_NAMED.search(name)) and not _NOT_NAMED.search(name)
