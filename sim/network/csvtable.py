"""A CSV file with fixed columns, read line by line; what is wrong with a line is told with its number."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sim.errors import InputError, Problem
from sim.scenario.library import shown
from sim.scenario.yamlfile import read_text


class CsvLine(NamedTuple):
    """A line: its number in the file, and its cells by column, without blanks around them."""

    number: int
    cells: dict[str, str]


def read_lines(path: Path, columns: Sequence[str]) -> tuple[list[CsvLine], list[Problem]]:
    """Lines of a file with exactly these columns, and the problems of those that cannot be read.

    Raises:
        InputError: if the first line names other columns.
    """
    file = shown(path)
    reader = csv.reader(io.StringIO(read_text(path, file)), strict=True)
    lines: list[CsvLine] = []
    problems: list[Problem] = []
    try:
        if next(reader, []) != list(columns):
            raise InputError([Problem(f"columns should be {','.join(columns)}", file, 1)])
        for cells in reader:
            if len(cells) != len(columns):
                told = f"{len(cells)} cells; a line has {len(columns)}"
                problems.append(Problem(told, file, reader.line_num))
                continue
            lines.append(CsvLine(reader.line_num, dict(zip(columns, map(str.strip, cells), strict=True))))
    except csv.Error as error:
        problems.append(Problem(f"not valid CSV: {error}", file, reader.line_num))
    return lines, problems
