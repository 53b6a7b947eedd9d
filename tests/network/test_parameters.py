"""The generated page of parameters is complete and current."""

import itertools
from pathlib import Path

from sim.network.parameters import page, parameters
from sim.network.world import resolve
from sim.scenario.load import load_scenario

PAGE = Path(__file__).parents[2] / "docs" / "parameters.md"


def test_the_page_is_current():
    world = resolve(load_scenario("baseline_2024"))
    assert PAGE.read_text("utf-8") == page(world), "out of date: make docs-reference"


def test_assumptions_come_first_and_fields_carry_their_own_evidence():
    found = parameters(resolve(load_scenario("baseline_2024")))
    grades = [p.grade for p in found]
    assert grades.index("assumption") == 0
    assert len({g for g in grades}) == 1 + sum(a != b for a, b in itertools.pairwise(grades))
    by_key = {p.key: p for p in found}
    assert by_key["services.caspian_feeder.sailing_cv"].grade == "assumption"
    assert by_key["services.caspian_feeder.sailing_cv"].low_high == "0.05 to 0.3"
    assert by_key["links.dostyk_aktogay.length_km"].unit == "km"


def test_every_quantity_has_its_unit():
    found = parameters(resolve(load_scenario("baseline_2024")))
    assert [p.key for p in found if not p.unit] == []
    unit = {p.key: p.unit for p in found}
    assert unit["water.caspian.level_m"] == "m"
    assert unit["fleets.kmtf_feeder.count"] == "ships"
    assert unit["fleets.kmtf_feeder.limits"] == "by key"
    assert unit["facilities.aktau_port_yard.capacity"] == "teu"
    assert unit["facilities.gebze_marmaray_passes.capacity"] == "slots/day"
    assert unit["observed.O008.value"] == "t"
    assert not any(key.endswith((".order", ".year", ".first_port")) for key in unit)
