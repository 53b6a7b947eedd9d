"""Pages that are made from the code are current, and each field of an input file says what it is."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import jsonschema
import pytest
from pydantic import BaseModel

from sim import reference
from sim.network.geofolder import read_geodata
from sim.network.jsonschema import geodata_schema
from sim.network.ranges import RangesFile
from sim.network.tables import TABLES
from sim.scenario.interventions import Intervention
from sim.scenario.schema import ScenarioFile
from sim.scenario.shapes import alternatives, dated_type, field_at, said_of
from sim.scenario.talks import Talk
from sim.scenario.values import Draw, Step
from sim.studies.sweep.file import SweepFile

ROOT = Path(__file__).parents[1]
FILES = [*TABLES.values(), RangesFile, ScenarioFile, Intervention, Talk, SweepFile]
FIELDS = [(record, name) for record in [*reference.records(FILES), Draw, Step] for name in record.model_fields]


@pytest.mark.parametrize("name", reference.PAGES)
def test_a_page_is_current(name):
    assert (ROOT / "docs" / name).read_text("utf-8").rstrip() == reference.PAGES[name]().rstrip(), "make docs-reference"


def numbers(annotation: Any) -> bool:
    """Whether a value of this type may hold a number or a length of time of its own, outside of records."""
    for plain in alternatives(annotation):
        inner = dated_type(plain)
        if inner is not None:
            if numbers(inner):
                return True
        elif plain in (int, float, Draw):
            return True
        elif get_origin(plain) is Literal:
            if any(isinstance(value, int) and not isinstance(value, bool) for value in get_args(plain)):
                return True
        elif not (isinstance(plain, type) and issubclass(plain, BaseModel)) and any(map(numbers, get_args(plain))):
            return True
    return False


def test_each_field_says_what_it_means():
    assert len(FIELDS) > 200
    bare = [f"{r.__name__}.{n}" for r, n in FIELDS if len((r.model_fields[n].description or "").split()) < 1]
    assert bare == []
    assert [f"{r.__name__}.{n}" for r, n in FIELDS if r.model_fields[n].description[-1] not in ".?"] == []


def test_each_number_says_its_unit_and_nothing_else_does():
    for record, name in FIELDS:
        info = record.model_fields[name]
        assert (said_of(info, "unit") is not None) == numbers(info.annotation), f"{record.__name__}.{name}"


def test_a_unit_that_another_field_states_is_one_of_the_row():
    for record, name in FIELDS:
        unit = said_of(record.model_fields[name], "unit") or ""
        if "{" in unit:
            assert unit[unit.index("{") + 1 : unit.index("}")] in record.model_fields, (record, name)


def test_words_of_a_field_name_its_unit():
    """Where the words for pictures state a unit, it is that of the field."""
    stated = {
        name: (said_of(r.model_fields[name], "words"), said_of(r.model_fields[name], "unit")) for r, name in FIELDS
    }
    ends = {n: w.rsplit(", ", 1)[1].replace(" a year", "/yr") for n, (w, _) in stated.items() if w and ", " in w}
    assert ends
    assert {name: stated[name][1] for name in ends} == ends


def test_the_field_of_a_part_is_found_through_lists_mappings_and_dates():
    services = TABLES["services"]
    assert said_of(field_at(services, ("rotation", 0, "cranes_per_vessel")), "unit") == "cranes"
    assert said_of(field_at(TABLES["facilities"], ("outages", "down", "mean")), "unit") == "as written"
    assert said_of(field_at(TABLES["fleets"], ("limits", "teu")), "unit") == "by key"
    assert said_of(field_at(TABLES["processes"], ("duration", "cv")), "unit") == "ratio"
    assert field_at(services, ("no_such_field",)) is None


def test_every_row_of_the_geodata_fits_the_schema_and_wrong_ones_do_not():
    schema = geodata_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    raw, problems = read_geodata(ROOT / "geodata")
    assert problems == []
    tables: dict[str, Any] = {
        table: {id_: row.value for id_, row in rows.items()} for table, rows in raw.tables.items()
    }
    kinds: dict[str, Any] = {}
    for id_, row in tables["barriers"].items():
        kind, where = id_.split(".")
        kinds.setdefault(kind, {})[where] = row
    written = json.loads(json.dumps(tables | {"barriers": kinds}, default=date.isoformat))
    judge = jsonschema.Draft202012Validator(schema)
    judge.validate(written)
    link = next(iter(written["links"].values()))
    process = next(iter(written["processes"].values()))
    for row, wrong in [
        (link, {"length_km": 0}),
        (link, {"length_km": [{"value": "far"}]}),
        (link, {"colour": "red"}),
        (process, {"duration": "4 parsecs"}),
        (process, {"duration": 4}),
        (process, {"share": 1.5}),
    ]:
        before = dict(row)
        row |= wrong
        assert not judge.is_valid(written), wrong
        row.clear()
        row |= before
    assert judge.is_valid(written)


def test_defaults_of_the_schema_are_written_as_in_a_file():
    found = geodata_schema()["$defs"]
    assert found["Flow"]["properties"]["formation_wait"]["default"] == "1 d"
    assert found["Call"]["properties"]["mooring"]["default"] == "0 s"
    assert found["Link"]["properties"]["in_service"]["default"] is True
    assert found["Call"]["properties"]["cranes_per_vessel"]["default"] == 1
