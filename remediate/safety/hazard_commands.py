"""Which command of a script publishes or deploys something: what must not happen twice by itself."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

from remediate.safety.hazard_programs import COMMANDS

_ALIASES = {"mvnw": "mvn", "gradlew": "gradle", "mvnd": "mvn", "docker-compose": "docker", "pnpx": "npx"}
# What is a rehearsal, or a part that publishes nothing.
_DRY = re.compile(
    r"--(?:dry-?run|dryrun|no-?op|what-?if|check|no-push|no-publish|skip-publish|pretend)"
    r"(?:=(?!false$|none$).*)?|--skip=.*publish.*|--publish=never"
)
_DRY_SHORT = {"cargo": "-n", "git": "-n", "rsync": "-n", "goreleaser": "--snapshot"}
_ASKING = {("--help",), ("--version",), ("-h",), ("help",), ("version",)}
# Their other uses publish nothing.
_FETCHING = ("install", "i", "ci", "add", "update", "view", "info", "audit", "pack", "why", "cache", "config")
_QUIET = {
    **dict.fromkeys(("npm", "pnpm", "yarn", "bun", "composer"), _FETCHING),
    "goreleaser": ("build", "check", "healthcheck", "init", "changelog", "completion"),
    "vercel": ("build", "pull", "env", "link", "inspect", "logs", "whoami", "dev", "login"),
    "fastlane": ("test", "tests", "scan", "snapshot", "lint", "build", "match"),
}
_PUSHES = frozenset({"docker", "podman", "buildah", "nerdctl", "depot", "earthly", "buildctl"})
_TO_LAST = {("aws", "s3"), ("gsutil", ""), ("gcloud", "storage")}

# Words before the program itself; those with a second word need it.
_WRAPPERS = frozenset(
    {
        "sudo", "env", "time", "exec", "command", "nohup", "then", "do", "else", "if", "elif", "while",
        "until", "!", "{", "npx", "bunx", "uvx", "xargs", "timeout", "retry", "xvfb-run", "nice", "doppler",
        "dotenvx", "xcrun",
    }
)  # fmt: skip
_SECOND = frozenset(
    {
        "npm exec", "pnpm exec", "pnpm dlx", "yarn exec", "yarn dlx", "poetry run", "uv run", "pdm run",
        "hatch run", "pipx run", "bundle exec", "python -m", "python3 -m", "dotnet tool", "uv tool", "bun x",
        "rye run", "doppler run",
    }
)  # fmt: skip
# Programs that run a script or a target of the project's own: its name is all that tells.
_RUNNERS = frozenset(
    {
        "npm", "pnpm", "yarn", "bun", "make", "gmake", "just", "task", "rake", "invoke", "inv", "nox", "tox",
        "mage", "nx", "turbo", "bash", "sh", "zsh", "python", "python3", "node", "ruby", "perl", "pwsh", ".",
        "source", "ant", "bazel", "buck2", "earthly", "composer", "deno", "tsx", "ts-node", "gulp", "grunt",
        "mise",
    }
)  # fmt: skip
_TELLS = re.compile(r"(?i)(?:^|[^A-Za-z])(?:publish|deploy|release|rollout|promote|ship)(?:[^A-Za-z]|$)")
_ONLY_BUILDS = re.compile(
    r"(?i)^(?:build|test|lint|check|verify|validate|assemble|bundle|compile|pack|clean)\b"
)
_EXPRESSION = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_OPERATORS = frozenset(";&|()<>\n")
_LOCAL = re.compile(r"//(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal)")
_HOOK = re.compile(r"(?i)deploy|publish|release|upload|hook|dispatch")
_DEEPEST = 3


def publishing_command(script: str, depth: int = 0) -> str:
    """The first command of the script that publishes or deploys; empty where none does."""
    text = _EXPRESSION.sub("EXPRESSION", script).replace("\\\n", " ").replace("`\n", " ")
    for line in text.splitlines():
        for words in _commands(line):
            found = _publishes(_bare(words), depth)
            if found:
                return found
    return ""


def commands_of(script: str) -> tuple[tuple[str, ...], ...]:
    """The commands of a script, each as its program and its words."""
    text = _EXPRESSION.sub("EXPRESSION", script).replace("\\\n", " ")
    return tuple(tuple(_bare(words)) for line in text.splitlines() for words in _commands(line))


def _commands(line: str) -> Iterator[list[str]]:
    words: list[str] = []
    for word in _words(line):
        if word and set(word) <= _OPERATORS:
            yield words
            words = []
        else:
            words.append(word)
    yield words


def _words(line: str) -> list[str]:
    reader = shlex.shlex(line, posix=True, punctuation_chars=True)
    reader.whitespace_split = True
    try:
        return list(reader)
    except ValueError:  # a quote that another line closes
        return line.replace("'", " ").replace('"', " ").split()


def _bare(words: Sequence[str]) -> list[str]:
    """The command without what stands before its program."""
    rest = [word for word in words if word != "$"]
    while rest:
        if re.fullmatch(r"[A-Za-z_]\w*\+?=.*", rest[0], re.DOTALL):
            rest = rest[1:]
        elif _name(rest[0]) in _WRAPPERS:
            rest = _past_flags(rest[1:])
        elif len(rest) > 1 and f"{_name(rest[0])} {rest[1]}" in _SECOND:
            rest = _past_flags(rest[2:])
        elif len(rest) > 1 and _name(rest[0]) in ("python", "python3") and _name(rest[1]) == "setup.py":
            rest = rest[1:]
        else:
            break
    return rest


def _past_flags(words: list[str]) -> list[str]:
    while words and (words[0].startswith("-") or re.fullmatch(r"\d+[smh]?", words[0])):
        words = words[1:]
    return words


def _name(word: str) -> str:
    base = re.split(r"[\\/]", word)[-1].lower()
    base = re.sub(r"\.(?:exe|cmd|bat)$|(?<=.)@[\w.^~-]+$", "", base)
    return _ALIASES.get(base, base)


def _publishes(words: list[str], depth: int) -> str:
    if not words:
        return ""
    program, rest = _name(words[0]), words[1:]
    if program in ("bash", "sh", "zsh", "pwsh", "eval") and depth < _DEEPEST:
        inner = " ".join(word for word in rest if not word.startswith("-"))
        if any(word.startswith("-") and "c" in word for word in rest) or program == "eval":
            return publishing_command(inner, depth + 1)
    if tuple(rest) in _ASKING or any(_DRY.fullmatch(w) or w == _DRY_SHORT.get(program) for w in rest):
        return ""
    if rest[:1] and rest[0] in _QUIET.get(program, ()):
        return ""
    return " ".join(words)[:80] if _effect(program, rest) or _told(words, program, rest) else ""


def _effect(program: str, rest: list[str]) -> bool:
    """Whether the program is known to publish with these words."""
    plain = [word for word in rest if not word.startswith("-")]
    if program == "gradle":
        plain = [word.rpartition(":")[2] for word in plain]
    if program in _PUSHES and any(
        word.startswith(("--push", "type=registry")) or "type=registry" in word for word in rest
    ):
        return True
    if program in ("rsync", "scp"):
        return any(re.match(r"[^/\s]+:(?!//)", word) for word in plain)
    if program == "curl":
        return _sends(rest)
    for phrase in COMMANDS.get(program, ()):
        if _holds(plain, phrase.split()):
            return not _fetches(program, plain)
    return False


def _holds(words: list[str], phrase: list[str]) -> bool:
    most = len(words) - len(phrase) + 1
    return not phrase or any(words[at : at + len(phrase)] == phrase for at in range(most))


def _fetches(program: str, plain: list[str]) -> bool:
    """Whether a copy goes from the store to here."""
    if (program, plain[0] if program != "gsutil" and plain else "") not in _TO_LAST:
        return False
    return not re.match(r"s3://|gs://|\$|EXPRESSION", plain[-1])


def _sends(rest: list[str]) -> bool:
    if any(_LOCAL.search(word) for word in rest):
        return False
    if any(word in ("-T", "--upload-file") for word in rest):
        return True
    writes = any(re.fullmatch(r"-X?(?:POST|PUT|PATCH|DELETE)", word) for word in rest)
    writes = writes or any(word in ("POST", "PUT", "PATCH", "DELETE") for word in rest)
    return writes and any("://" in word and _HOOK.search(word) for word in rest)


def _told(words: list[str], program: str, rest: list[str]) -> bool:
    """Whether a script or target of the project is called like what publishes."""
    own = "/" in words[0] or program.endswith((".sh", ".py", ".js", ".ps1", ".rb"))
    if not own and program not in _RUNNERS:
        return False
    names = [*([program] if own else []), *(word for word in rest if not word.startswith("-"))][:3]
    return any(_TELLS.search(name) and not _ONLY_BUILDS.search(name) for name in names)
