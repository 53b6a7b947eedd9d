"""A scenario file to begin with: what must stand in it, and the rest as comments whose examples hold for its parent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import InputError, Problem
from sim.results.files import new_file
from sim.scenario.filenames import folder_fault
from sim.scenario.interventions import read_catalogue
from sim.scenario.library import CATALOGUE_FILE, NOT_CARRIED_FILE, TALKS_FILE, geodata_dir, scenario_paths, shown
from sim.scenario.schema import LONGEST_NAME_BYTES, NAME_PATTERN

if TYPE_CHECKING:
    from sim.network.world import World
    from sim.scenario.load import Scenario

_ENDINGS = (".yaml", ".yml")
_RESERVED = tuple(Path(name).stem for name in (CATALOGUE_FILE, NOT_CARRIED_FILE, TALKS_FILE))


def new_path(name: str, over: bool = False) -> Path:
    """Where the file of a new scenario is to lie: ``NAME.yaml`` here, or in the folder that the name has before it.

    Args:
        over: a file may lie there already; it is to be written over.

    Raises:
        InputError: the name cannot be that of a scenario, one of the library has it, its folder is missing, or
            something lies there already.
    """
    given = Path(name)
    stem = given.name.removesuffix(given.suffix) if given.suffix.lower() in _ENDINGS else given.name
    fault = folder_fault(stem) or _name_fault(stem)
    if fault:
        raise InputError([Problem(f"{name[:60]!r} cannot be the name of a scenario: {fault}")])
    if stem in scenario_paths():
        raise InputError([Problem(f"{stem!r} is the name of a scenario of the library; choose another")])
    path = given.with_name(f"{stem}.yaml")
    if not path.parent.is_dir():
        raise InputError([Problem(f"there is no folder {path.parent}; make it first, or leave it out")])
    if path.is_symlink() or (path.exists() and not (over and path.is_file())):
        raise InputError([Problem(f"{path} is there already and stays as it is; choose another name")])
    return path


def begin(path: Path, world: World) -> None:
    """Write a commented scenario that extends that of ``world``. Never overwrites.

    Raises:
        InputError: the parent is a file that a scenario there cannot name, or ``path`` is taken meanwhile.
        RunError: the disk is full or not writable.
    """
    refuse_parent_elsewhere(world.scenario, path)
    try:
        with new_file(path) as handle:
            handle.write("".join(f"{line}\n" for line in _lines(path, world)).encode())
    except FileExistsError:
        raise InputError([Problem(f"{path} is there already and stays as it is; choose another name")]) from None


def refuse_parent_elsewhere(parent: Scenario, path: Path) -> None:
    """Raise InputError if a scenario file at ``path`` cannot extend ``parent``: neither of the library nor beside it."""
    beside = parent.path.parent.resolve() == path.parent.resolve()
    if not beside and scenario_paths().get(parent.name, Path()).resolve() != parent.path.resolve():
        where = f"{shown(parent.path)} lies in another folder, where {path} cannot extend it"
        instead = parent.path.parent / path.name
        raise InputError([Problem(f"{where}; put the new file beside it: {instead}")])


def _name_fault(stem: str) -> str:
    if stem in _RESERVED:
        return "the program keeps it for files that are no scenarios"
    if len(stem.encode(errors="replace")) > LONGEST_NAME_BYTES:
        return f"it is longer than {LONGEST_NAME_BYTES} bytes"
    return "" if re.fullmatch(NAME_PATTERN, stem) else "a letter such as * ? \" < > | : cannot stand in a file's name"


def _lines(path: Path, world: World) -> Iterator[str]:
    parent = world.scenario
    file = str(path) if path.parent != Path() else f"./{path}"
    yield "# A scenario: what differs from its parent. Lines that begin with # are comments; take the mark away to use one."
    yield f'#   corridor check "{file}"             what it changes, and what that comes to'
    yield f'#   corridor run "{file}"               run it'
    yield f'#   corridor compare {parent.name} "{file}"   the difference that it makes'
    yield "schema_version: 1"
    yield f"extends: {json.dumps(parent.name, ensure_ascii=False)}"
    yield f"title: {json.dumps(path.stem.replace('_', ' '), ensure_ascii=False)}"
    yield "#question: What do you want to know?"
    yield ""
    yield "# The days that are reported; the run begins earlier and ends later by itself."
    yield f"#period: {{start: {parent.period_start}, end: {parent.period_end}}}"
    yield f"#replications: {parent.replications}"
    yield f"#seed: {parent.seed}"
    yield f"#primary_kpi: {parent.primary_kpi or 'transit_p50 of corridor'}  # the one that answers: corridor list --indicators"
    if intervention := _intervention(world):
        yield ""
        yield "# What others have published or proposed: corridor list --interventions"
        yield f"#interventions: [{intervention}]"
    examples = list(_examples(world))
    if examples:
        yield ""
        yield "# Your own numbers. The keys: corridor find WORDS; what is behind one: corridor explain KEY"
        yield "#set:"
        yield from (f"#  {example}" for example in examples)


def _examples(world: World) -> Iterator[str]:
    """One of each form that a change may have, on parameters that the network has."""
    fleet = next(iter(world.fleets), None)
    begin = world.scenario.period_start
    if fleet:
        yield f"fleets.{fleet}.count: {{add: 1}}  # one more than holds"
    berth = next((name for name, row in world.facilities.items() if row.kind == "berth"), None)
    if berth:
        yield f"facilities.{berth}.capacity: [{{from: {begin}, add: 1}}]  # from a day on"
    process = next(iter(world.processes), None)
    if process:
        yield f"processes.{process}.duration: {{scale: 0.5}}  # half of what holds"
    link = next(iter(world.links), None)
    if link:
        yield f"links.{link}.length_km: {world.links[link].length_km.steps[-1].value:g}  # a value of your own"


def _intervention(world: World) -> str:
    """One of the catalogue that is written for the corridor's own network; empty for another network."""
    if world.scenario.geodata_dir.resolve() != geodata_dir().resolve():
        return ""
    used = {use.id for use in world.scenario.interventions}
    return next(
        (
            name
            for name, entry in read_catalogue(world.scenario.path.parent).items()
            if entry.intervention.effect == "changes" and entry.intervention.kind == "capacity" and name not in used
        ),
        "",
    )
