"""Compiles the kernel once and keeps it on disk.

Numba's own cache looks only at the file of the function that is cached, and not at the others that are
compiled into it. So each state of the sources, of Numba and of the processor has a folder of its own here, with a list
of its files and their digests, written last: what is half written, damaged or of another kind is never loaded. One
process at a time compiles: the others wait at a lock and then find the kernel on disk. To read it no lock is needed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm
import numba
import numpy as np

_NAME = "corridor-kernel"
_HERE = Path(__file__).parent
_NOT_COMPILED = ("compilation.py", "filling.py", "foresight.py", "memory.py", "simulation.py", "tables.py")
#: Everything whose text or constants are compiled in.
_SOURCES = (
    *sorted(path for path in _HERE.glob("*.py") if path.name not in _NOT_COMPILED),
    *(_HERE.parents[1] / name for name in ("engine/rules.py", "clock.py", "contract/plan.py")),
)
#: Name of the list of a folder's files, and for how long an unused folder is kept.
_LIST, _KEPT_S = "whole.json", 30 * 86_400
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
    """Of all that decides whether a compiled kernel can be used: Numba, too, asks for the place and age of its file."""
    main = _HERE / "loop.py"
    told: Any = numba.config  # by NUMBA_CPU_NAME and NUMBA_CPU_FEATURES
    processor = told.CPU_NAME or llvm.get_host_cpu_name(), told.CPU_FEATURES or llvm.get_host_cpu_features().flatten()
    # Numba asks for the bytecode of the main function too, which python -O and -OO write otherwise
    setting = (
        sys.version,
        sys.flags.optimize,
        numba.__version__,
        llvm.llvm_version_info,
        processor,
        main,
        main.stat().st_mtime_ns,
    )
    total = hashlib.sha256(repr(setting).encode())
    for path in _SOURCES:
        total.update(path.read_bytes())
    return total.hexdigest()[:16]


def load_kernel(say: Say | None = None) -> Callable[[Any, bool], int]:
    """The kernel as a function of its state, compiled or read from disk at the first call in a process.

    Raises ``OSError`` where there is no folder to keep it in, ``ImportError`` where Numba is told not to compile.
    """
    return _load(say or (lambda line: None)) if not _loaded else _loaded[0]


_loaded: list[Callable[[Any, bool], int]] = []


def _load(say: Say) -> Callable[[Any, bool], int]:
    if getattr(numba.config, "DISABLE_JIT", False):
        raise ImportError("NUMBA_DISABLE_JIT is set")
    folder = cache_folder()
    if folder is None:
        raise OSError("no folder to write the compiled kernel to (NUMBA_CACHE_DIR may name one)")
    own = folder / f"{_NAME}-{_digest()}"
    if _is_whole(own):
        kernel = _kept_in(own)
        _compile(kernel)
    else:
        with _one_at_a_time(folder / f"{_NAME}.lock", say):
            kernel = _made(own, say)
    _loaded[:] = [kernel]
    return kernel


def _made(own: Path, say: Say) -> Any:
    """The kernel, compiled and kept in its folder, unless another process has done so in the meantime."""
    is_kept = _is_whole(own)
    if not is_kept:
        say("compiling the engine: once, about a minute")
        shutil.rmtree(own, ignore_errors=True)
        _forget_unused(own.parent)
        own.mkdir(parents=True)
    kernel = _kept_in(own)
    try:
        _beside(lambda: _compile(kernel))
        if not is_kept:
            (own / _LIST).write_text(json.dumps(_digests(own)), encoding="utf-8")
    except OSError as error:  # it is compiled, but the disk is full
        if not kernel.signatures:
            raise
        shutil.rmtree(own, ignore_errors=True)
        say(f"the compiled engine cannot be kept, and the next start compiles it again: {error}")
    return kernel


def _beside(work: Callable[[], None]) -> None:
    """Have a thread of its own do long work of the compiler, in which the main thread would not heed Ctrl-C."""
    failed: list[BaseException] = []

    def attempt() -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=attempt, name="compiling", daemon=True)
    thread.start()
    thread.join()
    if failed:
        raise failed[0]


def _kept_in(own: Path) -> Any:
    """The kernel, not compiled yet, whose code Numba reads from and writes to this folder and no other.

    Numba chooses the folder here, once. Beside the sources it would take the code of older sources: it looks at
    the age of the main file alone. Raises ``OSError`` where it chooses another.
    """
    from sim.engine.compiled.loop import begin_and_run

    with _setting("CACHE_DIR", str(own)):
        kernel: Any = numba.njit(nogil=True, cache=True)(begin_and_run)
    if not Path(kernel.stats.cache_path).is_relative_to(own):
        raise OSError(f"{own} cannot be written")
    return kernel


def _compile(kernel: Any) -> None:
    """Compile for the one signature there is; what is in the kernel's folder is read instead."""
    from sim.engine.compiled.layout import STATE

    kernel.compile((numba.typeof(np.zeros(1, STATE)), numba.types.boolean))


def _is_whole(own: Path) -> bool:
    """Whether a folder holds what was once written into it; the time of its list tells when that was last asked."""
    try:
        there = _digests(own)
        whole = bool(there) and bool(json.loads((own / _LIST).read_text(encoding="utf-8")) == there)
        os.utime(own / _LIST)
    except (OSError, ValueError):
        return False
    return whole


def _digests(own: Path) -> dict[str, str]:
    files = sorted(path for path in own.rglob("*") if path.is_file() and path.name != _LIST)
    return {str(path.relative_to(own)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _forget_unused(folder: Path) -> None:
    """Remove kernels of other states of the sources that nobody has used for long."""
    for old in folder.glob(f"{_NAME}-*"):
        kept = old / _LIST
        if not kept.exists() or kept.stat().st_mtime < time.time() - _KEPT_S:
            shutil.rmtree(old, ignore_errors=True)


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
def _one_at_a_time(path: Path, say: Say) -> Iterator[None]:
    """Hold the lock of a file; where there is no ``fcntl`` each process compiles for itself."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another process that compiles the engine")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
