"""Who may write: a lock goes with the process that holds it, so that one that was killed is in nobody's way."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from sim.errors import RunError

try:
    import fcntl
except ImportError:  # not a POSIX system: nobody waits
    fcntl = None  # type: ignore[assignment]
#: Whether the system has locks that go with the process that holds them.
HAS_LOCKS = fcntl is not None

#: How often a lock is opened again when those before us remove the folder in which it was to lie.
_TRIES = 1000


@contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Let nobody else write this run meanwhile: who comes second waits, and then finds it done.

    The lock is a file beside the folder. It is removed while it is still held, and who waited for it looks whether
    what it holds still has its name: otherwise one that waited and one that comes anew would both be let in.
    Where the system has no such locks, nobody waits.

    Raises:
        RunError: if there can be no file beside the folder.
    """
    lock = folder.with_name(f".{folder.name}.lock")
    handle = _held(lock, folder)
    try:
        yield
    finally:
        with suppress(OSError):
            lock.unlink()
        with suppress(OSError):  # a run that was refused leaves no empty folders behind
            lock.parent.rmdir()
            lock.parent.parent.rmdir()
        handle.close()


def hold(handle: IO[Any], wait: bool = True) -> bool:
    """Lock an open file; returns whether it is ours. True where the system or the disk has no such locks."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:  # some network disks
        return True
    return True


def has_name(handle: IO[Any], path: Path) -> bool:
    """Whether an open file is still the one that is found under ``path``."""
    try:
        return os.path.samestat(os.fstat(handle.fileno()), path.stat())
    except OSError:
        return False


def _held(lock: Path, folder: Path) -> IO[Any]:
    for _ in range(_TRIES):
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            handle = lock.open("a")
        except OSError as error:
            if isinstance(error, (FileNotFoundError, FileExistsError)) and not _is_in_the_way(lock.parent):
                continue  # another has just removed the empty folder
            raise RunError(f"{folder} cannot be written: {error.strerror or error}") from error
        try:
            if hold(handle) and has_name(handle, lock):
                return handle
        except BaseException:  # Ctrl-C while waiting
            handle.close()
            raise
        handle.close()
    raise RunError(f"{folder} cannot be locked: {lock} is removed repeatedly")


def _is_in_the_way(path: Path) -> bool:
    """Whether something that is no folder stands where one is to be."""
    return os.path.lexists(path) and not path.is_dir()
