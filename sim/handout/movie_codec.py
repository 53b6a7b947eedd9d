"""Columns of whole numbers as short text: what differs from one to the next, in as few bytes as it takes, in base64.

``movie.js`` reads it. A number takes one byte for each seven bits (LEB128), the lowest first; the eighth bit says that
another byte follows. A run of zeros is a zero and its length.
"""

from __future__ import annotations

import base64

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
_BITS = 7
_LONGEST = 10  # bytes of a number of 64 bits


def column(values: npt.ArrayLike) -> str:
    """Numbers that are not negative. Raises ValueError for one that is."""
    return base64.b64encode(_varints(np.asarray(values, np.int64).ravel())).decode()


def rising(values: npt.ArrayLike) -> str:
    """Numbers in ascending order, the first not negative: each as what it is above the one before."""
    return column(np.diff(np.asarray(values, np.int64).ravel(), prepend=0))


def levels(values: npt.ArrayLike) -> str:
    """[..., n] series one after the other, each as its changes; what stays as it is costs next to nothing."""
    steps = np.diff(np.asarray(values, np.int64), prepend=0, axis=-1).ravel()
    return column(_short_runs(zigzag(steps)))


def zigzag(values: npt.ArrayLike) -> I64:
    """0, -1, 1, -2, ... as 0, 1, 2, 3, ..."""
    given = np.asarray(values, np.int64)
    return (given << 1) ^ (given >> 63)


def _short_runs(values: I64) -> I64:
    """Each run of zeros as a zero and its length."""
    zero = values == 0
    opens = zero & ~np.append(False, zero[:-1])[: len(zero)]
    kept = np.flatnonzero(opens | ~zero)
    ends = np.append(kept[1:], len(values))
    told = np.repeat(values[kept], 1 + zero[kept])  # a zero stands twice, and the second becomes the length
    at = np.cumsum(1 + zero[kept]) - 1
    runs = zero[kept]
    told[at[runs]] = (ends - kept)[runs]
    return told


def _varints(values: I64) -> bytes:
    if len(values) and values.min() < 0:
        raise ValueError(f"{values.min()} is negative")
    parts = values[:, None] >> (_BITS * np.arange(_LONGEST))
    low = parts & ((1 << _BITS) - 1)
    length = np.maximum((parts > 0).sum(axis=1), 1)
    place = np.arange(_LONGEST)
    low[place < length[:, None] - 1] |= 1 << _BITS
    return low[place < length[:, None]].astype(np.uint8).tobytes()
