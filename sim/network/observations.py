"""Published outcomes as a table of cells: ``observations_roles.csv``, a line an observation.

Columns are ``OBSERVATION_COLUMNS``; an empty cell is left out. Lists are separated by spaces. The rows are those of
the table ``observed``, to which ``observed.yaml`` may add others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from sim.errors import Problem
from sim.network.csvtable import read_lines
from sim.scenario.library import shown

OBSERVATIONS_FILE = "observations_roles.csv"
#: Columns of the file, in order; all but id, first_month and last_month are fields of ``Observation``.
OBSERVATION_COLUMNS = (
    "id",
    "title",
    "quantity",
    "unit",
    "year",
    "first_month",
    "last_month",
    "value",
    "low",
    "high",
    "tolerance",
    "from_node",
    "to_node",
    "places",
    "flows",
    "direction",
    "cargo",
    "train_class",
    "counted",
    "role",
    "role_reason",
    "derived_from",
    "fitted_by",
    "differs",
    "earlier_base",
    "why_missed",
    "source",
    "grade",
    "note",
)
_LISTS = ("places", "flows", "derived_from", "fitted_by")
_WHOLE = ("year", "first_month", "last_month")
_NUMBERS = ("value", "low", "high", "tolerance", "earlier_base")
#: What no observation may lack: without it the figure cannot be read or believed.
NEEDED = ("id", "quantity", "unit", "year", "value", "role", "source", "grade")


class ObservationCells(NamedTuple):
    """A line of the file: id, fields as a row of ``observed`` has them, line number."""

    id: str
    value: Mapping[str, Any]
    line: int


def read_observations(path: Path) -> tuple[list[ObservationCells], list[Problem]]:
    """Lines of the file, and the problems of single lines. Raises ``InputError`` for a file that is no such table."""
    file = shown(path)
    lines, problems = read_lines(path, OBSERVATION_COLUMNS)
    rows: list[ObservationCells] = []
    first_line: dict[str, int] = {}
    for line, given in lines:
        faults = [*_faults(given)]
        if given["id"] in first_line:
            faults.append(f"duplicate id {given['id']!r}, already given on line {first_line[given['id']]}")
        first_line.setdefault(given["id"], line)
        problems += [Problem(f"observed.{given['id'] or '?'}: {fault}", file, line) for fault in faults]
        if not faults:
            rows.append(ObservationCells(given["id"], _value(given), line))
    return rows, sorted(problems, key=lambda problem: problem.line or 0)


def _faults(given: dict[str, str]) -> Iterator[str]:
    for name in NEEDED:
        if not given[name]:
            yield f"{name} is missing"
    if not (given["low"] or given["high"] or given["tolerance"]):
        yield "needs a range (low, high) or a tolerance"
    for name in (*_WHOLE, *_NUMBERS):
        try:
            _number(name, given[name])
        except ValueError:
            yield f"{name}: {given[name]!r} is not a {'whole number' if name in _WHOLE else 'number'}"
    if bool(given["first_month"]) != bool(given["last_month"]):
        yield "first_month and last_month come together, or neither"


def _number(name: str, text: str) -> float | int | None:
    if not text:
        return None
    return int(text) if name in _WHOLE else float(text)


def _value(given: dict[str, str]) -> dict[str, object]:
    row: dict[str, object] = {}
    for name, text in given.items():
        if not text or name in ("id", "first_month", "last_month"):
            continue
        if name in _LISTS:
            row[name] = text.split()
        else:
            row[name] = _number(name, text) if name in (*_WHOLE, *_NUMBERS) else text
    if given["first_month"]:
        row["months"] = [int(given["first_month"]), int(given["last_month"])]
    return row
