"""What a parameter is called: titles in place of ids, and the unit of its values."""

from __future__ import annotations

import pytest

from sim.network.words import Quantity, quantity
from sim.network.world import resolve
from sim.scenario.load import load_scenario

TUTORIAL = {
    "fleets.feeders.count": ("Container feeder over the sea", "ships"),
    "fleets.feeders.speed_kn": ("Container feeder over the sea: speed", "knots"),
    "facilities.east_berths.capacity": ("Berths of the east port: capacity", "berths"),
    "facilities.east_yard.capacity": ("Container yard of the east port: capacity", "TEU"),
    "barriers.documents.kz.scale": ("Barrier documents, KZ: strength", ""),
    "flows.W1.quantity_per_year": ("W1 Inland terminal - Market: demand a year", "TEU a year"),
    "flows.W1.formation_wait": ("W1 Inland terminal - Market: formation wait", ""),  # each value carries its unit
    "period.warm_up": ("Warm-up", ""),
    "seed": ("Seed", ""),
}
CORRIDOR = {
    "fleets.kmtf_feeder.count": ("Caspian container feeders, Aktau - Alat (kmtf feeder)", "ships"),  # two fleets sail
    "links.dostyk_aktogay.speed_kmh": ("Dostyk - Aktogay (rail): speed", "km/h"),
    "links.dostyk_aktogay.trains_per_day": ("Dostyk - Aktogay (rail)", "trains a day each way"),
    "facilities.gebze_marmaray_passes.capacity": (
        "Gebze, freight trains a night through the tunnel, westbound: capacity",
        "slots a day",
    ),
}


@pytest.mark.parametrize(("scenario", "known"), [("tutorial", TUTORIAL), ("baseline_2024", CORRIDOR)])
def test_a_parameter_is_called_by_titles_with_its_unit(scenario: str, known: dict[str, tuple[str, str]]) -> None:
    raw = resolve(load_scenario(scenario)).raw
    assert {key: quantity(raw, key) for key in known} == {key: Quantity(*found) for key, found in known.items()}


def test_what_is_counted_is_told_from_what_is_measured() -> None:
    assert [Quantity("", unit).counts for unit in ("ships", "berths", "knots", "km/h", "", "TEU a year")] == [
        True,
        True,
        False,
        False,
        False,
        False,
    ]
