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
        "cpina/github-action-push-to-another-repository", "google-github-actions/upload-cloud-storage",
        "jakejarvis/s3-sync-action", "shallwefootball/upload-s3-action",
        "tripss/conventional-changelog-action",
        "phips28/gh-action-bump-version", "aws-actions/aws-codebuild-run-build", "rickstaa/action-create-tag",
        "convictional/trigger-workflow-and-wait", "fifsky/ssh-action", "garygrossgarten/github-action-ssh",
        "garygrossgarten/github-action-scp", "appleboy/lambda-action", "digitalocean/app_action",
    }
)  # fmt: skip
_NAMED = re.compile(
    r"(?i)(?:^|[-_/.])(?:deploy(?:er|ment|ments)?|publish(?:er)?|releases?|releaser|push|dispatch|apply|gh-pages)"
    r"(?:$|[-_/.])"
)
# In the action's own name, for its owner may be called anything.
_NOT_NAMED = re.compile(
    r"(?i)/.*(?:download|drafter|setup|notes|changelog|check|lint|validate|cleanup|latest|version|info"
    r"|test|report|result|coverage)"
)
# These publish only when they are told to.
_TOLD_TO: dict[str, tuple[str, re.Pattern[str]]] = {
    "docker/build-push-action": ("push", re.compile(r"(?i)(?!false$).+")),
    "docker/bake-action": ("push", re.compile(r"(?i)(?!false$).+")),
    "redhat-actions/buildah-build": ("push", re.compile(r"(?i)(?!false$).+")),
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
_SCRIPTS = frozenset(
    {
        "run", "command", "commands", "script", "cmd", "args", "arguments", "tasks", "inlinescript", "verb",
        "inline-script", "inline_script", "tg_command", "run_command", "run-command", "shell", "call",
    }
)  # fmt: skip
# What the action's program is told to do, where the program itself is not named.
_VERB_FIRST = re.compile(r"(?i)(?:-\S+\s+)*(?:apply|deploy|publish|push|upload|release|rollout|destroy)\b")
_QUIET_ARGUMENTS = re.compile(
    r"(?i)(?=[^;&|\n]*$)"
    r"(?:(?:build|check|healthcheck)\b|.*(?:--snapshot|--skip[= ]\S*publish|--dry-run|--check))"
)


def publishing_action(uses: str, inputs: Mapping[str, str]) -> str:
    """The action, where it publishes or deploys with these inputs; empty where it does not."""
    name = uses.partition("@")[0].strip().lower()
    if any(inputs.get(key, "").strip().lower() == "true" for key in _DRY):
        return ""
    scripts = [inputs[key].strip() for key in inputs if key in _SCRIPTS]
    loud = [script for script in scripts if not _QUIET_ARGUMENTS.match(script)]
    if any(publishing_command(script) or _VERB_FIRST.match(script) for script in loud):
        return uses
    return uses if len(loud) == len(scripts) and _by_name(name, inputs) else ""


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
