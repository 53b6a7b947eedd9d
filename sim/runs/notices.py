"""Lines to the user that are no results: what is compiled, thrown away or done in another way than was asked."""

from __future__ import annotations

import multiprocessing
import sys
from contextlib import suppress

_said: set[str] = set()


def notice(line: str) -> None:
    """Tell the user on stderr, each line once, and not from every worker."""
    if line not in _said and multiprocessing.parent_process() is None:
        with suppress(OSError):
            print(line, file=sys.stderr, flush=True)
    _said.add(line)
