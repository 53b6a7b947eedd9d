"""A table of a scenario as a workbook to be edited, and what was edited as a scenario that extends it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from sim.errors import InputError, Problem, nearest
from sim.guide.beginning import new_path, refuse_parent_elsewhere
from sim.handout.sheet import Cell, Sheet
from sim.handout.table_cells import EVIDENCE, HEAD_ROWS, TableCells, table_cells
from sim.handout.target import target_path, write_target
from sim.handout.workbook import workbook_bytes
from sim.runs.prepare import prepare
from sim.scenario.faults import written
from sim.scenario.library import scenario_paths, shown
from sim.scenario.yamlfile import parse_yaml

FORMAT = "corridor table 1"
_READ_ME = "Read me"
_NOT_READ = " (not read)"
#: A larger file is none that this program wrote.
_LARGEST_BYTES = 50_000_000
#: Letters of a value that a comment shows.
_LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Edit:
    """A cell that differs from what the scenario has."""

    key: str
    cell: str
    before: Cell
    yaml: str  #: the new value on one line


def write_table(table: str, target: str, scenario: str, force: bool = False) -> Path:
    """Write a table of a scenario to ``target``, a workbook.

    Raises:
        InputError: an unknown table or scenario, or the target cannot be, or is there already.
        RunError: the disk is full or not writable.
    """
    path = target_path(target, (".xlsx",), force)
    world = prepare(scenario)
    cells = table_cells(world, table)
    name = world.scenario.name if scenario in scenario_paths() else scenario
    sheets = [_sheet(cells), _read_me(cells, name, world.scenario.title)]
    write_target(path, workbook_bytes(sheets, datetime(2000, 1, 1)), force)
    return path


def scenario_of(file: str, name: str = "") -> tuple[Path, int]:
    """Write what was edited in a workbook of ``write_table`` as a scenario; returns its file and how many values differ.

    Args:
        file: the workbook.
        name: the scenario's name or path; empty: that of the workbook.

    Raises:
        InputError: with sheet and cell of everything that is wrong, no workbook of that kind, nothing edited, or the
            scenario's file is there already.
        RunError: the disk is full or not writable.
    """
    source = Path(file)
    pages = _read(source)
    told = _told(pages, source)
    world = prepare(told["scenario"])
    cells = table_cells(world, told["table"])
    if cells.digest != told["digest"]:
        raise _wrong(source, f"{told['scenario']} has changed since this table was written; write the table again")
    path = new_path(name or str(source.with_suffix("")))
    refuse_parent_elsewhere(world.scenario, path)
    edits = list(_edits(pages[cells.table], cells, source))
    if not edits:
        raise _wrong(source, "nothing was edited: every value is that of the scenario")
    _check(told["scenario"], edits, source)
    lines = _lines(source, path, told["scenario"], world.scenario.name, edits)
    write_target(path, "".join(f"{line}\n" for line in lines).encode(), force=False)
    return path, len(edits)


def _sheet(cells: TableCells) -> Sheet:
    head = ("id", *cells.fields, *(f"{name}{_NOT_READ}" for name in EVIDENCE))
    blank = [None] * len(EVIDENCE)
    rows: list[list[Cell]] = [["meaning", *cells.meanings, *blank], ["allowed", *cells.allowed, *blank]]
    for id_, row in cells.values.items():
        own = cells.evidence[id_]
        rows.append([id_, *(row[name] for name in cells.fields), *(own[name] for name in EVIDENCE)])
    return Sheet(cells.table, head, rows)


def _read_me(cells: TableCells, scenario: str, title: str) -> Sheet:
    rows = [("format", FORMAT), ("scenario", scenario), ("table", cells.table), ("digest", cells.digest), ("of", title)]
    notes = (
        f"Edit cells of the sheet {cells.table}; then: corridor scenario THIS.xlsx writes a scenario with what differs.",
        "An id or the name of a field stays as it is; source, grade and note are shown and not read.",
        "A list or a dated value is written as in YAML: [{value: 3}, {from: 2025-01-01, value: 4}]",
    )
    return Sheet(_READ_ME, ("", "value"), rows, notes)


def _wrong(source: Path, message: str) -> InputError:
    return InputError([Problem(message, shown(source))])


def _read(source: Path) -> dict[str, list[list[Any]]]:
    """The cells of each sheet; of a formula what it came to when it was saved."""
    if source.suffix.lower() != ".xlsx":
        raise _wrong(source, "is no workbook; allowed: a file that corridor table wrote, saved as .xlsx")
    try:
        if source.stat().st_size > _LARGEST_BYTES:
            raise _wrong(source, "is larger than any table of this program")
        formulas, values = load_workbook(source), load_workbook(source, data_only=True)
    except OSError as error:
        raise _wrong(source, f"cannot be read: {error.strerror or error}") from None
    except InputError:
        raise
    except Exception:  # the library raises whatever its parsers meet in a damaged file
        raise _wrong(source, "is damaged, or no workbook") from None
    pages: dict[str, list[list[Any]]] = {}
    problems = []
    for page in formulas.worksheets:
        known = values[page.title]
        pages[page.title] = [[cell.value for cell in row] for row in known.iter_rows()]
        for row in page.iter_rows():
            for cell in row:
                if cell.data_type == "f" and known[cell.coordinate].value is None:
                    told = "a formula that was not computed; save it in a spreadsheet, or write its value"
                    problems.append(Problem(f"{page.title}!{cell.coordinate}: {told}", shown(source)))
    if problems:
        raise InputError(problems)
    return pages


def _told(pages: Mapping[str, list[list[Any]]], source: Path) -> dict[str, str]:
    found = {str(row[0]): str(row[1]) for row in pages.get(_READ_ME, []) if len(row) > 1 and row[0] and row[1]}
    if found.get("format") != FORMAT or not {"scenario", "table", "digest"} <= set(found):
        raise _wrong(
            source, f"is no table of a scenario: its sheet {_READ_ME!r} does not say so; corridor table writes one"
        )
    if found["table"] not in pages:
        raise _wrong(source, f"the sheet {found['table']!r} is missing")
    return found


def _edits(page: list[list[Any]], cells: TableCells, source: Path) -> Iterator[Edit]:
    """What differs, in the order of the sheet. Raises InputError with every cell that cannot be read."""
    problems: list[Problem] = []
    found: list[Edit] = []

    def fault(message: str, line: int, column: int = 0) -> None:
        where = f"{cells.table}!{get_column_letter(column + 1)}{line}"
        problems.append(Problem(f"{where}: {message}", shown(source)))

    head = [str(name or "") for name in (page[0] if page else [])]
    columns = {name: column for column, name in enumerate(head) if name}
    for column, name in enumerate(head):
        if column and name and name not in cells.fields and not name.endswith(_NOT_READ):
            fault(f"{name[:40]!r} is not a field{nearest(name[:40], cells.fields)}", 1, column)
    for name in cells.fields:
        if name not in columns:
            fault(f"the column {name!r} is missing", 1)
    seen: dict[str, int] = {}
    for line, row in enumerate(page[HEAD_ROWS:], start=HEAD_ROWS + 1):
        id_ = str(row[0]).strip() if row and row[0] is not None else ""
        if not id_ and all(cell is None for cell in row):
            continue
        if id_ not in cells.values:
            fault(
                f"{id_[:40]!r} is no row of this table{nearest(id_[:40], cells.values)}; a new one is written under set:",
                line,
            )
            continue
        if id_ in seen:
            fault(f"{id_!r} stands in line {seen[id_]} already", line)
        seen[id_] = line
        for name, column in columns.items():
            if name not in cells.fields:
                continue
            before, after = cells.values[id_][name], row[column] if column < len(row) else None
            if _same(before, after):
                continue
            where = f"{cells.table}!{get_column_letter(column + 1)}{line}"
            if after is None:
                fault(f"is empty and was {str(before)[:40]}; write a value", line, column)
                continue
            found.append(Edit(f"{cells.table}.{id_}.{name}", where, before, _yaml(after)))
    problems += [
        Problem(f"{cells.table}: the row {id_!r} is missing; a row cannot be taken away", shown(source))
        for id_ in cells.values
        if id_ not in seen
    ]
    if problems:
        raise InputError(problems)
    yield from found


def _same(before: Cell, after: Any) -> bool:
    if isinstance(before, (int, float)) and isinstance(after, (int, float)) and not isinstance(after, bool):
        return f"{before:.16G}" == f"{after:.16G}"
    if isinstance(before, str) and isinstance(after, str):
        return before.strip() == after.strip()
    return before is None and (after is None or after == "")


def _yaml(value: Any) -> str:
    """A cell as YAML on one line: a list or mapping as it is written, words as a text, dates as days."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if not isinstance(value, str):
        return written(value)
    text = " ".join(value.split())
    try:
        plain = parse_yaml(text, "").value
    except InputError:
        plain = text
    if text[:1] in "[{" or not isinstance(plain, (str, dict, list)):
        return text
    return json.dumps(text, ensure_ascii=False)


def _check(scenario: str, edits: list[Edit], source: Path) -> None:
    """Raise InputError with sheet and cell of every value that the scenario cannot have."""
    cited = {f"--set {edit.key}={edit.yaml}": edit for edit in edits}
    try:
        prepare(scenario, [f"{edit.key}={edit.yaml}" for edit in edits])
    except InputError as error:
        problems = []
        for problem in error.problems:
            edit = cited.get(problem.file)
            where = f"{edit.cell}: " if edit else ""
            problems.append(Problem(f"{where}{problem.message}", shown(source)))
        raise InputError(problems) from None


def _lines(source: Path, path: Path, scenario: str, name: str, edits: list[Edit]) -> Iterator[str]:
    yield f"# What was edited in {' '.join(source.name.split())}, a table of {scenario}."
    yield "# Behind each value stand its cell and what was there."
    yield "schema_version: 1"
    yield f"extends: {json.dumps(name, ensure_ascii=False)}"
    yield f"title: {json.dumps(path.stem.replace('_', ' '), ensure_ascii=False)}"
    yield "set:"
    for edit in edits:
        before = "empty" if edit.before is None else " ".join(written(edit.before).split())
        yield f"  {edit.key}: {edit.yaml}  # {edit.cell}, was {before[:_LONGEST_SHOWN]}"
