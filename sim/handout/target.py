"""Where an answer is written: a file of the user's own choice, which is never written over unless that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.errors import InputError, Problem
from sim.results.files import new_file, whole_file
from sim.scenario.filenames import folder_fault


def target_path(text: str, endings: Sequence[str], force: bool) -> Path:
    """The path that was asked for, checked before any work is done.

    Raises InputError: no file's name, another ending, a folder that is missing, or something is there already.
    """
    path = Path(text)
    fault = folder_fault(path.name)
    if fault:
        raise InputError([Problem(f"{text[:60]!r} cannot be the name of a file: {fault}")])
    if path.suffix.lower() not in endings:
        raise InputError([Problem(f"{path.name!r}: the name of the file ends in {' or '.join(endings)}")])
    if path.is_dir():
        raise InputError([Problem(f"{path} is a folder; name a file in it")])
    if not path.parent.is_dir():
        raise InputError([Problem(f"there is no folder {path.parent}; make it first")])
    if not force and (path.exists() or path.is_symlink()):
        raise InputError([_taken(path)])
    return path


def write_target(path: Path, content: bytes, force: bool) -> None:
    """Write the file whole or not at all. Raises InputError if it came meanwhile, RunError if the disk is full."""
    if force:
        with whole_file(path) as handle:
            handle.write(content)
        return
    try:
        with new_file(path) as handle:
            handle.write(content)
    except FileExistsError:
        raise InputError([_taken(path)]) from None


def _taken(path: Path) -> Problem:
    return Problem(f"{path} is there already and stays as it is; --force writes over it")
