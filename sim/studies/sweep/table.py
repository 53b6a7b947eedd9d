"""A design by a table: a CSV file with a column for each factor and a line for each point.

The first line names the factors by their keys; a cell is written as ``--set`` would have it, and an empty one leaves
the parameter as it stands.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from sim.errors import InputError, Problem
from sim.scenario.faults import show
from sim.scenario.library import shown
from sim.scenario.yamlfile import parse_yaml, read_text
from sim.studies.sweep.factors import Factor, Value


def read_table(path: Path, most_points: int) -> tuple[list[Factor], list[dict[str, Value]]]:
    """Factors and points of a table. Raises InputError with all faults of the file, each at its line."""
    file = shown(path)
    text = read_text(path, file)
    problems: list[Problem] = []
    rows = _rows(text, file, problems)
    if not rows:
        raise InputError(problems or [Problem("is empty; the first line names the factors", file)])
    head = [name.strip() for name in rows[0][1]]
    for place, name in enumerate(head):
        if not name:
            problems.append(Problem(f"column {place + 1} has no name; write the key of a parameter", file, rows[0][0]))
        elif name in head[:place]:
            problems.append(Problem(f"column {name!r} is there twice", file, rows[0][0]))
    if len(head) == 1 and ";" in head[0]:
        problems.append(Problem("columns are parted by commas, not by semicolons", file, rows[0][0]))
    points: list[dict[str, Value]] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, cells in rows[1:]:
        own = tuple(cell.strip() for cell in cells)
        if len(cells) != len(head):
            problems.append(Problem(f"{len(cells)} cells, but {len(head)} columns", file, line))
        elif own in seen:
            problems.append(Problem(f"the same point as in line {seen[own]}", file, line))
        else:
            seen[own] = line
            points.append(
                {name: _value(cell, name, file, line, problems) for name, cell in zip(head, own, strict=True) if cell}
            )
    if len(rows) == 1:
        problems.append(Problem("has no point: the first line names the factors, each further one is a point", file, 1))
    if len(points) > most_points:
        told = f"{len(points):,} points, over the limit of {most_points:,}; give fewer, or a larger most_points"
        problems.append(Problem(told, file))
    if problems:
        raise InputError(problems)
    return [Factor(name, tuple(_values(points, name))) for name in head], points


def _rows(text: str, file: str, problems: list[Problem]) -> list[tuple[int, list[str]]]:
    """Lines with something in them and their numbers."""
    reader, found = csv.reader(io.StringIO(text, newline=""), strict=True), []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((reader.line_num, cells))
    except csv.Error as error:
        problems.append(Problem(f"is no CSV table: {error}", file, reader.line_num))
    return found


def _value(cell: str, name: str, file: str, line: int, problems: list[Problem]) -> Value:
    try:
        value = parse_yaml(cell, file).value
    except InputError as error:
        problems += [Problem(f"{name}: {p.message}", file, line) for p in error.problems]
        return cell
    if value is None or isinstance(value, (dict, list)):
        problems.append(Problem(f"{name}: {show(cell)} is not one value", file, line))
        return cell
    return value


def _values(points: list[dict[str, Value]], name: str) -> list[Value]:
    return list({str(point[name]): point[name] for point in points if name in point}.values())
