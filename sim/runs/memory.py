"""Memory of large arrays is kept for the next ones.

A replication makes and frees some gigabytes of arrays. The C library of Linux hands each large one back to the
system, which must clear every page before it gives it out again, and on a virtual machine may have to ask its host
for it: up to half of the time of a long run.
"""

from __future__ import annotations

import ctypes
import sys

#: Parameters of glibc's ``mallopt``, from its ``malloc.h``: how much may lie free at the heap's end, how many arrays
#: may lie outside the heap, and how many heaps threads may have (others than the first take large arrays from outside).
_M_TRIM_THRESHOLD, _M_MMAP_MAX, _M_ARENA_MAX = -1, -4, -8


def keep_freed_memory() -> None:
    """Tell the C library of this process; elsewhere than on glibc nothing happens.

    The process keeps the most that it ever held until it ends, also a notebook that has made one run.
    """
    if sys.platform.startswith("linux"):
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
            mallopt(_M_MMAP_MAX, 0)
            mallopt(_M_ARENA_MAX, 1)
