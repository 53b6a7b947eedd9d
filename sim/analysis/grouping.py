"""Sums and counts over groups of entries. A group is told by a code, a number that is not negative.

What tables of codes are as long as the largest, and what is sorted instead, each function says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


def numbered(code: npt.NDArray[np.integer]) -> tuple[I64, I64]:
    """The different codes in ascending order, and [n] the position of each entry's code among them.

    Takes 9 bytes for every number up to the largest code; nothing is sorted.
    """
    there = np.zeros(int(np.max(code, initial=-1)) + 1, bool)
    there[code] = True
    return np.flatnonzero(there), (np.cumsum(there) - 1)[code]


def count_different(code: I64, what: npt.NDArray[np.integer]) -> I64:
    """[largest code + 1] how many different numbers ``what`` [n] there are among the entries of each code [n].

    Sorts [n] pairs, of which the largest code times the largest number must fit into 64 bits; ``what`` is not negative.
    """
    n_what = int(np.max(what, initial=0)) + 1
    pair = np.sort(code * n_what + what)
    return np.bincount(pair[_first(pair)] // n_what)


@dataclass(frozen=True)
class Groups:
    """Entries put in order of (group, lot). ``code`` [n_group] ascends; ``first`` is where each group begins.

    ``order`` [n] is the entries' order, ``opens`` [n] marks, in that order, where another lot or group begins.
    Codes may be large: everything is as long as the entries or the groups.
    """

    code: I64
    first: I64
    order: I64
    opens: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, code: I64, lot: npt.NDArray[np.integer]) -> Groups:
        """Group entries by ``code`` [n] and tell the lots in each group apart.

        Sorts [n] pairs, of which the largest code times the largest lot must fit into 64 bits.
        """
        n_lot = int(np.max(lot, initial=0)) + 1
        pair = np.asarray(code, np.int64) * n_lot + lot
        order = np.argsort(pair)
        pair = pair[order]
        code = pair // n_lot
        first = _first(code)
        opens = np.zeros(len(pair), bool)
        opens[_first(pair)] = True
        return cls(code[first], first, order, opens)

    def sums(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """[n_group] sums of ``values`` [n], given in the entries' own order."""
        return self._add(values[self.order])

    def sums_of_lots(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """[n_group] sums of ``values`` [n], one a lot: a lot's entries in a group are to have the same."""
        return self._add(np.where(self.opens, values[self.order], 0.0))

    def _add(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.add.reduceat(values, self.first) if len(self.first) else values[:0]


def _first(ascending: I64) -> I64:
    """Where each different number of an ascending array begins."""
    differs = np.ones(len(ascending), bool)
    np.not_equal(ascending[1:], ascending[:-1], out=differs[1:])
    return np.flatnonzero(differs)
