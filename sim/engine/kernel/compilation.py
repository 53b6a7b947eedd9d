"""Compiles the kernel once and keeps it on disk.

Numba's own cache looks only at the file of the function that is cached, and not at the others that are
compiled into it; so the folder's name has a digest of all of the kernel's sources. One process at a time
compiles: the others wait at a lock and then find the kernel on disk.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np

_NAME = "corridor-kernel"
_HERE = Path(__file__).parent
_NOT_COMPILED = ("compilation.py", "tables.py")
#: Everything whose text or constants are compiled in.
_SOURCES = (
    *sorted(path for path in _HERE.glob("*.py") if path.name not in _NOT_COMPILED),
    *(_HERE.parents[1] / name for name in ("engine/calendar.py", "clock.py", "model/arrays.py")),
)
#: Called with a line to show when the kernel must be compiled first; silent by default.
Say = Callable[[str], None]


def cache_folder() -> Path | None:
    """Where the compiled kernel is kept: NUMBA_CACHE_DIR, or beside the sources, or in the user's cache; or nowhere."""
    given = os.environ.get("NUMBA_CACHE_DIR")
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "middle-corridor"
    places = [Path(given)] if given else [_HERE / "__pycache__", home]
    return next((place for place in places if _is_writable(place)), None)


@cache
def _digest() -> str:
    total = hashlib.sha256()
    for path in _SOURCES:
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def load_kernel(say: Say | None = None) -> Callable[[Any, bool], int]:
    """The kernel as a function of its state, compiled or read from disk at the first call in a process."""
    return _load(say or (lambda line: None)) if not _loaded else _loaded[0]


_loaded: list[Callable[[Any, bool], int]] = []


def _load(say: Say) -> Callable[[Any, bool], int]:
    from sim.engine.kernel.layout import STATE
    from sim.engine.kernel.loop import begin_and_run

    folder = cache_folder()
    if folder is None:
        raise OSError("no folder to write the compiled kernel to (NUMBA_CACHE_DIR may name one)")
    own = folder / f"{_NAME}-{_digest()}"
    signature = (numba.typeof(np.zeros(1, STATE)), numba.types.boolean)
    with _one_at_a_time(folder / f"{_NAME}.lock"):
        if not any(own.rglob("*.nbi")):  # Numba's index of what it has compiled
            say("compiling the engine: once, about a minute")
            for old in folder.glob(f"{_NAME}-*"):
                shutil.rmtree(old, ignore_errors=True)
        with _setting("CACHE_DIR", str(own)):
            kernel = numba.njit(nogil=True, cache=True)(begin_and_run)
            kernel.compile(signature)
    _loaded[:] = [kernel]
    return kernel


@contextmanager
def _setting(name: str, value: Any) -> Iterator[None]:
    """One of Numba's settings, for a while."""
    before = getattr(numba.config, name)
    setattr(numba.config, name, value)
    try:
        yield
    finally:
        setattr(numba.config, name, before)


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Hold the lock of a file; where there is no ``fcntl`` each process compiles for itself."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
