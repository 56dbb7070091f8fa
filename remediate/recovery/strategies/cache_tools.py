"""The package managers' local caches: how each is found, and which parts of it may be purged."""

from __future__ import annotations

import msgspec


class CacheTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool and its cache.

    `ask` prints the folder; else `variable` names it, or it is `usual` below the home folder. `parts` are the
    patterns below it that hold what can be fetched again, `verb` the tool's own way to purge where it guards
    more than a deletion does; a folder
    without its `marker` is not believed to be the tool's. `quiet` keeps a question from leaving traces.
    `only_named`: nothing is purged but what the log names.
    """

    name: str
    ask: tuple[str, ...] = ()
    variable: str = ""
    usual: str = ""
    parts: tuple[str, ...]
    verb: tuple[str, ...] = ()
    marker: str = ""
    quiet: dict[str, str] = {}
    only_named: bool = False


# npm's `cache clean` deletes file by file below the feet of another npm; what is renamed is gone at once.
# uv and Go have locks, and Go folders that nobody may write to: their own verbs know.
TOOLS: dict[str, CacheTool] = {
    tool.name: tool
    for tool in (
        CacheTool(
            name="npm",
            ask=("npm", "config", "get", "cache"),
            parts=("_cacache",),
            quiet={"npm_config_logs_max": "0", "npm_config_update_notifier": "false"},
        ),
        CacheTool(
            name="pnpm",
            ask=("pnpm", "store", "path"),
            parts=("files", "index", "index.db*"),
            quiet={"npm_config_update_notifier": "false"},
        ),
        CacheTool(name="yarn", ask=("yarn", "cache", "dir"), parts=("npm-*", ".tmp")),
        CacheTool(name="yarn-berry", ask=("yarn", "config", "get", "cacheFolder"), parts=("*.zip",)),
        CacheTool(
            name="pip",
            ask=("pip", "cache", "dir"),
            parts=("http", "http-v2", "wheels"),
            quiet={"PIP_DISABLE_PIP_VERSION_CHECK": "1"},
        ),
        CacheTool(
            name="uv",
            ask=("uv", "cache", "dir"),
            parts=(
                *("wheels-v*", "archive-v*", "sdists-v*", "simple-v*", "git-v*", "flat-index-v*"),
                *("builds-v*", "built-wheels-v*"),
            ),
            marker="CACHEDIR.TAG",
            verb=("uv", "cache", "clean"),
        ),
        CacheTool(
            name="cargo",
            variable="CARGO_HOME",
            usual=".cargo",
            parts=("registry/cache", "registry/src", "registry/index", "git/db", "git/checkouts"),
        ),
        CacheTool(
            name="go",
            ask=("go", "env", "GOMODCACHE"),
            parts=("*",),
            marker="cache/download",
            verb=("go", "clean", "-modcache"),
        ),
        CacheTool(
            name="go-build",
            ask=("go", "env", "GOCACHE"),
            parts=("[0-9a-f][0-9a-f]",),
            marker="README",
            verb=("go", "clean", "-cache"),
        ),
        CacheTool(
            name="gradle",
            variable="GRADLE_USER_HOME",
            usual=".gradle",
            parts=("caches/*",),
        ),
        # It also holds what was installed by hand, which nobody can fetch again.
        CacheTool(name="maven", usual=".m2/repository", parts=("*",), only_named=True),
    )
}


def tool_of(name: str, rule: str | None) -> CacheTool | None:
    """The tool that a step names, else the one that the rule is about."""
    if name:
        return TOOLS.get(name)
    words = (rule or "").split("-")
    known = ("-".join(words[:count]) for count in (2, 1))
    return next((TOOLS[word] for word in known if word in TOOLS), None)
