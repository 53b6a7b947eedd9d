"""Pieces of a carrier's time before they are spread to its lots: one column each, all of one length.

There are millions of them and few meet a closing, so columns are 32 bits wide, and what is cut is put beside the
others instead of into a new copy of them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from sim.analysis.places import Places
from sim.contract.plan import Cause
from sim.contract.spells import Spells, cut

I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """Columns of one length. A piece that has been cut into others is left empty: it ends where it begins.

    ``row`` is the trace row of the step. ``facility`` is what a wait is for; ``also`` is a second
    facility whose closing explains the wait; ``vessel`` is the ship aboard which time passes (-1: none).
    """

    row: I32
    from_s: I32
    to_s: I32
    cause: I32
    place: I32
    node: I32
    link: I32
    facility: I32
    also: I32
    vessel: I32

    @classmethod
    def make(
        cls,
        row: I64,
        from_s: I64,
        to_s: I64,
        *,
        cause: npt.ArrayLike,
        place: npt.ArrayLike,
        node: npt.ArrayLike,
        link: npt.ArrayLike = -1,
        facility: npt.ArrayLike = -1,
        also: npt.ArrayLike = -1,
        vessel: npt.ArrayLike = -1,
    ) -> Pieces:
        """Columns from arrays or single values; stretches without length are left out."""
        keep = np.flatnonzero(to_s > from_s)
        columns = (row, from_s, to_s, cause, place, node, link, facility, also, vessel)
        return cls(*(_column(c, keep) for c in columns))

    def pick(self, at: I64) -> Pieces:
        """The pieces at indices."""
        return Pieces(*(getattr(self, f.name)[at] for f in fields(Pieces)))


def join(parts: Sequence[Pieces]) -> Pieces:
    """Put several lots of pieces into one; the empty ones are left out."""
    full = []
    for part in parts:
        keep = np.flatnonzero(part.to_s > part.from_s)
        full.append(part if len(keep) == len(part.row) else part.pick(keep))
    return Pieces(*(np.concatenate([getattr(p, f.name) for p in full]) for f in fields(Pieces)))


def cut_at(
    parts: Sequence[Pieces], by: str, spells: Spells, culprit: I64, places: Places, cause: Cause = Cause.CLOSURE
) -> list[Pieces]:
    """Put down to closure (or another cause) what lies within spells; the rest keeps its cause.

    ``by`` names the column that holds the spells' key; ``culprit`` [n_spell] is the closed facility. Returns the parts,
    in which pieces that were cut are now empty, and behind them what these were cut into.
    """
    if len(spells.key) == 0:
        return list(parts)
    return [*parts, *(_cut_out(part, by, spells, culprit, places, cause) for part in parts)]


def _cut_out(pieces: Pieces, by: str, spells: Spells, culprit: I64, places: Places, cause: Cause) -> Pieces:
    """Empty the pieces that meet a spell, and return what they are cut into."""
    following = spells.next_after(getattr(pieces, by), pieces.from_s)
    near = np.flatnonzero(following >= 0)
    until_s = pieces.to_s[near]
    meets = near[(spells.from_s[following[near]] < until_s) & (until_s > pieces.from_s[near])]
    some = pieces.pick(meets)
    pieces.to_s[meets] = pieces.from_s[meets]
    parent, from_s, to_s, inside = cut(getattr(some, by), some.from_s, some.to_s, spells)
    columns = {f.name: getattr(some, f.name)[parent] for f in fields(Pieces)}
    columns["from_s"], columns["to_s"] = from_s.astype(np.int32), to_s.astype(np.int32)
    shut = (inside >= 0) & (columns["cause"] != Cause.CLOSURE)
    columns["cause"][shut] = cause
    columns["facility"][shut] = culprit[inside[shut]]
    columns["place"][shut] = places.facility(culprit[inside[shut]])
    return Pieces(**columns)


def _column(values: npt.ArrayLike, keep: I64) -> I32:
    """The kept ones of many values (mostly all), or one value as often; a column of its own."""
    array = np.asarray(values)
    if not array.ndim:
        return np.full(len(keep), array, np.int32)
    return array.astype(np.int32) if len(keep) == len(array) else array[keep].astype(np.int32, copy=False)
