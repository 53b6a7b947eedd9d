"""The facts that rows cite: the lines of a geodata folder's ``sources.csv``."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from sim.errors import InputError, Problem, nearest
from sim.scenario.library import shown
from sim.scenario.values import Grade
from sim.scenario.yamlfile import read_text

SOURCES_FILE = "sources.csv"
SOURCE_COLUMNS = ("id", "quantity", "where", "low", "value", "high", "unit", "grade", "source", "note")


@dataclass(frozen=True)
class SourceFact:
    """A line of ``sources.csv``: a quantity with its range, unit, grade and origin, as text."""

    id: str
    quantity: str
    where: str
    low: str
    value: str
    high: str
    unit: str
    grade: str
    source: str
    note: str
    file: str = ""
    line: int | None = None


def read_sources(path: Path) -> tuple[dict[str, SourceFact], list[Problem]]:
    """Facts by id, and the problems of single lines. Raises ``InputError`` for a file that is no such table."""
    file = shown(path)
    reader = csv.reader(io.StringIO(read_text(path, file)), strict=True)
    facts: dict[str, SourceFact] = {}
    problems = []
    grades = get_args(Grade)
    try:
        header = next(reader, [])
        if tuple(header) != SOURCE_COLUMNS:
            raise InputError([Problem(f"columns should be {','.join(SOURCE_COLUMNS)}", file, 1)])
        for cells in reader:
            line = reader.line_num
            if len(cells) != len(SOURCE_COLUMNS):
                problems.append(Problem(f"{len(cells)} cells; a line has {len(SOURCE_COLUMNS)}", file, line))
                continue
            fact = SourceFact(**dict(zip(SOURCE_COLUMNS, map(str.strip, cells), strict=True)), file=file, line=line)
            if fact.id in facts:
                first = facts[fact.id].line
                problems.append(Problem(f"duplicate id {fact.id!r}, already given on line {first}", file, line))
            if fact.grade not in grades:
                message = f"{fact.id}: grade {fact.grade!r} is not allowed; allowed: {', '.join(grades)}"
                problems.append(Problem(message + nearest(fact.grade, grades), file, line))
            facts[fact.id] = fact
    except csv.Error as error:
        problems.append(Problem(f"not valid CSV: {error}", file, reader.line_num))
    return facts, problems
