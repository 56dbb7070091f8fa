"""YAML that remembers where each value stood, so that an error can name its line."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import yaml

from remediate.errors import ConfigProblem

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Place(msgspec.Struct, frozen=True):
    """A node of a YAML file, with its file and line."""

    file: str
    node: yaml.Node

    def __str__(self) -> str:
        return f"{self.file}:{self.node.start_mark.line + 1}"

    def problem(self, message: str, hint: str = "") -> ConfigProblem:
        """An error that begins with this place."""
        return ConfigProblem(f"{self}: {message}", hint=hint)

    def items(self) -> Iterator[tuple[str, Place, Place]]:
        """Key, the key's place and the value's place; refuses what is no mapping and keys given twice."""
        if not isinstance(self.node, yaml.MappingNode):
            raise self.problem("a mapping (`key: value` lines) is wanted here")
        seen: set[str] = set()
        for key, value in self.node.value:
            name = str(key.value)
            if name in seen:
                raise Place(self.file, key).problem(f"`{name}` is given twice")
            seen.add(name)
            yield name, Place(self.file, key), Place(self.file, value)

    def entries(self) -> list[Place]:
        """The places of a list's entries; a single value counts as a list of one."""
        if isinstance(self.node, yaml.SequenceNode):
            return [Place(self.file, node) for node in self.node.value]
        return [self]

    def text(self) -> str:
        """The value as a string, as it stands; numbers and words like `yes` are taken as written."""
        if not isinstance(self.node, yaml.ScalarNode):
            raise self.problem("a single value is wanted here")
        return str(self.node.value)

    def texts(self) -> tuple[str, ...]:
        """One string or a list of strings."""
        return tuple(entry.text() for entry in self.entries())

    def flag(self) -> bool:
        """`true` or `false`."""
        if self.text() not in ("true", "false"):
            raise self.problem(f"`true` or `false` is wanted here, not `{self.text()}`")
        return self.text() == "true"

    def is_null(self) -> bool:
        """Whether nothing is given (`null`, `~` or an empty value)."""
        return isinstance(self.node, yaml.ScalarNode) and self.node.tag == "tag:yaml.org,2002:null"


def compose(text: str | bytes, file: str) -> Place:
    """The root of a YAML document; a syntax error names its line."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigProblem(
            f"{file}:{line}: not YAML: {error.problem}", hint="Quote patterns and log lines with '…'."
        ) from None
    except yaml.reader.ReaderError as error:
        read = text.encode("utf-8", "replace") if isinstance(text, str) else text
        line = read.count(b"\n", 0, error.position) + 1
        raise ConfigProblem(
            f"{file}:{line}: not YAML: {error.reason}", hint="Save it as UTF-8, without control characters."
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigProblem(f"{file}: not YAML: {error}") from None
    if node is None:
        raise ConfigProblem(f"{file}: the file is empty")
    return Place(file, node)
