"""Pieces of a carrier's time before they are spread to its lots: one column each, all of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from sim.analysis.places import Places
from sim.engine.spells import Spells, cut
from sim.model.arrays import Cause

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pieces:
    """Columns of one length.

    ``row`` is the trace row of the step. ``facility`` is what a wait is for; ``also`` is a second
    facility whose closing explains the wait; ``vessel`` is the ship aboard which time passes (-1: none).
    """

    row: I64
    from_s: I64
    to_s: I64
    cause: I64
    place: I64
    node: I64
    link: I64
    facility: I64
    also: I64
    vessel: I64

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
        return cls(*(np.broadcast_to(np.asarray(c, np.int64), len(row))[keep] for c in columns))

    def pick(self, where: npt.NDArray[np.bool_]) -> Pieces:
        """The pieces at a mask."""
        at = np.flatnonzero(where)
        return Pieces(*(getattr(self, f.name)[at] for f in fields(Pieces)))


def join(parts: Sequence[Pieces]) -> Pieces:
    """Put several lots of pieces into one."""
    return Pieces(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Pieces)))


def cut_by_closing(pieces: Pieces, by: str, spells: Spells, culprit: I64, places: Places) -> Pieces:
    """Put down to closure what lies within spells; the rest keeps its cause.

    ``by`` names the column that holds the spells' key; ``culprit`` [n_spell] is the closed facility.
    """
    if len(spells.key) == 0:
        return pieces
    # few pieces meet a spell: only those are cut, and stand behind the others
    key = getattr(pieces, by)
    following = spells.next_after(key, pieces.from_s)
    meets = (following >= 0) & (spells.from_s[following] < pieces.to_s)
    if not meets.any():
        return pieces
    some = pieces.pick(meets)
    parent, from_s, to_s, inside = cut(getattr(some, by), some.from_s, some.to_s, spells)
    columns = {f.name: getattr(some, f.name)[parent] for f in fields(Pieces)}
    columns["from_s"], columns["to_s"] = from_s, to_s
    shut = (inside >= 0) & (columns["cause"] != Cause.CLOSURE)
    columns["cause"][shut] = Cause.CLOSURE
    columns["facility"][shut] = culprit[inside[shut]]
    columns["place"][shut] = places.facility(culprit[inside[shut]])
    return join([pieces.pick(~meets), Pieces(**columns)])
