"""YAML of lockfiles and settings: every scalar stays the text that it is."""

from __future__ import annotations

from remediate.recovery.lockfiles.tool import Unreadable


def load_plain(text: bytes) -> object | Unreadable:
    """Mappings, lists and strings; anchors are refused, for no tool writes them and they grow without end."""
    import yaml  # noqa: PLC0415 - takes long to import, and few projects need it

    loader: type = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=loader)):
            return Unreadable(reason="it has aliases")
        loaded: object = yaml.load(text, Loader=loader)  # noqa: S506 - the base loader makes strings alone
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as problem:
        return Unreadable(reason=str(problem).partition("\n")[0])
    except (ValueError, AttributeError, TypeError) as problem:
        return Unreadable(reason=f"it is no YAML: {problem}")
    return loaded
