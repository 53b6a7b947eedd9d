"""The library's own catalogue: complete, sourced, and every entry fits the corridor's geodata."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from sim.network.apply import apply_change
from sim.network.geofolder import RawGeodata, RawRow, read_geodata
from sim.network.tables import TABLES
from sim.scenario.interventions import CatalogueEntry, read_catalogue
from sim.scenario.library import geodata_dir, scenarios_dir

CATALOGUE = read_catalogue(scenarios_dir())
RAW, _ = read_geodata(geodata_dir())


def with_changes() -> Iterator[CatalogueEntry]:
    return (entry for entry in CATALOGUE.values() if entry.intervention.changes)


def applied(entry: CatalogueEntry) -> RawGeodata:
    """The geodata with one entry's changes, on copies of the rows that they touch."""
    tables = {table: dict(rows) for table, rows in RAW.tables.items()}
    geodata = copy.copy(RAW)
    object.__setattr__(geodata, "tables", tables)
    copied = set()
    for change in entry.changes(None):
        table, *rest = change.key.split(".")
        row = ".".join(rest[: 2 if table == "barriers" else 1])
        if row in tables[table] and (table, row) not in copied:
            old = tables[table][row]
            tables[table][row] = RawRow(copy.deepcopy(old.value), old.file, old.lines)
        copied.add((table, row))
        apply_change(geodata, change)
    for table, row in copied:
        TABLES[table].model_validate(tables[table][row].value)
    return geodata


@pytest.mark.parametrize("entry", list(with_changes()), ids=lambda entry: entry.id)
def test_every_change_finds_its_parameter(entry):
    try:
        applied(entry)
    except (ValueError, ValidationError) as error:
        pytest.fail(f"{entry.id}: {error}")


def test_five_kinds_and_all_talks_stand_in_it():
    items = [entry.intervention for entry in CATALOGUE.values()]
    assert {item.kind for item in items} == {"capacity", "barrier", "service", "demand", "disruption"}
    talks = {"azerbaijan_2023", "china_2023", "bulgaria_2025", "serbia_2026"}
    assert {talk for item in items for talk in item.talk} == talks
    numbered = {kind: sum(id_.startswith(kind) for id_ in CATALOGUE) for kind in ("CAP", "BAR", "SRV", "DEM", "DIS")}
    assert all(f"{kind}-{n:02d}" in CATALOGUE for kind, most in numbered.items() for n in range(1, most + 1))


def test_what_is_not_published_has_a_range():
    """An assumption without bounds could not be disputed."""
    loose = [
        f"{entry.id}: {', '.join(change.all_keys)}"
        for entry in with_changes()
        if entry.intervention.grade == "assumption"
        for change in entry.intervention.changes
        if change.range is None
        and isinstance(getattr(change, change.action), (int, float))
        and not isinstance(change.set, bool)
    ]
    assert loose == []


def test_what_changes_nothing_says_why():
    for entry in CATALOGUE.values():
        item = entry.intervention
        reason = item.in_base or item.outcome or item.not_modelled
        assert item.changes or len(reason or "") > 20, entry.id


def test_excluded_entries_exist():
    assert {other for entry in CATALOGUE.values() for other in entry.intervention.excludes} <= set(CATALOGUE)
