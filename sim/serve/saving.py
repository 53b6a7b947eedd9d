"""A question written as a scenario file: what ``corridor run`` makes of it is, number for number, what the page shows.

That is not left to hope: the file is read again, and if its world is not the one that the page simulates it goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sim.errors import InputError, Problem, RunError
from sim.guide.beginning import new_path, refuse_parent_elsewhere
from sim.network.world import World
from sim.results.files import new_file, whole_file
from sim.runs.prepare import prepare
from sim.serve.bases import Base
from sim.serve.moved import Moved

#: What the page may call a scenario.
NAME = r"[a-z0-9_]{1,60}"


class TakenError(InputError):
    """A scenario file of the name is there; it may be written over if that is asked for."""


def save(base: Base, change: Moved, name: str, folder: Path, over: bool = False) -> Path:
    """Write the scenario that extends ``base`` with the changes of the page; returns its path.

    Args:
        name: small letters, digits and ``_``.
        folder: in which it is written: that in which the program was started.
        over: write over a scenario file that is there.

    Raises:
        InputError: a name that cannot be, of the library, or of the scenario itself; nothing is changed; TakenError for
            one that is there.
        RunError: the disk is full or not writable, or the file would not be the page's question.
    """
    if not re.fullmatch(NAME, name):
        raise InputError([Problem(f"{name[:60]!r} cannot be the name: allowed are a to z, 0 to 9 and _, at most 60")])
    if not change.values:
        raise InputError([Problem("nothing is changed: there is nothing to save")])
    path = folder / f"{name}.yaml"
    text = scenario_text(base.world, change, name)
    if path.is_file() and not path.is_symlink() and path.read_bytes() == text.encode():
        return path  # saved before
    if path.is_file() and not path.is_symlink() and not over:
        new_path(str(path), over=True)
        raise TakenError([Problem(f"{path.name} is there already")])
    new_path(str(path), over)
    if path.exists() and path.resolve() in {one.resolve() for one in base.world.scenario.chain}:
        raise InputError(
            [Problem(f"{path.name} is the scenario that is changed, or a parent of it; choose another name")]
        )
    refuse_parent_elsewhere(base.world.scenario, path)
    before = path.read_bytes() if path.exists() else None
    _write(path, text, over)
    try:
        if not _same(prepare(path).canonical(), prepare(base.name, change.texts).canonical()):
            raise RunError(f"{path.name} would not be what the page shows, so it was not kept; please report this")
    except (InputError, RunError):
        _restore(path, before)
        raise
    return path


def scenario_text(world: World, change: Moved, name: str) -> str:
    """The file."""
    return "".join(f"{line}\n" for line in _lines(world, change, name))


def _lines(world: World, change: Moved, name: str) -> Iterator[str]:
    parent = world.scenario
    yield f"# Written by the page of corridor serve: what differs from {parent.name}."
    yield "schema_version: 1"
    yield f"extends: {json.dumps(parent.name, ensure_ascii=False)}"
    yield f"title: {json.dumps(name.replace('_', ' '))}"
    used = {use.id for use in parent.interventions}
    off = [id_ for id_, holds in change.uses.items() if holds == "off" and id_ in used]
    on = [(id_, holds) for id_, holds in change.uses.items() if holds != "off" and not (holds == "on" and id_ in used)]
    if off:
        yield f"without: [{', '.join(map(json.dumps, off))}]"
    if on:
        yield "interventions:"
        for id_, holds in on:
            yield f"  - {json.dumps(id_)}" if holds == "on" else f"  - {{id: {json.dumps(id_)}, at: {_day(holds)}}}"
    if change.settings:
        yield "set:"
        yield from (f"  {key}: {value}" for key, value in change.settings.items())


def _day(text: str) -> str:
    return date.fromisoformat(text).isoformat()


def _write(path: Path, text: str, over: bool) -> None:
    if over:
        with whole_file(path) as handle:
            handle.write(text.encode())
        return
    try:
        with new_file(path) as handle:
            handle.write(text.encode())
    except FileExistsError:
        raise TakenError([Problem(f"{path.name} is there already")]) from None


def _restore(path: Path, before: bytes | None) -> None:
    if before is None:
        path.unlink(missing_ok=True)
        return
    with whole_file(path) as handle:
        handle.write(before)


def _same(one: object, other: object) -> bool:
    return json.dumps(one, sort_keys=True, default=str) == json.dumps(other, sort_keys=True, default=str)
