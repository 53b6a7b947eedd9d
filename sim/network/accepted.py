"""The table of accepted sets of a geodata folder: inputs that a calibration has not ruled out, a line a set.

Columns are ``set``, ``model`` (what the model was of which they are sets), ``implausibility``, and one for each entry of
``ranges.yaml`` that is moved, with its factor.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sim.errors import InputError, Problem, nearest
from sim.network.csvtable import CsvLine, read_lines
from sim.network.moved import Movable
from sim.scenario.library import shown
from sim.scenario.yamlfile import read_text

CALIBRATION_FOLDER, ACCEPTED_FILE = "calibration", "accepted_sets.csv"
ABOUT = ("set", "model", "implausibility")


@dataclass(frozen=True)
class AcceptedSet:
    """Entries of ``ranges.yaml`` with their factors; ``line`` of the table."""

    number: int
    factors: dict[str, float]
    line: int


@dataclass(frozen=True)
class AcceptedSets:
    """A table of accepted sets; ``model`` is the digest of the model that they were accepted with."""

    file: str
    model: str
    sets: tuple[AcceptedSet, ...]


def accepted_path(geodata: Path) -> Path:
    """Where the table of a geodata folder stands."""
    return geodata / CALIBRATION_FOLDER / ACCEPTED_FILE


def read_accepted(geodata: Path, what: Movable) -> AcceptedSets:
    """Read the table of a geodata folder.

    Args:
        what: what may be moved, and how far (``sim.network.moved``).

    Raises InputError with every fault: no table, columns that are no entries, factors outside their evidence.
    """
    path = accepted_path(geodata)
    file = shown(path)
    if not path.is_file():
        raise InputError([Problem("there are no accepted sets; 'corridor calibrate' makes them", file)])
    first = read_text(path, file).partition("\n")[0].strip()
    columns = tuple(name.strip() for name in first.split(","))
    faults = list(_of_columns(columns, what))
    if faults:
        raise InputError([Problem(fault, file, 1) for fault in faults])
    lines, problems = read_lines(path, columns)
    sets = []
    model = lines[0].cells["model"] if lines else ""
    for line in lines:
        own = list(_of_line(line, columns, model, what))
        problems += [Problem(fault, file, line.number) for fault in own]
        if not own:
            factors = {name: float(line.cells[name]) for name in columns[len(ABOUT) :]}
            sets.append(AcceptedSet(int(line.cells["set"]), factors, line.number))
    problems += [
        Problem(f"set {one.number} is given twice", file, one.line)
        for k, one in enumerate(sets)
        if one.number in {other.number for other in sets[:k]}
    ]
    if not lines and not problems:
        problems = [Problem("has no sets", file, 1)]
    if problems:
        raise InputError(sorted(problems, key=lambda problem: problem.line or 0))
    return AcceptedSets(file, model, tuple(sets))


def _of_columns(columns: tuple[str, ...], what: Movable) -> Iterator[str]:
    if columns[: len(ABOUT)] != ABOUT or len(columns) == len(ABOUT):
        yield f"columns should be {','.join(ABOUT)}, and entries of ranges.yaml"
        return
    for place, name in enumerate(columns[len(ABOUT) :], start=len(ABOUT)):
        if name not in what:
            yield f"{name!r} is no entry of ranges.yaml{nearest(name, what)}"
        elif name in columns[:place]:
            yield f"column {name!r} is given twice"


def _of_line(line: CsvLine, columns: tuple[str, ...], model: str, what: Movable) -> Iterator[str]:
    cells = line.cells
    if not cells["set"].isdecimal() or not cells["set"].isascii():
        yield f"set: {cells['set']!r} is not a whole number"
    if not cells["model"]:
        yield "model: says nothing; it should be the digest of the model that the set was accepted with"
    elif cells["model"] != model:
        yield f"model: {cells['model']!r} is another model's than that of the first line, {model!r}"
    for name in ("implausibility", *columns[len(ABOUT) :]):
        try:
            value = float(cells[name])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            yield f"{name}: {cells[name]!r} is not a number"
        elif name in what:
            low, high = max(one.low for one in what[name]), min(one.high for one in what[name])
            if not low * (1 - 1e-5) <= value <= high * (1 + 1e-5):  # six digits are written
                yield f"{name}: {value:g} leaves its evidence, {low:g} to {high:g}"
        elif value < 0:
            yield f"{name}: {value:g} is below 0"
