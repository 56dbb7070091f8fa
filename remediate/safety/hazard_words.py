"""The commands of a shell script, also those inside of others: read for what they may do, never run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence

_ALIASES = {"mvnw": "mvn", "gradlew": "gradle", "mvnd": "mvn", "docker-compose": "docker", "pnpx": "npx"}
# Words before the program itself; those with a second word need it.
_WRAPPERS = frozenset(
    {
        "sudo", "env", "time", "exec", "command", "nohup", "then", "do", "else", "if", "elif", "while",
        "until", "!", "{", "npx", "bunx", "uvx", "xargs", "timeout", "retry", "xvfb-run", "nice", "doppler",
        "dotenvx", "xcrun", "call", "builtin",
    }
)  # fmt: skip
_SECOND = frozenset(
    {
        "npm exec", "pnpm exec", "pnpm dlx", "yarn exec", "yarn dlx", "poetry run", "uv run", "pdm run",
        "hatch run", "pipx run", "bundle exec", "python -m", "python3 -m", "dotnet tool", "uv tool", "bun x",
        "rye run", "doppler run",
    }
)  # fmt: skip
# Flags of wrappers that have a word of their own behind them.
_VALUED = frozenset({"-u", "-g", "-I"})
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh", "pwsh", "powershell", "su"})
_SCRIPT_FLAG = re.compile(r"(?i)-\w*c\w*")
_TAKES_SCRIPT = frozenset({"eval", "trap", "iex", "invoke-expression"})
_EXPRESSION = re.compile(r"\$\{\{\s*(?:(?:secrets|vars)\.(?P<name>\w+)\s*\}\}|.*?\}\})", re.DOTALL)
_SUBSTITUTED = re.compile(r"\$\((?P<paren>[^()]+)\)|(?<!\\)`(?P<tick>[^`]+)`")
_OPERATORS = frozenset(";&|()<>\n")
_DEEPEST = 3


def commands_of(script: str, depth: int = 0) -> Iterator[tuple[str, ...]]:
    """Every command as its program and its words; what another one is given to run comes after that.

    An expression is the word `EXPRESSION`, with the name of the secret or variable that it stands for.
    """
    text = _EXPRESSION.sub(_named, script).replace("\\\n", " ").replace("`\n", " ")
    for line in text.splitlines():
        for words in _parted(line):
            bare = _bare(words)
            if bare:
                yield tuple(bare)
            for inner in _inside(words, bare) if depth < _DEEPEST else ():
                yield from commands_of(inner, depth + 1)


def name_of(word: str) -> str:
    """What a program is called, wherever it is and however it is spelled here."""
    base = re.split(r"[\\/]", word)[-1].lower()
    base = re.sub(r"\.(?:exe|cmd|bat)$|(?<=.)@[\w.^~-]+$", "", base)
    return _ALIASES.get(base, base)


def _named(found: re.Match[str]) -> str:
    return f"EXPRESSION_{found['name']}" if found["name"] else "EXPRESSION"


def _parted(line: str) -> Iterator[list[str]]:
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


def _inside(words: Sequence[str], bare: Sequence[str]) -> Iterator[str]:
    """The scripts that are words of a command."""
    for found in _SUBSTITUTED.finditer(" ".join(words)):
        yield found["paren"] or found["tick"]
    program = name_of(bare[0]) if bare else ""
    if program in _TAKES_SCRIPT:
        yield " ".join(bare[1:])
    elif program in _SHELLS:
        flag = next((at for at, word in enumerate(bare) if _SCRIPT_FLAG.fullmatch(word)), len(bare))
        yield " ".join(word for word in bare[flag + 1 :] if not word.startswith("-"))


def _bare(words: Sequence[str]) -> list[str]:
    """The command without what stands before its program."""
    rest = [word for word in words if word != "$"]
    while rest:
        if re.fullmatch(r"[A-Za-z_]\w*\+?=.*", rest[0], re.DOTALL):
            rest = rest[1:]
        elif name_of(rest[0]) in _WRAPPERS:
            rest = _past_flags(rest[1:])
        elif len(rest) > 1 and f"{name_of(rest[0])} {rest[1]}" in _SECOND:
            rest = _past_flags(rest[2:])
        elif len(rest) > 1 and name_of(rest[0]) in ("python", "python3") and name_of(rest[1]) == "setup.py":
            rest = rest[1:]
        else:
            break
    return rest


def _past_flags(words: list[str]) -> list[str]:
    while words and (words[0].startswith("-") or re.fullmatch(r"\d+[smh]?", words[0])):
        words = words[2 if words[0] in _VALUED else 1 :]
    return words
