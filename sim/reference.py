"""Pages of the documentation that are made from the code: ``python -m sim.reference`` writes them all into ``docs``.

Each is a function that gives the text of one page; a test says when a page is out of date.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Iterator
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import AfterValidator, BaseModel, BeforeValidator
from pydantic.fields import FieldInfo

from sim.analysis.columns import REPLICATION
from sim.analysis.records import TABLES as STORED_TABLES
from sim.cli import manual
from sim.clock import exact_duration, parse_duration
from sim.network import parameters
from sim.network.geofolder import file_name
from sim.network.ranges import RangesFile
from sim.network.tables import TABLES, Row
from sim.network.world import resolve
from sim.scenario.faults import written
from sim.scenario.interventions import Intervention
from sim.scenario.load import load_scenario
from sim.scenario.schema import ScenarioFile
from sim.scenario.shapes import alternatives, dated_type, default_of, said_of
from sim.scenario.talks import Talk
from sim.scenario.values import LARGEST_NUMBER, LARGEST_WHOLE, LONGEST_TEXT, AtLeast, Dated, Draw
from sim.studies.calibrate.file import calibration_path
from sim.studies.calibrate.page import page as calibration_page
from sim.studies.calibrate.record import stored_record
from sim.studies.sweep.file import SweepFile

_PLAIN: dict[Any, str] = {
    int: "whole number",
    float: "number",
    str: "text",
    bool: "true or false",
    date: "date",
    time: "time of the day",
    Any: "any value",
    object: "any value",
}
#: Bounds that all numbers and texts have: said once, above the tables.
_COMMON = (LARGEST_NUMBER, -LARGEST_NUMBER, LARGEST_WHOLE, -LARGEST_WHOLE, LONGEST_TEXT)
#: Up to here thousands are not marked.
_LARGEST_YEAR = 9_999
_SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def geodata_fields() -> str:
    """``docs/geodata_fields.md``: every field of every table of a geodata folder."""
    lines = [
        "# Every field of the geodata",
        "",
        "Written by `make docs-reference` from the classes that read the files; do not edit.",
        "`corridor schema --geodata` prints the same as a JSON schema.",
        "The tables and what stands in them: [geodata](concepts/geodata.md).",
        "",
        *_reading(),
        "A unit in braces is that of another field of the row: `{unit}` is what its `unit` says.",
        "",
        *_table("Every row", Row, "What every row of every table has."),
    ]
    for table, row in TABLES.items():
        lines += _table(f"{table} ({file_name(table)})", row, but=Row)
    lines += _table("ranges (ranges.yaml)", RangesFile)
    return "\n".join([*lines, *_parts([*TABLES.values(), RangesFile])])


def scenario_fields() -> str:
    """``docs/scenario_fields.md``: every field of the files that a planner writes."""
    files: dict[str, tuple[type[BaseModel], str]] = {
        "A scenario": (ScenarioFile, "`scenarios/*.yaml`, or a file of your own."),
        "An intervention": (Intervention, "An entry of `interventions.yaml`, the catalogue beside the scenarios."),
        "A sweep": (SweepFile, "`scenarios/sweeps/*.yaml`, or a file of your own."),
        "A talk": (Talk, "An entry of `talks.yaml`."),
    }
    lines = [
        "# Every field of scenarios, interventions, sweeps and talks",
        "",
        "Written by `make docs-reference` from the classes that read the files; do not edit.",
        "`corridor schema` prints the JSON schema of scenarios.",
        "How to write one: [tutorial](tutorial.md), [scenarios](concepts/scenarios.md).",
        "",
        *_reading(),
    ]
    for title, (record, where) in files.items():
        lines += _table(title, record, where)
    return "\n".join([*lines, *_parts([record for record, _ in files.values()])])


def every_parameter() -> str:
    """``docs/parameters.md``: every number of the corridor's geodata."""
    return parameters.page(resolve(load_scenario("baseline_2024")))


#: File below ``docs`` -> what makes it.
def result_tables() -> str:
    """``docs/results.md``: every table that a run stores, and its columns."""
    lines = [
        "# Every table and column of a run",
        "",
        "Written by `make docs-reference` from the functions that make the tables; do not edit.",
        "A run lies in `results/<scenario>/<run id>/`, each table in a Parquet file of its name; what else is there",
        "and how it is read: [results](../results/README.md).",
        "What the numbers count: [accounting](concepts/accounting.md).",
        "",
        f"The first column of every table is `{REPLICATION.name}`, the {REPLICATION.meaning}. A unit `UTC` is a time;",
        "a unit in backticks is what that column says.",
        "",
    ]
    for name, table in STORED_TABLES.items():
        lines += [
            f"## {name}",
            "",
            f"One row for {table.rows}{f' ({table.note})' if table.note else ''}.",
            "",
            "| column | unit | meaning |",
            "|---|---|---|",
            *(
                f"| `{column.name}` | {column.unit or '–'} | {column.meaning.replace('|', chr(92) + '|')} |"
                for column in table.columns
            ),
            "",
        ]
    return "\n".join(lines)


def calibration() -> str:
    """``docs/calibration.md``: what the tables beside the calibration file say."""
    title, _, rest = calibration_page(stored_record(calibration_path())).markdown().partition("\n")
    told = (
        "Written by `make docs-reference` from the tables in `geodata/calibration`, which `make calibrate` makes; do not edit. "
        "What is done, and what it is not: [calibrated by ruling out](concepts/calibration.md)."
    )
    return f"{title}\n\n{told}\n{rest}"


PAGES: dict[str, Callable[[], str]] = {
    "calibration.md": calibration,
    "geodata_fields.md": geodata_fields,
    "scenario_fields.md": scenario_fields,
    "parameters.md": every_parameter,
    "results.md": result_tables,
    **manual.pages(),
}


def records(of: list[type[BaseModel]]) -> list[type[BaseModel]]:
    """Record classes and all that stand in their fields, each once; forms of values (dated, distributions) aside."""
    found: dict[type[BaseModel], None] = {}
    waiting = list(of)
    while waiting:
        record = waiting.pop(0)
        if record not in found:
            found[record] = None
            waiting += [inner for info in record.model_fields.values() for inner in _inner(info.annotation)]
    return list(found)


def _reading() -> list[str]:
    return [
        "A length of time carries its unit: `4 h`. A *dated* field takes one value or a list of steps,",
        "`[{value: 3}, {from: 2025-01-01, value: 4}]`. A length of time that may be random takes",
        "a [distribution](#draw). A field without a default must be given.",
        "No number is beyond 10^12, no whole number beyond 2^31 - 1, no text",
        f"longer than {LONGEST_TEXT:,} letters.",
        "",
    ]


def _table(title: str, record: type[BaseModel], about: str = "", but: type[BaseModel] | None = None) -> list[str]:
    known = but.model_fields if but is not None else {}
    about = about or inspect.cleandoc(record.__doc__ or "").replace("``", "`")
    lines = [
        f"## {title}",
        "",
        about,
        "",
        "| field | type | unit | meaning | default | bounds |",
        "|---|---|---|---|---|---|",
    ]
    lines += [_line(record, name, info) for name, info in record.model_fields.items() if name not in known]
    return [*lines, ""]


def _parts(of: list[type[BaseModel]]) -> list[str]:
    lines = ["# Parts of fields", ""]
    for record in records(of):
        if record not in of:
            lines += _table(record.__name__, record)
    return [*lines, *_table(Draw.__name__, Draw)]


def _line(record: type[BaseModel], name: str, info: FieldInfo) -> str:
    name = info.alias or name
    whole = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
    default = "" if info.is_required() else _default(default_of(record, (name,)))
    bounds = "; ".join(dict.fromkeys(_bounds(whole)))
    cells = (f"`{name}`", _type(whole), said_of(info, "unit") or "", info.description or "", default, bounds)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _default(value: Any) -> str:
    return (
        "left out" if value is None else "none" if value in ((), {}) else '""' if value == "" else f"`{written(value)}`"
    )


def _type(annotation: Any) -> str:
    """The form of a value in words: ``number, dated``, ``list of text``."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        is_time = any(isinstance(m, BeforeValidator) and m.func is parse_duration for m in args[1:])
        return "length of time" if is_time else _type(args[0])
    if origin in (Union, types.UnionType):
        return " or ".join(_type(part) for part in args if part is not type(None))
    if origin is Literal:
        return "one of " + ", ".join(f"`{value}`" for value in args) if len(args) > 1 else f"`{args[0]}`"
    if (inner := dated_type(annotation)) is not None:
        return f"{_type(inner)}, dated"
    if annotation is Draw:
        return "length of time or [distribution](#draw)"
    if origin is tuple:
        return f"list of {_type(args[0])}" if args[-1] is Ellipsis else f"{len(args)} values: {_type(args[0])} each"
    if origin is dict:
        return f"mapping to {_type(args[1])}"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    return _PLAIN[annotation]


def _bounds(annotation: Any) -> Iterator[str]:
    """Every bound that a field declares, those of its parts and dated values too."""
    if get_origin(annotation) is Annotated:
        for said in get_args(annotation)[1:]:
            yield from _bound(said)
        yield from _bounds(get_args(annotation)[0])
    elif isinstance(annotation, type) and issubclass(annotation, Dated):
        yield from _bounds(annotation.__pydantic_generic_metadata__["args"][0])  # with what binds the value
    elif get_origin(annotation) is not Literal:
        for part in get_args(annotation):
            yield from _bounds(part)


def _bound(said: Any) -> Iterator[str]:
    if isinstance(said, FieldInfo):
        for inner in said.metadata:
            yield from _bound(inner)
    elif isinstance(said, AfterValidator) and isinstance(said.func, AtLeast):
        yield f"≥ {exact_duration(said.func.shortest_s)}"
    elif isinstance(said, annotated_types.MinLen):
        yield f"length ≥ {said.min_length}"
    elif isinstance(said, annotated_types.MaxLen):
        if said.max_length not in _COMMON:
            yield f"length ≤ {said.max_length:,}"
    elif (pattern := getattr(said, "pattern", None)) is not None:
        yield f"`{pattern}`"
    else:
        for name, sign in _SIGNS.items():
            if (bound := getattr(said, name, None)) is not None and bound not in _COMMON:
                yield f"{sign} {bound:,}" if bound > _LARGEST_YEAR else f"{sign} {bound}"


def _inner(annotation: Any) -> Iterator[type[BaseModel]]:
    """Record classes that stand in a value of this type."""
    for plain in alternatives(annotation):
        inner = dated_type(plain)
        if inner is not None:
            yield from _inner(inner)
        elif isinstance(plain, type) and issubclass(plain, BaseModel):
            if plain is not Draw and not issubclass(plain, Dated):
                yield plain
        elif get_origin(plain) is not Literal:
            for part in get_args(plain):
                yield from _inner(part)


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        Path("docs", name).parent.mkdir(exist_ok=True)
        Path("docs", name).write_text(page().rstrip("\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
