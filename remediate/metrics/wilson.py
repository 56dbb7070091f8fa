"""How sure a share is that was counted on few cases: Wilson's bounds."""

from __future__ import annotations

import math

# 95 in 100 such intervals hold the true share.
_Z = 1.959963984540054


def lower_bound(right: int, wrong: int) -> float:
    """The least that the true share may be; exactly 0 where nothing was right, or nothing was counted."""
    number = right + wrong
    if right == 0:
        return 0.0
    share, square = right / number, _Z * _Z
    middle = share + square / (2 * number)
    spread = _Z * math.sqrt((share * (1 - share) + square / (4 * number)) / number)
    return (middle - spread) / (1 + square / number)
