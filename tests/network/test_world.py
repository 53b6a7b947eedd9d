"""Resolving a small world: changes, lineage, and every error with its file and line."""

# ruff: noqa: E501 (messages are quoted whole)

from __future__ import annotations

import contextlib
import json
import pickle
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.errors import InputError
from sim.network.consistency import check
from sim.network.explain import explain
from sim.network.tables import TABLES, Facility, Flow
from sim.network.world import resolve
from sim.scenario.changes import Change
from sim.scenario.library import scenario_paths
from sim.scenario.load import load_scenario

#: Fields of two tables, as an error lists them.
FACILITY_FIELDS, FLOW_FIELDS = (", ".join(record.model_fields) for record in (Facility, Flow))
TABLE_NAMES, TABLE_FILES = ", ".join(TABLES), ", ".join(f"{t}.yaml" for t in TABLES if t not in ("nodes", "links"))

GEODATA = {
    "nodes.geojson": """\
{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"id": "east", "name": "East", "country": "KZ", "kind": "port", "source": "A001", "grade": "assumption"}, "geometry": {"type": "Point", "coordinates": [51.2, 43.6]}},
{"type": "Feature", "properties": {"id": "west", "name": "West", "country": "AZ", "kind": "port", "source": "a map", "grade": "published"}, "geometry": {"type": "Point", "coordinates": [49.4, 39.9]}}
]}
""",
    "links.geojson": """\
{"type": "FeatureCollection", "features": [
{"type": "Feature", "properties": {"id": "east_west", "from": "east", "to": "west", "mode": "rail", "length_km": 400, "speed_kmh": [{"value": 30}, {"from": "2024-06-01", "value": 40}], "trains_per_day": 12, "source": "A001", "grade": "assumption"}, "geometry": {"type": "LineString", "coordinates": [[51.2, 43.6], [49.4, 39.9]]}}
]}
""",
    "facilities.yaml": """\
crane:
  node: east
  title: Cranes
  kind: crane
  capacity: [{value: 3}, {from: 2024-07-01, value: 5}]
  source: A001
  grade: assumption
  evidence:
    capacity: {source: P002, grade: published, low: 2, high: 6, note: two of them are old}
""",
    "barriers.yaml": """\
documents:
  kz: {scale: 1, source: a report, grade: estimate}
""",
    "processes.yaml": """\
papers:
  node: east
  duration: {dist: lognormal, mean: 8 h, cv: 0.5}
  units: 1
  source: a report
  grade: estimate
""",
    "flows.yaml": """\
F01:
  origin: east
  destination: west
  modes: [rail]
  commodity: boxes
  cargo: TEU
  direction: east_to_west
  quantity_per_year: 1000
  tonnes_per_unit: 12
  net_tonnes_per_unit: 10
  lot: 10
  source: a table
  grade: measured
""",
    "cargo.yaml": "TEU: {teu: 1, source: by definition, grade: published}\n",
    "sources.csv": """\
id,quantity,where,low,value,high,unit,grade,source,note
A001,something,east,1,2,3,h,assumption,,a guess
P002,cranes,east,2,3,6,cranes,published,port's page,
""",
}
CATALOGUE = """\
BAR-01:
  title: Digital papers
  kind: barrier
  from: 2024-03-01
  source: a minister
  grade: claimed
  changes:
    - {key: barriers.documents.kz.scale, scale: 0.0625}
    - {key: processes.papers.duration, scale: 0.5, to: 2024-09-01}
CAP-01:
  title: One more crane
  kind: capacity
  from: 2024-05-01
  source: P002
  grade: published
  changes: [{key: facilities.crane.capacity, add: 1}]
CAP-02:
  title: New hall
  kind: capacity
  from: 2024-06-01
  source: a plan
  grade: claimed
  changes: [{key: facilities.crane.capacity, set: 9, to: 2024-10-01}]
OLD-01:
  title: Done long ago
  kind: capacity
  from: 2020-01-01
  source: a plan
  grade: claimed
  changes: [{key: links.east_west.trains_per_day, set: 20}]
NEW-01:
  title: Far ahead
  kind: capacity
  from: 2030-01-01
  source: a plan
  grade: claimed
  changes: [{key: links.east_west.trains_per_day, set: 90}]
BAD-01:
  title: Not dated
  kind: service
  from: 2024-06-01
  source: a plan
  grade: claimed
  changes: [{key: flows.F01.lot, set: 20}]
"""
SCENARIO = """\
schema_version: 1
title: Small
geodata: small
period: {start: 2024-01-01, end: 2024-12-31}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario ``mine.yaml`` with a catalogue and a geodata folder ``small`` beside it; the working folder."""
    (tmp_path / "small").mkdir()
    for name, text in GEODATA.items():
        (tmp_path / "small" / name).write_text(text)
    (tmp_path / "interventions.yaml").write_text(CATALOGUE)
    (tmp_path / "mine.yaml").write_text(SCENARIO)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def world(folder: Path, more: str = "", *overrides: str):
    (folder / "mine.yaml").write_text(SCENARIO + more)
    return resolve(load_scenario("./mine.yaml", overrides))


def problems(folder: Path, more: str = "", *overrides: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        world(folder, more, *overrides)
    return [str(p) for p in caught.value.problems]


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / "small" / name).read_text()
    assert old in text
    (folder / "small" / name).write_text(text.replace(old, new, 1))


def steps(parameter) -> list:
    return [(s.since and s.since.isoformat(), s.value) for s in parameter.steps]


def test_tables_are_read(folder):
    found = world(folder)
    assert (found.nodes["east"].lon, found.nodes["east"].lat) == (51.2, 43.6)
    link = found.links["east_west"]
    assert (link.from_node, link.to_node, link.waypoints) == ("east", "west", ((51.2, 43.6), (49.4, 39.9)))
    assert steps(link.speed_kmh) == [(None, 30), ("2024-06-01", 40)]
    assert found.barriers["documents"]["kz"].scale.at(date(2024, 1, 1)) == 1
    assert (found.services, found.fleets, found.weather, found.observed) == ({}, {}, {}, {})
    assert found.sources["P002"].high == "6"
    assert found.notes == ()


def test_interventions_then_set_then_command_line(folder):
    more = "interventions: [BAR-01, CAP-01, CAP-02]\nset:\n  links.east_west.trains_per_day: [{from: 2024-02-01, value: 14}]\n"
    found = world(folder, more, "flows.F01.lot=20", "facilities.crane.on_closure=suspend")
    assert steps(found.barriers["documents"]["kz"].scale) == [(None, 1), ("2024-03-01", 0.0625)]
    assert [(since, draw.mean) for since, draw in steps(found.processes["papers"].duration)] == [
        (None, 8 * 3600),
        ("2024-03-01", 4 * 3600),
        ("2024-09-01", 8 * 3600),
    ]
    assert steps(found.facilities["crane"].capacity) == [
        (None, 3),
        ("2024-05-01", 4),
        ("2024-06-01", 9),
        ("2024-10-01", 6),
    ]
    assert steps(found.links["east_west"].trains_per_day) == [(None, 12), ("2024-02-01", 14)]
    assert (found.flows["F01"].lot, found.facilities["crane"].on_closure) == (20, "suspend")


def test_an_undated_list_and_a_plain_value_replace_the_whole(folder):
    assert steps(world(folder, "", "facilities.crane.capacity=7").facilities["crane"].capacity) == [(None, 7)]
    listed = world(folder, "", "facilities.crane.capacity=[{value: 1}, {from: 2024-02-01, value: 2}]")
    assert steps(listed.facilities["crane"].capacity) == [(None, 1), ("2024-02-01", 2)]


def test_parts_of_a_distribution_and_unwritten_defaults(folder):
    found = world(
        folder,
        "",
        "processes.papers.duration.mean=6 h",
        "facilities.crane.hours={open: '08:00', close: '20:00', zone: Asia/Aqtau}",
        "facilities.crane.hours.zone=UTC",
    )
    assert found.processes["papers"].duration.steps[0].value.mean == 6 * 3600
    assert found.facilities["crane"].hours.zone == "UTC"
    (folder / "interventions.yaml").write_text(
        "LATE-01:\n  title: t\n  kind: service\n  from: 2024-02-01\n  source: s\n  grade: claimed\n"
        "  changes: [{key: links.east_west.in_service, set: false}]\n"
    )
    found = world(folder, "interventions: [LATE-01]\n")
    assert steps(found.links["east_west"].in_service) == [(None, True), ("2024-02-01", False)]


def test_a_new_row(folder):
    row = "{node: west, title: Store, kind: store, capacity: 4, source: me, grade: assumption}"
    assert world(folder, f"set:\n  facilities.store: {row}\n").facilities["store"].node == "west"
    assert problems(folder, f"set:\n  facilities.store: {row.replace('capacity', 'capacty')}\n") == [
        "mine.yaml:6: facilities.store: unknown field 'capacty'; allowed: " + FACILITY_FIELDS + "; nearest: 'capacity'",
        "mine.yaml:6: facilities.store: missing: capacity",
    ]


def test_where_a_value_comes_from(folder):
    found = world(folder, "interventions: [CAP-01]\n", "flows.F01.lot=20")
    assert found.where("nodes", "west") == ("small/nodes.geojson", 3)
    assert found.where("facilities", "crane") == ("small/facilities.yaml", 1)
    assert found.where("facilities", "crane", "kind") == ("small/facilities.yaml", 4)
    assert found.where("facilities", "crane", "capacity") == ("interventions.yaml", 16)
    assert found.where("flows", "F01", "lot") == ("--set flows.F01.lot=20", None)
    assert found.where("barriers", "documents.kz", "scale") == ("small/barriers.yaml", 2)


def test_notes_tell_of_changes_outside_the_run(folder):
    found = world(folder, "interventions: [OLD-01, NEW-01, {id: CAP-01, at: 2025-02-01}]\n")
    assert found.notes == (
        "OLD-01: part of the initial state since 2020-01-01",
        "CAP-01: starts on 2025-02-01, after the period; it acts on the run-out only",
        "NEW-01: idle, it starts on 2030-01-01, after the end of the run (2025-04-30)",
    )


def test_the_canonical_form_depends_on_content_alone(folder):
    first = world(folder)
    edit(folder, "flows.yaml", "F01:", "# a comment\nF01:")
    second = world(folder)
    assert first.canonical() == second.canonical()
    assert first.geodata_digest != second.geodata_digest
    assert first.canonical() != world(folder, "", "flows.F01.lot=20").canonical()
    assert first.canonical() != world(folder, "", "period.end=2024-12-30").canonical()


def test_the_order_of_rows_in_a_file_does_not_matter(folder):
    edit(folder, "cargo.yaml", "TEU:", "wagon: {wagon: 1, source: x, grade: published}\nTEU:")
    assert list(world(folder).cargo) == ["TEU", "wagon"]
    lines = GEODATA["nodes.geojson"].splitlines()
    (folder / "small/nodes.geojson").write_text("\n".join([lines[0], lines[2] + ",", lines[1].rstrip(","), lines[3]]))
    assert list(world(folder).nodes) == ["east", "west"]


def test_another_process_resolves_the_same_world(folder):
    scenario = world(folder, "interventions: [CAP-01]\n").scenario
    sent = pickle.loads(pickle.dumps(scenario))
    assert sent == scenario
    assert resolve(sent).canonical() == resolve(scenario).canonical()


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("facility.crane.capacity=3", "unknown table 'facility'; allowed: " + TABLE_NAMES + "; nearest: 'facilities'"),
        ("facilities.crne.capacity=3", "unknown row 'crne' in facilities; allowed: crane; nearest: 'crane'"),
        (
            "facilities.crane.capacty=3",
            "unknown field 'capacty' in facilities.crane; allowed: " + FACILITY_FIELDS + "; nearest: 'capacity'",
        ),
        ("facilities.crane=3", "is a row that exists already; name a field of it: " + FACILITY_FIELDS + ""),
        (
            "barriers.documents.k.scale=0",
            "unknown row 'documents.k' in barriers; its rows are countries, places and goods: kz; nearest: 'kz'",
        ),
        ("nodes.east.lat.deg=3", "nodes.east.lat has no part 'deg'; it is a single value"),
        ("facilities.crane.hours.zone=UTC", "hours is not given; set it as a whole: hours: {zone: ..., ...}"),
        ("flows.F01.modes.3=road", "flows.F01.modes has no item 3; allowed: 0 to 0"),
        (
            "facilities.crane.capacity=[{from: 2024-05-01, value: 1}, {from: 2024-01-01, value: 2}]",
            "dated values must be in date order, one for each date",
        ),
        (
            "facilities.crane.capacity=[{from: 2024-05-01}]",
            "[{from: 2024-05-01}] is not a dated list; each entry is {from: DATE, value: X}",
        ),
        ("facilities.crane.capacity=many", "'many' should be a valid integer"),
        ("facilities.crane.capacity=2.5", "2.5 should be a valid integer"),
        (
            "processes.papers.duration=4",
            "4 is not a duration; write a number and a unit, such as '4 h' (s, min, h, d, w)",
        ),
        (
            "processes.papers.duration={dist: uniform, low: 1 h}",
            "distribution 'uniform' takes low, high; missing: high",
        ),
        ("processes.papers.units=all", "'all' should be a valid integer or 'load'"),
        ("flows.F01.lot=0", "0 should be greater than or equal to 1"),
        (
            "nodes.east.kind=prt",
            "'prt' is not allowed; allowed: 'terminal', 'junction', 'station', 'port', 'border' or 'gauge_break'; nearest: 'port'",
        ),
        ("flows.f-2={lot: 1}", "'f-2' is not an id; allowed: [A-Za-z][A-Za-z0-9_]*"),
    ],
)
def test_faulty_changes_are_cited(folder, override, expected):
    key = override.partition("=")[0]
    assert problems(folder, "", override) == [f"--set {override}: {key}: {expected}"]


def test_a_date_on_an_undated_field(folder):
    assert problems(folder, "interventions: [BAD-01]\n") == [
        "interventions.yaml:44: flows.F01.lot: is not a dated parameter, so only 'set' without a date can change it; "
        "BAD-01 would change it from 2024-06-01"
    ]


@pytest.mark.parametrize("value", ['"292 miles"', '[{"value": "292 miles"}]'])
def test_a_number_in_another_unit_is_held_against_the_unit_of_its_field(folder, value):
    edit(folder, "links.geojson", '"length_km": 400', f'"length_km": {value}')
    assert "should be a valid number; the number is in km, not in miles" in problems(folder)[0]


def test_faults_of_rows_and_of_changes_name_their_own_lines(folder):
    edit(folder, "flows.yaml", "lot: 10", "lott: 10")
    edit(folder, "links.geojson", '"length_km": 400', '"length_km": "far"')
    assert problems(folder) == [
        "small/links.geojson:2: links.east_west.length_km: 'far' should be a valid number",
        "small/flows.yaml:1: flows.F01: missing: lot",
        "small/flows.yaml:11: flows.F01: unknown field 'lott'; allowed: " + FLOW_FIELDS + "; nearest: 'lot'",
    ]


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        (
            "nodes.geojson",
            '"id": "west"',
            '"id": "east"',
            "small/nodes.geojson:3: duplicate id 'east', already given on line 2",
        ),
        (
            "nodes.geojson",
            '"id": "west"',
            '"id": "West"',
            "small/nodes.geojson:3: nodes: 'West' is not an id; allowed: [a-z][a-z0-9_]*",
        ),
        (
            "nodes.geojson",
            '"Point", "coordinates": [49.4, 39.9]',
            '"Polygon", "coordinates": []',
            "small/nodes.geojson:3: nodes: 'west' needs a Point geometry [lon, lat]",
        ),
        (
            "nodes.geojson",
            '"grade": "assumption"',
            '"grade": "guess"',
            "small/nodes.geojson:2: nodes.east.grade: 'guess' is not allowed; allowed: 'measured', 'published', 'claimed', 'estimate' or 'assumption'",
        ),
        (
            "nodes.geojson",
            '"name": "East",',
            '"name": "East", "name": "E",',
            "small/nodes.geojson: duplicate key 'name'",
        ),
        (
            "nodes.geojson",
            '"kind": "port",',
            '"kind": "port" ',
            "small/nodes.geojson:2: not valid JSON: Expecting ',' delimiter",
        ),
        ("nodes.geojson", "51.2", "NaN", "small/nodes.geojson: not valid JSON: NaN is not a number"),
        ("nodes.geojson", "FeatureCollection", "Feature", "small/nodes.geojson: is not a GeoJSON FeatureCollection"),
        (
            "nodes.geojson",
            "51.2",
            "512",
            "small/nodes.geojson:2: nodes.east.lon: 512 should be less than or equal to 180",
        ),
        (
            "links.geojson",
            '"from": "2024-06-01"',
            '"from": "2024-06-31"',
            "small/links.geojson:2: links.east_west.speed_kmh.1.from: '2024-06-31' is not a date: there is no such day",
        ),
        (
            "facilities.yaml",
            "crane:",
            "Crane:",
            "small/facilities.yaml:1: facilities: 'Crane' is not an id; allowed: [a-z][a-z0-9_]*",
        ),
        (
            "facilities.yaml",
            "    capacity: {source",
            "    capcity: {source",
            "small/facilities.yaml:9: facilities.crane.evidence: unknown field 'capcity'; allowed: "
            + FACILITY_FIELDS
            + "; nearest: 'capacity'",
        ),
        (
            "facilities.yaml",
            "source: P002",
            "source: P003",
            "small/facilities.yaml:9: facilities.crane.evidence.capacity: 'P003' is not in sources.csv; nearest: 'P002'",
        ),
        (
            "facilities.yaml",
            "source: A001",
            "source: A001; A009",
            "small/facilities.yaml:6: facilities.crane.source: 'A009' is not in sources.csv; nearest: 'A001'",
        ),
        (
            "barriers.yaml",
            "  kz: {scale: 1,",
            "  kz: {scale: x,",
            "small/barriers.yaml:2: barriers.documents.kz.scale: 'x' should be a valid number",
        ),
        (
            "barriers.yaml",
            "{scale: 1, source: a report, grade: estimate}",
            "1",
            "small/barriers.yaml:2: barriers.documents.kz: 1 should be a row (field: value)",
        ),
        ("cargo.yaml", "TEU: {", "TEU: {teu: 2, ", "small/cargo.yaml:1: duplicate key 'teu', already given on line 1"),
        (
            "sources.csv",
            "A001,something",
            "P002,something",
            "small/sources.csv:3: duplicate id 'P002', already given on line 2",
        ),
        (
            "sources.csv",
            "h,assumption",
            "h,assumed",
            "small/sources.csv:2: A001: grade 'assumed' is not allowed; allowed: measured, published, claimed, estimate, assumption; nearest: 'assumption'",
        ),
        ("sources.csv", ",a guess", "", "small/sources.csv:2: 9 cells; a line has 10"),
        (
            "sources.csv",
            "id,quantity",
            "key,quantity",
            "small/sources.csv:1: columns should be id,quantity,where,low,value,high,unit,grade,source,note",
        ),
    ],
)
def test_faults_of_geodata(folder, name, old, new, expected):
    edit(folder, name, old, new)
    assert problems(folder)[0] == expected


def test_a_fact_id_of_an_intervention_must_exist(folder):
    (folder / "interventions.yaml").write_text(CATALOGUE.replace("source: P002", "source: P009"))
    assert problems(folder, "interventions: [CAP-01]\n") == [
        "interventions.yaml:16: CAP-01: 'P009' is not in sources.csv; nearest: 'P002'"
    ]


def test_missing_and_misspelt_files(folder):
    (folder / "small/flows.yaml").rename(folder / "small/flow.yaml")
    assert problems(folder) == [
        "small/flow.yaml: unknown geodata file; allowed: nodes.geojson, links.geojson, "
        + TABLE_FILES
        + ", sources.csv, ranges.yaml, observations_roles.csv; nearest: 'flows.yaml'",
        "small: the geodata folder lacks flows.yaml",
    ]


def test_explain_a_field(folder):
    found = world(folder, "interventions: [CAP-01]\n", "facilities.crane.capacity=[{from: 2024-08-01, value: 8}]")
    assert explain(found, "facilities.crane.capacity") == (
        "facilities.crane.capacity = 3; 4 from 2024-05-01; 6 from 2024-07-01; 8 from 2024-08-01\n"
        "  written in small/facilities.yaml:5\n"
        "  source: P002 (published)\n"
        "  range: 2 to 6\n"
        "  note: two of them are old\n"
        "  P002: cranes, east: 3 [2 to 6] cranes (published; port's page)\n"
        "  CAP-01: facilities.crane.capacity add 1 from 2024-05-01: 3; 5 from 2024-07-01 -> 3; 4 from 2024-05-01; 6 from 2024-07-01, "
        "interventions.yaml:16 (source: P002; published)\n"
        "  --set: facilities.crane.capacity set: 3; 4 from 2024-05-01; 6 from 2024-07-01 -> 3; 4 from 2024-05-01; 6 from 2024-07-01; "
        "8 from 2024-08-01, --set facilities.crane.capacity=[{from: 2024-08-01, value: 8}]"
    )


def test_explain_a_row_and_a_part(folder):
    found = world(folder, "", "processes.papers.duration.mean=6 h")
    assert explain(found, "barriers.documents.kz") == (
        "barriers.documents.kz\n  scale = 1\n  written in small/barriers.yaml:2\n  source: a report (estimate)"
    )
    assert explain(found, "processes.papers.duration") == (
        "processes.papers.duration = {dist: lognormal, mean: 6 h, cv: 0.5}\n"
        "  written in small/processes.yaml:3\n"
        "  source: a report (estimate), of the row\n"
        "  --set: processes.papers.duration.mean set: {dist: lognormal, mean: 8 h, cv: 0.5} -> {dist: lognormal, mean: 6 h, cv: 0.5}, "
        "--set processes.papers.duration.mean=6 h"
    )
    with pytest.raises(
        InputError,
        match=r"^explain facilities\.crne: unknown row 'crne' in facilities; allowed: crane; nearest: 'crane'$",
    ):
        explain(found, "facilities.crne")


def test_explain_a_default_that_is_not_written(folder):
    assert explain(world(folder), "links.east_west.in_service").splitlines()[:2] == [
        "links.east_west.in_service = true",
        "  default, not written in small/links.geojson:2",
    ]


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-5, 10**6)
    | st.floats(-5, 1e9)
    | st.sampled_from(["4 h", "4", "-1 d", "x", "", "2024-01-01", "lognormal", "1e9 w"])
)
NAMES = st.sampled_from(["value", "from", "dist", "mean", "cv", "values", "low", "scale", "shape", "open", "0", "x"])
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=5
)
KEYS = st.sampled_from(
    """facilities.crane.capacity facilities.crane.hours facilities.crane.hours.open facilities.crane.closures.0
    facilities.crane.evidence.capacity.low processes.papers.duration processes.papers.duration.mean processes.papers.units
    processes.papers.duration.values.0 links.east_west.speed_kmh links.east_west.waypoints.0.1 flows.F01.lot
    flows.F01.monthly_profile flows.F01.formation_wait flows.F02 barriers.documents.kz barriers.documents.kz.scale
    barriers.documents.az cargo.TEU.teu nodes.east nodes.east.lat nodes...""".split()  # noqa: SIM905
)
AMOUNTS = {
    "set": VALUES,
    "scale": st.floats(0, 1e6),
    "add": st.floats(-5, 5) | st.sampled_from(["4 h", "-1 d", "x", ""]),
}
CHANGES = st.sampled_from(["set", "set", "add", "scale"]).flatmap(
    lambda action: st.builds(
        Change,
        key=KEYS,
        action=st.just(action),
        value=AMOUNTS[action],
        since=st.none() | st.dates(date(2023, 1, 1), date(2025, 1, 1)),
        until=st.none() | st.dates(date(2025, 1, 2), date(2026, 1, 1)),
        file=st.just("f"),
        line=st.none() | st.just(3),
        label=st.just("set"),
    )
)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(CHANGES, min_size=1, max_size=3))
def test_random_changes_end_well_or_with_an_input_error(folder, changes):
    scenario = replace(load_scenario("./mine.yaml"), changes=tuple(changes))
    try:
        found = resolve(scenario)
    except InputError:
        return
    json.dumps(found.canonical())
    for key in found.lineage:
        assert explain(found, key)


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.just([51.2, 43.6]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries(
            {}, optional={"type": st.just("Feature"), "properties": inner, "geometry": inner, "id": inner}
        )
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    raw=st.binary(max_size=80)
    | JSON_VALUES.map(lambda v: json.dumps({"type": "FeatureCollection", "features": v}).encode()),
    name=st.sampled_from(sorted(GEODATA)),
)
def test_random_geodata_end_well_or_with_an_input_error(folder, raw, name):
    (folder / "small" / name).write_bytes(raw)
    with contextlib.suppress(InputError):
        world(folder)
    (folder / "small" / name).write_text(GEODATA[name])


def test_a_full_sized_world_resolves(folder):
    rows = GEODATA["flows.yaml"]
    (folder / "small/flows.yaml").write_text("".join(rows.replace("F01", f"F{n:02}") for n in range(1, 71)))
    (folder / "small/processes.yaml").write_text(
        "".join(GEODATA["processes.yaml"].replace("papers", f"papers{n}") for n in range(100))
    )
    found = world(folder, "", *(f"flows.F{n:02}.quantity_per_year=5" for n in range(1, 71)))
    assert {flow.quantity_per_year.steps[0].value for flow in found.flows.values()} == {5}
    assert len(found.flows) == 70


@pytest.mark.parametrize("name", scenario_paths())
def test_every_scenario_of_the_library_passes_its_check(name):
    found = resolve(load_scenario(name))
    assert check(found) == []
    assert found.nodes
    assert found.flows
