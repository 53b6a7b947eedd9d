"""The memory of one run of the kernel: tables by name, and their addresses in the kernel's one argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.engine.compiled.layout import STATE, TABLES

Ints = npt.NDArray[Any]
_LINE = 64  # bytes


def aligned(make: Callable[..., Ints], length: int, dtype: np.dtype[Any]) -> Ints:
    """A table that begins where a line of the processor's memory does; ``make``: ``np.zeros`` or ``np.empty``."""
    held = make(length * dtype.itemsize + _LINE, np.uint8)
    first = -held.ctypes.data % _LINE
    return held[first : first + length * dtype.itemsize].view(dtype)


class Memory:
    """``state`` is the kernel's argument; it is valid as long as this object lives."""

    def __init__(self) -> None:
        self.state = np.zeros(1, STATE)
        self.held: dict[str, Ints] = {}

    def hold(self, name: str, array: Ints) -> Ints:
        """Keep an array and tell the kernel where it is."""
        assert array.flags.c_contiguous
        self.held[name] = array
        self.state[name] = array.ctypes.data
        return array

    def use(self, name: str, array: Ints) -> None:
        """A plain array of the plan or the draws, in place if it has the kernel's type."""
        if array.dtype == np.bool_:
            array = array.view(np.int8)
        wanted = TABLES[name].fields["value"][0]  # type: ignore[index]
        self.hold(name, np.ascontiguousarray(array if array.size else np.zeros(1), wanted))

    def new(self, name: str, length: int, **columns: Any) -> Ints:
        """A table of zeros, or of the columns given."""
        table = self.hold(name, aligned(np.zeros, max(length, 1), TABLES[name]))
        for column, values in columns.items():
            table[column][:length] = values
        return table
