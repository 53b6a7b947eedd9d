"""Files of results are there whole or not at all, and JSON that any reader takes.

All files of results, studies and pictures are written by ``whole_file``, folders that only mean something as a whole by
``whole_folder``. What a killed writer left half done is swept up by the next that writes into the folder.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO, Any

from sim.errors import RunError
from sim.record import plain
from sim.results.locking import HAS_LOCKS, has_name, hold

#: Names of drafts: hidden, with the process and a number of its own.
_DRAFT = re.compile(r"\..+\.\d+(\.\d+)?\.(tmp|part)")
#: Letters of a file's name in the name of its draft, which must not grow too long for the disk.
_LETTERS = 40
#: Where there are no locks, drafts that were not touched for as long belong to nobody.
_ABANDONED_S = 86_400
_numbers = count()
_swept: set[Path] = set()


@contextmanager
def whole_file(target: Path) -> Iterator[IO[bytes]]:
    """Write to a neighbour and move it into place when all is on the disk; folders above it are made.

    Raises:
        RunError: if the disk is full or not writable; what was there before stays as it was.
    """
    with _placed(target, os.replace) as handle:
        yield handle


@contextmanager
def new_file(target: Path) -> Iterator[IO[bytes]]:
    """As ``whole_file``, of a file that must not be there: nothing is ever written over.

    Raises:
        FileExistsError: if something is there, also where it came meanwhile.
        RunError: if the disk is full or not writable.
    """
    try:
        if os.path.lexists(target):
            raise _TakenError
        with _placed(target, _put_where_nothing_is) as handle:
            yield handle
    except _TakenError:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from None


@contextmanager
def _placed(target: Path, put: Callable[[Path, Path], None]) -> Iterator[IO[bytes]]:
    draft: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.parent not in _swept:
            sweep_drafts(target.parent)
            _swept.add(target.parent)
        draft, handle = _open_draft(target)
        with handle:
            yield handle
            handle.flush()
            os.fsync(handle.fileno())
            if not HAS_LOCKS:  # an open file cannot be moved there; elsewhere the lock is held until it is
                handle.close()
            put(draft, target)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        if draft is not None:
            with suppress(OSError):
                draft.unlink()


class _TakenError(Exception):
    """A name that was to be new has a file."""


def _put_where_nothing_is(draft: Path, target: Path) -> None:
    """A second name for the draft, which the system refuses where there is one; its first name goes afterwards."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise _TakenError from None
    except OSError as error:  # a disk without second names
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        if os.path.lexists(target):
            raise _TakenError from None
        os.rename(draft, target)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Fill a hidden neighbour, and move it into place when all its files are there; one that stood there goes.

    What others laid into the old folder moves to the new one.

    Raises:
        RunError: if the disk is full or not writable; what was there before stays as it was.
    """
    claim = draft = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        sweep_drafts(target.parent)
        claim, handle = _open_draft(target)
        with handle:
            draft = claim.with_suffix(".part")
            draft.mkdir()
            yield draft
            _put_in_place(draft, target)
    except OSError as error:
        raise cannot_write(target, error) from error
    finally:
        for left in filter(None, (draft, claim)):
            _remove(left)


def _put_in_place(draft: Path, target: Path) -> None:
    """Move a folder to its name, and what was there out of the way first: two moves, each at once."""
    while True:
        old = target.with_name(f".{target.name[:_LETTERS]}.{os.getpid()}.{next(_numbers)}.part")
        with suppress(FileNotFoundError):
            os.rename(target, old)
        try:
            os.rename(draft, target)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):  # another was quicker: its folder goes, too
                _remove(old)
                continue
            with suppress(OSError):
                os.rename(old, target)
            raise
        if old.is_dir():
            for entry in old.iterdir():
                if not (target / entry.name).exists():
                    os.rename(entry, target / entry.name)
        _remove(old)
        return


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def write_whole(path: Path, text: str) -> None:
    """Write a text file in one step; folders above it are made. Raises RunError as ``whole_file`` does."""
    with whole_file(path) as handle:
        handle.write(text.encode())


def cannot_write(target: Path | str, error: OSError) -> RunError:
    """What to say of a file that could not be written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RunError(f"the disk is full: {target} was not written; what was finished before is safe")
    return RunError(f"{target} cannot be written: {error.strerror or error}")


def sweep_drafts(folder: Path) -> None:
    """Remove what killed writers left half written in a folder; the drafts of living ones are locked.

    The draft of a folder belongs to whom the draft of a file with the same number belongs to.
    """
    try:
        found = [entry for entry in os.scandir(folder) if _DRAFT.fullmatch(entry.name)]
    except OSError:
        return
    for entry in found:
        with suppress(OSError):
            if entry.is_dir(follow_symlinks=False) and _is_abandoned(Path(entry.path).with_suffix(".tmp")):
                shutil.rmtree(entry.path)
            elif entry.is_file(follow_symlinks=False) and _is_abandoned(Path(entry.path)):
                os.unlink(entry.path)


def _is_abandoned(draft: Path) -> bool:
    if not draft.exists():
        return True
    if not HAS_LOCKS:
        return draft.stat().st_mtime < time.time() - _ABANDONED_S
    with draft.open("rb") as handle:
        return hold(handle, wait=False)


def _open_draft(target: Path) -> tuple[Path, IO[bytes]]:
    """A new file beside the target that is locked, and still there once it is."""
    while True:
        draft = target.with_name(f".{target.name[:_LETTERS]}.{os.getpid()}.{next(_numbers)}.tmp")
        try:
            handle = draft.open("xb")
        except FileExistsError:  # of a process that is gone and had our number
            continue
        if hold(handle) and (not HAS_LOCKS or has_name(handle, draft)):
            return draft, handle
        handle.close()  # swept up by another between being made and being locked


def plain_json(value: Any) -> str:
    """Indented JSON of records and of what they hold; what is infinite or not a number becomes null."""
    return json.dumps(plain(value), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
