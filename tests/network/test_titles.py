"""Titles in place of ids: pools of equipment, fleets, ships, steps at a place."""

from __future__ import annotations

from typing import Any

from sim.network.titles import pool_titles, title, titles_of
from sim.network.world import resolve
from sim.scenario.load import load_scenario


def depot(pool: str, title_: str, node: str) -> dict[str, Any]:
    return {"pool": pool, "title": title_, "node": node}


def test_a_pool_is_called_what_its_depots_are_called_and_two_of_one_name_are_told_apart() -> None:
    world = {
        "nodes": {name: {"name": name.capitalize()} for name in ("almaty", "aktau", "tengiz", "batumi", "poti")},
        "facilities": {
            "a": depot("flats_kz", "Kazakh platforms at Almaty", "almaty"),
            "b": depot("flats_kz", "Kazakh platforms at Aktau", "aktau"),
            "c": depot("boxes_ge", "Boxes", "poti"),
            "d": depot("boxes_ge", "Containers", "batumi"),
            "e": depot("oil", "Tank wagons at Tengiz", "tengiz"),
            "f": depot("oil", "Tank wagons at Aktau", "aktau"),
            "g": depot("tanks", "Tank wagons at Batumi", "batumi"),
            "h": depot("tanks", "Tank wagons at Poti", "poti"),
            "i": depot("tanks", "Tank wagons at Almaty", "almaty"),
            "berth": {"title": "Berth", "node": "poti", "pool": None},
        },
    }
    assert pool_titles(world) == {
        "flats_kz": "Kazakh platforms",
        "boxes_ge": "Boxes GE",
        "oil": "Tank wagons, Tengiz and Aktau",
        "tanks": "Tank wagons, Batumi, Poti and 1 more",
    }


def test_no_two_pools_of_the_corridor_are_called_the_same() -> None:
    found = pool_titles(resolve(load_scenario("baseline_2024")).canonical())
    assert len(set(found.values())) == len(found) > 5


def test_ships_and_steps_are_called_by_the_titles_of_what_they_belong_to() -> None:
    names = titles_of(resolve(load_scenario("baseline_2024")).canonical())
    assert title(names, "ship/kmtf_feeder/003") == "Caspian container feeders, Aktau - Alat (kmtf feeder), ship 3"
    assert title(names, "ship/dry_cargo_ship/001") == "Dry-cargo ships, Aktau - Alat, ship 1"
    assert title(names, "documents@kuryk_port") == "documents at Kuryk port"
    assert title(names, "what_is_not_known") == "what is not known"
