"""Sums over groups of segments: one sort by group and lot serves them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Groups:
    """Entries put in order of (group, lot). ``code`` [n_group] ascends; ``first`` is where each group begins.

    ``order`` [n] is the entries' order, ``opens`` [n] marks, in that order, a lot's first entry in its group.
    """

    code: I64
    first: I64
    order: I64
    opens: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, code: I64, lot: npt.NDArray[np.integer]) -> Groups:
        """Group entries by ``code`` [n], which is not negative, and tell the lots in each group apart."""
        n_lot = int(np.max(lot, initial=0)) + 1
        pair = np.asarray(code, np.int64) * n_lot + lot
        order = np.argsort(pair)
        pair = pair[order]
        opens = np.diff(pair, prepend=-1) != 0
        code = pair // n_lot
        first = np.flatnonzero(np.diff(code, prepend=-1))
        return cls(code[first], first, order, opens)

    def sums(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """[n_group] sums of ``values`` [n], given in the entries' own order."""
        return self._add(values[self.order])

    def lots(self) -> I64:
        """[n_group] how many different lots each group concerns."""
        return self._add(self.opens.astype(np.int64))

    def sums_of_lots(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """[n_group] sums of ``values`` [n], one a lot: that of its first entry in the group."""
        return self._add(np.where(self.opens, values[self.order], 0.0))

    def _add(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return np.add.reduceat(values, self.first) if len(self.first) else values[:0]
