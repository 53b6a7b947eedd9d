"""Memory of large arrays is kept for the next ones.

A replication makes and frees some gigabytes of arrays of a few megabytes each. The C library of Linux hands each back
to the system, which must clear every page before it gives it out again: about a sixth of the time of the tables.
"""

from __future__ import annotations

import ctypes
import sys

#: Parameters of glibc's ``mallopt``, from its ``malloc.h``.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
#: Arrays up to the most that glibc allows come from the heap, and so much of it may lie free.
_FROM_HEAP_BYTES, _KEPT_BYTES = 32 << 20, 1 << 30


def keep_freed_memory() -> None:
    """Tell the C library of this process; elsewhere than on glibc nothing happens."""
    if sys.platform.startswith("linux"):
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _FROM_HEAP_BYTES)
            mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
