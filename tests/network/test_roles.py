"""What a published outcome is worth as a test of a run: worked out from what the world cites."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_world import small_world

from sim.errors import InputError
from sim.network.consistency import check
from sim.network.explain import explain
from sim.network.fact_ids import facts_in
from sim.network.roles import Standing, cited_facts, standings
from sim.network.world import World, resolve
from sim.scenario.load import load_scenario

SEEN = {"quantity": "tonnes", "unit": "t", "year": 2024, "value": 1000, "source": "a paper", "grade": "published"}
FACTS = """\
id,quantity,where,low,value,high,unit,grade,source,note
A101,dwell,dock,,1,,d,assumption,no source,between A102 and A104; as A103; better: a log
A103,trucks,dock,,400,,trucks,assumption,no source,a thousand waited (O202)
O202,queue,dock,,1000,,trucks,published,a paper,
"""
ENTRY = """\
{id}: {{title: More, kind: demand, from: 2024-01-01, source: a paper, grade: claimed, note: "{note}", {effect}}}
"""
SCALES = "changes: [{key: flows.F1.quantity_per_year, scale: 2}]"


def world_with(folder: Path, observed: dict, changes: dict | None = None, facts: str = "") -> World:
    (folder / "geodata").mkdir(exist_ok=True)
    if facts:
        (folder / "geodata" / "sources.csv").write_text(facts, encoding="utf-8")
    return small_world(folder, {f"observed.{id_}": SEEN | row for id_, row in observed.items()} | (changes or {}))


def role(world: World, id_: str = "O200") -> str:
    return standings(world)[id_].role


def test_nothing_cites_it_and_its_year_decides(tmp_path: Path) -> None:
    world = world_with(tmp_path, {"O200": {}, "O201": {"year": 2025}})
    assert (role(world), role(world, "O201")) == ("independent", "out of sample")


@pytest.mark.parametrize(
    ("key", "value", "place"),
    [
        ("flows.F1.source", "O200", "flows.F1"),
        ("flows.F1.note", "half of what O200 counts", "flows.F1"),
        ("flows.F1.note", "sum of O198 to O201", "flows.F1"),
        ("fleets.ships.note", "as O200, O201", "fleets.ships"),
        ("barriers.documents.kz.source", "O200", "barriers.documents.kz"),
        ("weather.storms.evidence", {"spell": {"source": "O200", "grade": "published"}}, "weather.storms.spell"),
        ("flows.F1.evidence", {"lot": {"source": "x", "grade": "estimate", "note": "from O200"}}, "flows.F1.lot"),
    ],
)
def test_a_value_that_moves_the_run_cites_it(tmp_path: Path, key: str, value: object, place: str) -> None:
    world = world_with(tmp_path, {"O200": {}}, {key: value})
    assert standings(world)["O200"] == Standing("input", f"{place} cites O200")


def test_yardsticks_make_nothing_an_input(tmp_path: Path) -> None:
    world = world_with(
        tmp_path,
        {"O200": {}, "O201": {"note": "as O200", "source": "O201"}},
        {
            "flows.F1.promise_days": 9,
            "flows.F1.evidence": {"promise_days": {"source": "O200", "grade": "published", "note": "O200 says so"}},
        },
    )
    assert role(world) == role(world, "O201") == "independent"


def test_through_facts_that_are_cited(tmp_path: Path) -> None:
    cites = {"facilities.dock_yard.source": "A101"}
    rows = {"O202": {}, "O203": {"derived_from": ["O202"]}, "O204": {"source": "A103"}}
    world = world_with(tmp_path, rows, cites, FACTS)
    assert set(cited_facts(world)) == {"A101", "A102", "A103", "A104", "O202"}
    assert standings(world)["O202"] == Standing("input", "A103 cites O202")
    assert standings(world)["O203"] == Standing("input", "A103 cites its O202")
    assert role(world, "O204") == "input"
    free = world_with(tmp_path, {"O202": {}}, {}, FACTS)
    assert role(free, "O202") == "independent"  # a fact that nothing cites moves nothing


def test_fitted_where_the_assumption_is_in_force(tmp_path: Path) -> None:
    rows = {"O200": {"fitted_by": ["A101"], "role_reason": "the dwell"}, "O201": {"fitted_by": ["A999"]}}
    world = world_with(tmp_path, rows, {"facilities.dock_yard.source": "A101"}, FACTS)
    assert standings(world)["O200"] == Standing("fitted", "A101 was chosen with it in view: the dwell")
    assert role(world, "O201") == "independent"


def test_the_data_may_declare_it_and_must_say_why(tmp_path: Path) -> None:
    declared = {"role": "input", "role_reason": "the flows add up to it"}
    assert standings(world_with(tmp_path, {"O200": declared}))["O200"] == Standing("input", "the flows add up to it")
    with pytest.raises(InputError, match="'role' needs a 'role_reason'"):
        world_with(tmp_path, {"O200": {"role": "input"}})
    cited = world_with(tmp_path, {"O200": {"role": "independent"}}, {"flows.F1.source": "O200"})
    assert role(cited) == "input"  # to be a test cannot be declared
    with pytest.raises(InputError, match=r"role: .*'certain'.*allowed: .*input"):
        world_with(tmp_path, {"O200": {"role": "certain", "role_reason": "we say so"}})


@pytest.mark.parametrize(
    ("note", "effect", "expected"),
    [
        ("the volume of the year (O200)", SCALES, "input"),
        ("the volume of the year", SCALES, "independent"),
        ("as O200", "in_base: the flows have it (O200)", "independent"),
    ],
)
def test_an_intervention_makes_it_an_input_where_it_changes_something(tmp_path: Path, note, effect, expected) -> None:
    small_world(tmp_path, {"observed.O200": SEEN})
    (tmp_path / "interventions.yaml").write_text(ENTRY.format(id="DEM-01", note=note, effect=effect), encoding="utf-8")
    text = (tmp_path / "small.yaml").read_text(encoding="utf-8")
    (tmp_path / "more.yaml").write_text(
        text + "interventions: [DEM-01]\ncomparator: [{text: As O200, source: O200}]\n", encoding="utf-8"
    )
    assert role(resolve(load_scenario(tmp_path / "small.yaml"))) == "independent"
    world = resolve(load_scenario(tmp_path / "more.yaml"))
    assert role(world) == expected
    assert explain(world, "observed.O200").splitlines()[-1].startswith(f"  role: {expected}")


def test_ids_in_a_text() -> None:
    assert facts_in("O198 to O200, and DEM-01 (A061-A063; F01, KZ8)") == [
        "O198",
        "O200",
        "DEM-01",
        "A061",
        "A063",
        "O199",
        "A062",
    ]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"unit": "d"}, "tonnes is in t, not in d"),
        ({"low": 3, "high": 2}, "high 2 is below low 3"),
        ({"quantity": "link_tonnes", "places": ["x"], "months": [5, 8]}, "link_tonnes is that of a whole year"),
        ({"quantity": "transit_time", "unit": "d", "months": [11, 2]}, "months 11 to 2 lie in two years"),
        ({"quantity": "transit_time", "unit": "d"}, "a transit time needs 'from_node'"),
    ],
)
def test_what_cannot_be_observed_is_refused(tmp_path: Path, row: dict, told: str) -> None:
    try:
        found = check(world_with(tmp_path, {"O200": row}))
    except InputError as error:
        found = error.problems
    assert told in "\n".join(map(str, found))


LIBRARY = {
    "baseline_2022": {"O048": "input", "O308": "input", "O124": "fitted", "O110": "independent", "O238": "independent"},
    "baseline_2023": {"O006": "independent", "O050": "input", "O125": "independent", "O111": "independent"},
    "baseline_2024": {"O008": "input", "O052": "input", "O102": "fitted", "O104": "fitted", "O107": "fitted"},
    "baseline_2025": {"O013": "input", "O058": "input", "O147": "out of sample", "O269": "input"},
}


@pytest.mark.parametrize("name", LIBRARY)
def test_of_the_library(name: str) -> None:
    world = resolve(load_scenario(name))
    assert world.scenario.base_year == int(name[-4:])
    found = {id_: standings(world)[id_].role for id_ in LIBRARY[name]}
    assert found == LIBRARY[name]


def test_the_base_year_is_of_the_file_itself() -> None:
    assert load_scenario("barriers_only").base_year is None
    assert load_scenario("baseline_2024", ["seed=3", "replications=2"]).base_year == 2024
    assert load_scenario("baseline_2024", ["fleets.kmtf_feeder.count=5"]).base_year is None


@pytest.mark.parametrize(("share", "expected"), [(0, "independent"), (0.5, "input"), (1, "input")])
def test_a_ban_that_is_off_makes_nothing_an_input(tmp_path: Path, share: float, expected: str) -> None:
    ban = {"title": "Full", "flows": ["F1"], "from": "2024-03-01", "to": "2024-03-05", "then": "lost", "share": share}
    world = world_with(tmp_path, {"O200": {}}, {"bans": {"full": ban | {"source": "O200", "grade": "published"}}})
    assert role(world) == expected
