"""The options of a command as a table: click's are made from it, and plain calls are read by it alone.

click takes a quarter of the time that a small log may take, so it is imported only for what needs it: help,
completion, mistakes, and every call that is written in an unusual way.
"""

from __future__ import annotations

# Not from typing, and no struct of msgspec: a command that `run` passes through waits for both.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any


class Option:
    """An option: `name` is the parameter's; one without `metavar` and `choices` is a switch."""

    __slots__ = (
        "choices",
        "default",
        "flags",
        "help",
        "metavar",
        "name",
        "path",
        "repeatable",
        "show_default",
    )

    def __init__(
        self,
        *,
        flags: tuple[str, ...],
        name: str,
        help: str,
        metavar: str | None = None,
        choices: tuple[str, ...] = (),
        default: str | None = None,
        show_default: bool = False,
        repeatable: bool = False,
        path: bool = False,
    ) -> None:
        self.flags = flags
        self.name = name
        self.help = help
        self.metavar = metavar
        self.choices = choices
        self.default = default
        self.show_default = show_default
        self.repeatable = repeatable
        self.path = path

    @property
    def switch(self) -> bool:
        """Whether it takes no value."""
        return not self.choices and self.metavar is None

    @property
    def absent(self) -> Any:
        """The value where it is not given."""
        return () if self.repeatable else False if self.switch else self.default


def plain_call(arguments: Sequence[str], operands: str, options: Iterable[Option]) -> dict[str, Any] | None:
    """The values by name, as click would give them; None where the call is not plain enough to be sure."""
    known = {flag: option for option in options for flag in option.flags}
    values: dict[str, Any] = {option.name: option.absent for option in known.values()}
    taken: list[str] = []
    rest = iter(arguments)
    for word in rest:
        if word == "-" or not word.startswith("-"):
            taken.append(word)
            continue
        flag, given, value = word.partition("=")
        option = known.get(flag)
        if option is None or (given and (option.switch or not flag.startswith("--"))):
            return None
        if not _take(values, option, value if given else True if option.switch else next(rest, "-")):
            return None
    return {**values, operands: tuple(taken)}


def _take(values: dict[str, Any], option: Option, value: str | bool) -> bool:
    if isinstance(value, str) and value.startswith("-"):
        return False
    if option.choices and value not in option.choices:
        return False
    values[option.name] = (*values[option.name], value) if option.repeatable else value
    return True
