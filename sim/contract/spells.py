"""Spells: stretches of time that belong to a key (a facility is shut, a vessel's crane stands still).

Cutting other stretches at the edges of spells is how waiting time is told apart, to the second. All
functions work on whole arrays; a key is a small non-negative integer, -1 matches no spell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
#: Keys and seconds may come in any width.
Ints = npt.NDArray[np.integer]

#: Keys and seconds share one 64-bit integer: key in the upper half, seconds in the lower.
_SHIFT = 32
_SECONDS = (1 << _SHIFT) - 1
#: The last second that fits beside a key; no run lasts as long.
LAST_SECOND = _SECONDS


@dataclass(frozen=True)
class Spells:
    """Half-open stretches ``from_s .. to_s`` by key, sorted by (key, from_s), disjoint within a key.

    ``origin`` says which of the given stretches a spell came from (the first, if several merged).
    """

    key: I64
    from_s: I64
    to_s: I64
    origin: I64

    def edges(self) -> I64:
        """Starts and ends alternating, as packed (key, second): one sorted array."""
        return np.column_stack((pack(self.key, self.from_s), pack(self.key, self.to_s))).ravel()

    def next_after(self, key: Ints, time_s: Ints) -> I64:
        """Index of the first spell of ``key`` that ends after ``time_s``; -1 if there is none."""
        found = np.full(len(key), -1, np.int64)
        known = np.zeros(int(max(self.key.max(initial=0), np.max(key, initial=0))) + 2, bool)
        known[self.key] = True
        asked = np.flatnonzero(known[key])  # -1 finds the last entry, which no spell has
        at = np.searchsorted(pack(self.key, self.to_s), pack(key[asked], time_s[asked]), side="right")
        at = np.minimum(at, len(self.key) - 1)
        found[asked] = np.where((self.key[at] == key[asked]) & (self.to_s[at] > time_s[asked]), at, -1)
        return found

    def last_before(self, key: Ints, time_s: Ints) -> I64:
        """Index of the last spell of ``key`` that starts before ``time_s``; -1 if there is none."""
        at = np.searchsorted(pack(self.key, self.from_s), pack(key, time_s), side="left") - 1
        found = at >= 0
        found[found] = self.key[at[found]] == key[found]
        return np.where(found, at, -1)


def pack(key: npt.ArrayLike, time_s: npt.ArrayLike) -> I64:
    """One sortable integer for (key, second); seconds from 0 to ``LAST_SECOND``."""
    return (np.asarray(key, np.int64) << _SHIFT) + np.asarray(time_s, np.int64)


def unpack(packed: I64) -> tuple[I64, I64]:
    """Keys and seconds of what ``pack`` has made."""
    return packed >> _SHIFT, packed & _SECONDS


def in_order(key: Ints, time_s: Ints) -> I64:
    """Positions by (key, second), alike ones as they come; keys are not negative.

    Quick where the seconds ascend already, or nearly, and keys fit into 16 bits: NumPy sorts these by their digits.
    """
    return np.lexsort((time_s, key.astype(np.min_scalar_type(int(key.max(initial=0))))))


def find(known: I64, wanted: I64) -> I64:
    """Index in ``known`` (any order, no doubles) of each wanted number; -1 where it is not there."""
    if len(known) == 0:
        return np.full(np.shape(wanted), -1, np.int64)
    order = np.argsort(known, kind="stable")
    at = order[np.minimum(np.searchsorted(known[order], wanted), len(known) - 1)]
    return np.where(known[at] == wanted, at, -1)


def merge(key: npt.ArrayLike, from_s: npt.ArrayLike, to_s: npt.ArrayLike) -> Spells:
    """Join overlapping and touching stretches of one key into spells; empty ones are dropped."""
    key, from_s, to_s = (np.asarray(a, np.int64) for a in (key, from_s, to_s))
    real = np.flatnonzero(to_s > from_s)
    order = real[in_order(key[real], from_s[real])]
    key, from_s, to_s = key[order], from_s[order], to_s[order]
    if len(key) == 0:
        return Spells(key, from_s, to_s, order)
    # the latest end so far within the key: packed ends grow with the key, so one running maximum serves
    reach = np.maximum.accumulate(pack(key, to_s))
    opens = np.ones(len(key), bool)
    opens[1:] = pack(key[1:], from_s[1:]) > reach[:-1]
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(key)) - 1
    return Spells(key[first], from_s[first], reach[last] - pack(key[first], 0), order[first])


def cut(key: Ints, from_s: Ints, to_s: Ints, spells: Spells) -> tuple[I64, I64, I64, I64]:
    """Cut stretches at the edges of the spells of their key.

    Returns ``parent`` (index of the stretch), ``from_s``, ``to_s`` and ``inside`` (index of the spell
    that the piece lies in, or -1). Pieces of a stretch follow each other and add up to it exactly;
    empty pieces are left out.
    """
    edges = spells.edges()
    low = np.searchsorted(edges, pack(key, from_s), side="right")
    high = np.searchsorted(edges, pack(key, to_s), side="left")
    count = np.maximum(high - low, 0) + 1
    parent = np.repeat(np.arange(len(key)), count)
    nth = np.arange(len(parent)) - np.repeat(np.cumsum(count) - count, count)
    left_edge = low[parent] + nth - 1
    begin, finish = from_s[parent].astype(np.int64), to_s[parent].astype(np.int64)
    inner = nth > 0
    begin[inner] = edges[left_edge[inner]] & _SECONDS
    outer = nth < count[parent] - 1
    finish[outer] = edges[left_edge[outer] + 1] & _SECONDS
    inside = np.where(left_edge % 2 == 0, left_edge // 2, -1)  # an even edge opens a spell
    keep = finish > begin
    return parent[keep], begin[keep], finish[keep], inside[keep]


def running_levels(key: Ints, time_s: Ints, units: Ints) -> tuple[I64, I64, I64, npt.NDArray[np.bool_]]:
    """Running sums of changes by key, at the close of each instant at which something changed.

    Returns key, second, level, and whether anything was taken (a positive change) then.
    """
    packed = pack(key, time_s)
    order = np.argsort(packed, kind="stable")
    packed, units = packed[order], units.astype(np.int64)[order]
    if len(packed) == 0:
        empty = np.empty(0, np.int64)
        return empty, empty, empty, np.empty(0, bool)
    last = np.flatnonzero(np.append(packed[1:] != packed[:-1], True))
    first = np.append(0, last[:-1] + 1)
    running = np.cumsum(units)[last]
    taken = np.add.reduceat(np.maximum(units, 0), first) > 0
    key, second = unpack(packed[last])
    before = np.append(0, running[:-1])
    opens = np.append(True, key[1:] != key[:-1])
    base = np.repeat(before[opens], np.diff(np.append(np.flatnonzero(opens), len(key))))
    return key, second, running - base, taken
