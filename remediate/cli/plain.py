"""Stand-ins for the characters that a terminal without Unicode cannot show."""

from __future__ import annotations

import codecs

_INSTEAD = str.maketrans("▸·└│█░✗✓⋮…×▁▂▃▄▅▆▇", ">-`|#.xv:~x_.-:=+*")
_NAME = "remediate-plain"


def plain(stream: object) -> None:
    """Makes the stream write a stand-in where its encoding lacks a character."""
    codecs.register_error(_NAME, _stand_in)
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure:
        reconfigure(errors=_NAME)


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end].translate(_INSTEAD)
    return lost.encode("ascii", "backslashreplace").decode("ascii"), error.end
