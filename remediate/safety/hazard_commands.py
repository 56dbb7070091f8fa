"""Which command of a script publishes or deploys something: what must not happen twice by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence

from remediate.safety.hazard_programs import COMMANDS, HARMLESS, QUIET, RUNNERS
from remediate.safety.hazard_words import commands_of, name_of

# What is a rehearsal, or a part that publishes nothing.
_DRY = re.compile(
    r"--(?:dry-?run|dryrun|no-?op|what-?if|check|no-push|no-publish|skip-publish|pretend)"
    r"(?:=(?!false$|none$).*)?|--skip=.*publish.*|--publish=never|--push=false"
)
_DRY_SHORT = {"cargo": "-n", "git": "-n", "rsync": "-n", "goreleaser": "--snapshot", "ko": "--local"}
_ASKING = {("--help",), ("--version",), ("-h",)}
_PUSHES = frozenset({"docker", "podman", "buildah", "nerdctl", "depot", "earthly", "buildctl", "pack"})
_PUSHED = re.compile(r"--(?:push|publish)(?:=.*)?|.*(?:type=registry|push=true).*")
_TO_LAST = {("aws", "s3"), ("gsutil", ""), ("gcloud", "storage")}
_TASKS = {
    "gradle": re.compile(r"(?:(?!.*mavenlocal$)publish|dockerpush|jib$|artifactory|upload|deploy).*", re.I),
    "mvn": re.compile(r"(?:.*:)?(?:deploy|site-deploy|publish|push)(?:-.*)?|jib:build"),
    "aws": re.compile(
        r"(?:create|update|put|delete|start|publish|send|execute|register|run|modify|promote|restore|submit)"
        r"-(?!kubeconfig).*|publish|invoke"
    ),
}
# What a program of no list does by a word like this is what the word says.
_VERB = re.compile(r"(?i)(?:\S*:)?(?:publish|deploy|upload|push)(?:[:-]\S*)?")
_VERB_AMONG = 2
_SCRIPT = re.compile(r"\.(?:sh|py|js|ts|ps1|rb)$")
_TELLS = re.compile(
    r"(?i)(?:^|[^A-Za-z])(?:publish|deploy|release|rollout|promote|ship|push|upload)(?:[^A-Za-z]|$)"
)
_ONLY_BUILDS = re.compile(
    r"(?i)^(?:build|test|lint|check|verify|validate|assemble|bundle|compile|pack|clean)\b"
    r"(?!.*(?:[^A-Za-z](?:and|then|n)[^A-Za-z]|[&+,]))"
)
_ONLY_TELLS = re.compile(r"(?i)notes|changelog|coverage|report|results?\b|artifacts?\b|logs?\b|dry")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LOCAL = re.compile(r"//(?:localhost|127\.|0\.0\.0\.0|\[::1\]|host\.docker\.internal)")
_HOOK = re.compile(r"(?i)deploy|publish|release|upload|hook|dispatch")
_DEPLOY_HOOK = re.compile(r"(?i)(?:deploy|publish|release)\w*[-_/]?hook|hook\w*[-_/]?deploy")
_METHODS = ("POST", "PUT", "PATCH", "DELETE")
_SENT = re.compile(
    r"-d.*|-F.*|-f|--field|--raw-field|--input|--data.*|--form.*|--json|--post-(?:data|file).*"
)


def publishing_command(script: str) -> str:
    """The first command of the script that publishes or deploys; empty where none does."""
    for words in commands_of(script):
        if _publishes(words):
            return " ".join(words)[:80]
    return ""


def tells_of_publishing(name: str) -> bool:
    """Whether a name, of a script, a target, a step or a job, says that it publishes or deploys."""
    name = _CAMEL.sub("-", name)
    return bool(_TELLS.search(name)) and not _ONLY_BUILDS.search(name) and not _ONLY_TELLS.search(name)


def _publishes(words: Sequence[str]) -> bool:
    program, rest = name_of(words[0]), list(words[1:])
    if program in HARMLESS or program.startswith("-") or tuple(rest) in _ASKING:
        return False
    if any(_DRY.fullmatch(word) or word == _DRY_SHORT.get(program) for word in rest):
        return False
    if rest[:1] and rest[0] in QUIET.get(program, ()):
        return False
    return _effect(program, rest) or _told(words[0], program, rest) or _given(words)


def _effect(program: str, rest: list[str]) -> bool:
    """Whether the program is known to publish with these words."""
    plain = [word for word in rest if not word.startswith("-")]
    if program in _PUSHES and any(_PUSHED.fullmatch(word) for word in rest):
        return True
    if program in ("rsync", "scp"):
        return any(re.match(r"[^/\s]+:(?!//)", word) for word in plain)
    if program in ("curl", "wget", "http", "https", "xh", "gh") and _sends(program, rest):
        return True
    if program in _TASKS and any(
        _TASKS[program].fullmatch(word.rpartition("/")[2]) for word in _tasks(plain)
    ):
        return True
    for phrase in COMMANDS.get(program, ()):
        if _holds(plain, phrase.split()):
            return not _fetches(program, plain)
    return False


def _tasks(plain: list[str]) -> list[str]:
    """Without the project that stands before each: `:lib:publish`."""
    return [
        word.rpartition(":")[2] if word.startswith(":") or word.count(":") > 1 else word for word in plain
    ]


def _holds(words: list[str], phrase: list[str]) -> bool:
    most = len(words) - len(phrase) + 1
    return not phrase or any(words[at : at + len(phrase)] == phrase for at in range(most))


def _fetches(program: str, plain: list[str]) -> bool:
    """Whether a copy goes from the store to here."""
    if (program, plain[0] if program != "gsutil" and plain else "") not in _TO_LAST:
        return False
    return not re.match(r"s3://|gs://|\$|EXPRESSION", plain[-1])


def _sends(program: str, rest: list[str]) -> bool:
    """Whether a request asks another machine to publish; a hook to deploy is asked by any."""
    if any(_LOCAL.search(word) for word in rest):
        return False
    if any(word in ("-T", "--upload-file") for word in rest) or any(map(_DEPLOY_HOOK.search, rest)):
        return True
    writes = any(re.fullmatch(r"-X?(?:POST|PUT|PATCH|DELETE)", word) or word in _METHODS for word in rest)
    writes = writes or any(_SENT.fullmatch(word) for word in rest)
    if program == "gh" and rest[:1] != ["api"]:
        return False
    far = re.compile(r"://|^\$|^EXPRESSION" if program != "gh" else r"/")
    return writes and any(far.search(word) and _HOOK.search(word) for word in rest)


def _told(first: str, program: str, rest: list[str]) -> bool:
    """Whether a script or target of the project, or a word of an unknown program, is called like it."""
    plain = [word for word in rest if not re.match(r"-|\w+=", word)]
    own = "/" in first or _SCRIPT.search(program) is not None
    if program in RUNNERS or (own and program not in COMMANDS):
        names = (program, *plain) if program not in RUNNERS else tuple(plain)
        builds = any(_SCRIPT.search(name) and _ONLY_BUILDS.search(name_of(name)) for name in names)
        # `build.sh release` builds what is not for debugging.
        return any(_is_called_so(name) for name in names if not (builds and name.lower() == "release"))
    if program in COMMANDS:
        return False
    return tells_of_publishing(program) or any(_VERB.fullmatch(word) for word in plain[:_VERB_AMONG])


def _is_called_so(word: str) -> bool:
    """Code and sentences are full of such words; names are one word."""
    return re.search(r"[\s()]", word) is None and tells_of_publishing(word)


def _given(command: Sequence[str]) -> bool:
    """Whether what the program is given to run publishes: it stands among the words, or within one."""
    words = [clear for word in command for part in word.split() if (clear := part.strip("[](){},;'\"`"))]
    for at, word in enumerate(words):
        program = name_of(word)
        if "" not in COMMANDS.get(program, ("",)) and _effect(program, words[at + 1 :]):
            return True
    return False
