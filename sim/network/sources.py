"""The facts that rows cite: the lines of a geodata folder's ``sources.csv``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from sim.errors import Problem, nearest
from sim.network.csvtable import read_lines
from sim.scenario.library import shown
from sim.scenario.values import Grade

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
    lines, problems = read_lines(path, SOURCE_COLUMNS)
    facts: dict[str, SourceFact] = {}
    grades = get_args(Grade)
    for line, cells in lines:
        fact = SourceFact(**cells, file=file, line=line)
        if fact.id in facts:
            first = facts[fact.id].line
            problems.append(Problem(f"duplicate id {fact.id!r}, already given on line {first}", file, line))
        if fact.grade not in grades:
            message = f"{fact.id}: grade {fact.grade!r} is not allowed; allowed: {', '.join(grades)}"
            problems.append(Problem(message + nearest(fact.grade, grades), file, line))
        facts[fact.id] = fact
    return facts, sorted(problems, key=lambda problem: problem.line or 0)
