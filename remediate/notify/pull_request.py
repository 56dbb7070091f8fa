"""What a person can do about a lockfile that we may not repair: the commands, ready to be copied."""

from __future__ import annotations

from remediate.logs.markdown import code_block
from remediate.model.case import Case

# By how a rule's name begins, the longest first: what is run in the project's folder. No word is a log's.
COMMANDS: dict[str, tuple[str, ...]] = {
    "yarn-berry-": ("yarn install --mode=update-lockfile", "git add yarn.lock"),
    "npm-": ("npm install --package-lock-only --ignore-scripts", "git add package-lock.json"),
    "pnpm-": (
        "pnpm install --lockfile-only --no-frozen-lockfile --ignore-scripts",
        "git add pnpm-lock.yaml",
    ),
    "yarn-": ("yarn install --ignore-scripts", "git add yarn.lock"),
    "poetry-": ("poetry lock", "git add poetry.lock"),
    "uv-": ("uv lock", "git add uv.lock"),
    "pdm-": ("pdm lock --update-reuse", "git add pdm.lock"),
    "pip-": ("pip-compile", "git add requirements.txt"),
    "cargo-": ("cargo update --workspace", "git add Cargo.lock"),
    "composer-": ("composer update --lock", "git add composer.lock"),
    "bundle-": ("bundle lock", "git add Gemfile.lock"),
    "bundler-": ("bundle lock", "git add Gemfile.lock"),
    "go-": ("go mod tidy", "git add go.mod go.sum"),
    "bun-": ("bun install --lockfile-only", "git add bun.lock"),
    "deno-": ("deno install", "git add deno.lock"),
}
_THEN = ('git commit -m "Bring the lockfile up to date"', "git push")


def advice(case: Case) -> str:
    """A paragraph of Markdown with the commands; empty where there is no lockfile, or we repair it.

    For code that is not from a branch of the repository: nothing of it is fetched where a token is.
    """
    if case.diagnosis is None or case.diagnosis.cause != "lockfile":
        return ""
    if case.trusted and case.standing not in {"escalated", "refused"}:
        return ""
    commands = _commands(case.diagnosis.rule or "")
    if not commands:
        return ""
    why = (
        "Its code is from a fork, which we neither fetch nor change."
        if not case.trusted
        else "It was not repaired by us."
    )
    return f"{why} To bring the lockfile up to date, run this on the branch:\n\n" + code_block(
        (*commands, *_THEN), "console"
    )


def _commands(rule: str) -> tuple[str, ...]:
    fitting = (prefix for prefix in COMMANDS if rule.startswith(prefix))
    return COMMANDS[best] if (best := max(fitting, key=len, default="")) else ()
