"""A patched model is the one that is built anew: every declared field, array by array, and the trace by its digest."""

from __future__ import annotations

import atexit
import dataclasses
import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from sim.contract.trace import digest
from sim.engine.compiled.simulation import simulate
from sim.errors import InputError
from sim.model.build import build
from sim.model.draws import Drawn
from sim.model.feasibility import refuse_impossible
from sim.model.patching import Patcher
from sim.network.consistency import check
from sim.network.patching import EFFECTS, patched_world
from sim.network.tables import TABLES
from sim.network.world import resolve
from sim.runs.prepare import prepare
from sim.scenario.changes import Change
from sim.scenario.load import load_scenario
from sim.scenario.shapes import said_of
from tests.oracle.world import write

PERIOD = {"start": "2025-01-01", "end": "2025-02-10", "warm_up": "5 d", "run_out": "20 d"}
#: A corridor in small: a railway with a border, a port with its ships, weather and water, a railway behind it; loads on
#: flats that come back empty; one flow chooses by time and money, another has a ban and a profile.
TABLES_OF_ALL: dict[str, Any] = {
    "nodes": {
        "a": {"gauge_mm": [1520]},
        "e": {"kind": "port", "gauge_mm": [1520]},
        "w": {"kind": "port", "country": "AZ", "gauge_mm": [1520]},
        "z": {"country": "AZ", "gauge_mm": [1520]},
    },
    "links": {
        "ae": {
            "from": "a",
            "to": "e",
            "mode": "rail",
            "gauge_mm": 1520,
            "tracks": 1,
            "speed_kmh": 20,
            "length_km": 40,
            "trains_per_day": 24,
            "running_cv": 0.2,
            "electrified": "yes",
        },
        "road": {"from": "a", "to": "e", "mode": "road", "speed_kmh": 10, "length_km": 40},
        "sea": {"from": "e", "to": "w", "mode": "sea_container", "speed_kmh": 20, "length_km": 100},
        "wz": {
            "from": "w",
            "to": "z",
            "mode": "rail",
            "gauge_mm": 1520,
            "tracks": 2,
            "speed_kmh": 20,
            "length_km": 60,
            "capacity_mt_per_year": 1.0,
            "net_tonnes_per_train": 100,
        },
    },
    "cargo": {"TEU": {"teu": 1}, "flat": {"teu": 1}},
    "water": {"lake": {"title": "Lake", "datum_m": -28, "level_m": -28.5}},
    "facilities": {
        "customs": {"node": "a", "capacity": 2, "hours": {"open": "06:00", "close": "22:00", "zone": "UTC"}},
        "slots": {"node": "a", "kind": "quota", "capacity": 40, "resets": {"at": "00:00", "zone": "UTC"}},
        "crane": {
            "node": "e",
            "kind": "crane",
            "capacity": 3,
            "outages": {"up": {"dist": "exponential", "mean": "40 h"}, "down": "5 h"},
        },
        "gate": {"node": "e", "kind": "entry", "capacity": 1},
        "gate_w": {"node": "w", "kind": "entry", "capacity": 1},
        "berth": {
            "node": "e",
            "kind": "berth",
            "capacity": 2,
            "depth_m": 5,
            "water": "lake",
            "closures": [{"from_day": "2025-01-20", "to_day": "2025-01-22", "cause": "works"}],
        },
        "berth_w": {"node": "w", "kind": "berth", "capacity": 2},
        "flats_a": {"node": "a", "kind": "stock", "pool": "flats", "unit": "teu", "capacity": 400},
        "flats_z": {
            "node": "z",
            "kind": "stock",
            "pool": "flats",
            "unit": "teu",
            "capacity": 40,
            "idle_wait": "12 h",
        },
    },
    "barriers": {"papers": {"kz": {"scale": 1}}, "slot": {"kz": {"scale": 1}}},
    "processes": {
        "on": {
            "node": "a",
            "order": 0,
            "facility": "flats_a",
            "action": "acquire",
            "units": "load",
            "arrive": ["origin"],
        },
        "slot": {"node": "a", "order": 1, "facility": "slots", "barrier": "slot", "arrive": ["origin"]},
        "papers": {
            "node": "a",
            "order": 2,
            "facility": "customs",
            "barrier": "papers",
            "duration": {"dist": "lognormal", "mean": "30 min", "cv": 0.5},
            "arrive": ["origin"],
        },
        "inspect": {
            "node": "a",
            "order": 3,
            "facility": "customs",
            "share": 0.3,
            "duration": "1 h",
            "arrive": ["origin"],
        },
        "risk": {
            "node": "a",
            "order": 4,
            "risk_lanes": {
                "red": {"share": 0.1, "duration": "4 h"},
                "green": {"share": 0.5, "duration": {"dist": "uniform", "low": "5 min", "high": "30 min"}},
            },
            "arrive": ["origin"],
        },
        "off": {
            "node": "z",
            "order": 9,
            "facility": "flats_z",
            "action": "release",
            "units": "load",
            "leave": ["destination"],
            "cargo": ["TEU"],
        },
        "home": {
            "node": "a",
            "order": 9,
            "facility": "flats_a",
            "action": "release",
            "units": "load",
            "leave": ["destination"],
            "cargo": ["flat"],
        },
    },
    "services": {
        "boats": {
            "cargo": ["TEU", "flat"],
            "sailing_cv": 0.1,
            "departure": {"rule": "full", "fill": 0.8, "longest_wait": "18 h", "least": 0.1, "before_closing": "1 h"},
            "rotation": [
                {
                    "port": "e",
                    "berth": "berth",
                    "entry": "gate",
                    "entry_time": "30 min",
                    "cranes": "crane",
                    "mooring": {"dist": "uniform", "low": "10 min", "high": "40 min"},
                    "load_per_unit": "2 min",
                    "discharge_per_unit": "2 min",
                },
                {
                    "port": "w",
                    "berth": "berth_w",
                    "entry": "gate_w",
                    "departure": {"rule": "timetable", "every": "12 h", "first": "3 h"},
                },
            ],
        }
    },
    "fleets": {
        "boat": {
            "service": "boats",
            "count": 2,
            "speed_kn": 8,
            "limits": {"teu": 60},
            "draught": {"payload_t": 900, "full_m": 4.5, "t_per_cm": 5, "keel_clearance_m": 0.3},
            "outages": {"up": {"dist": "exponential", "mean": "60 h"}, "down": "6 h"},
        },
        "skiff": {"service": "boats", "count": 1, "speed_kn": 6, "limits": {"teu": 30}},
    },
    "weather": {
        "lake": {
            "closed_share_by_month": [0.1] * 12,
            "spell": {"dist": "exponential", "mean": "10 h"},
            "closes": {"gate": 0.8, "gate_w": 0.5},
            "local": {"west": {"ports": ["w"], "share": 0.4}},
        }
    },
    "flows": {
        "F": {
            "origin": "a",
            "destination": "z",
            "quantity_per_year": 4000,
            "lot": 4,
            "tonnes_per_unit": 12,
            "net_tonnes_per_unit": 10,
            "in_corridor_total": True,
            "promise_days": 3,
            "ways": [
                {"name": "rail", "modes": ["rail", "sea_container"], "share": 2},
                {"name": "road", "modes": ["road", "sea_container", "rail"], "share": 1},
                {"name": "outside", "outside": "4 d", "price": 100, "share": 1},
            ],
            "choice": {"rule": "logit", "memory": 3, "scale": "6 h", "money": True, "value_of_time": 30},
        },
        "G": {
            "origin": "a",
            "destination": "z",
            "modes": ["rail", "sea_container"],
            "quantity_per_year": 3000,
            "monthly_profile": [1.0] * 12,
            "lot": 4,
            "train": 20,
            "formation_wait": "12 h",
            "tonnes_per_unit": 12,
            "net_tonnes_per_unit": 10,
            "priority": 1,
        },
        "E": {
            "origin": "z",
            "destination": "a",
            "modes": ["rail", "sea_container"],
            "cargo": "flat",
            "woken_by": "flats_z",
            "background": True,
            "direction": "west_to_east",
        },
    },
    "bans": {
        "stop": {
            "flows": ["G"],
            "from": "2025-01-10",
            "to": "2025-01-14",
            "share": 0.7,
            "then": "later",
            "back_within": "2 d",
        },
        "full": {
            "flows": ["F"],
            "from": "2025-01-05",
            "to": "2025-02-14",
            "then": "later",
            "standing": {"facility": "customs", "above": 6, "below": 4, "back_every": "3 h"},
        },
    },
    "tariffs": {
        "line": {"component": "rail", "unit": "USD/t-km", "value": 0.1},
        "lorry": {"component": "road", "unit": "USD/t-km", "value": 0.2},
        "ship": {"component": "sea", "unit": "USD/t-km", "value": 0.05},
        "quay": {"component": "port", "unit": "USD/TEU", "value": 10},
        "forms": {"component": "documents", "unit": "USD/TEU", "value": 0},
    },
    "emissions": {"line": {"component": "rail", "unit": "g CO2e/t-km", "value": 20}},
}
#: Parameter -> other values; all together name every declared field.
CASES: dict[str, list[str]] = {
    "nodes.a.name": ["Another"],
    "links.ae.running_cv": ["0.5", "0"],
    "links.ae.electrified": ["partial"],
    "links.ae.trains_per_day": ["12", "[{value: 24}, {from: 2025-01-15, value: 48}]"],
    "links.wz.capacity_mt_per_year": ["0.5"],
    "links.wz.net_tonnes_per_train": ["50"],
    "water.lake.datum_m": ["-27.5"],
    "water.lake.level_m": ["-29", "[{value: -28.5}, {from: 2025-01-20, value: -29}]"],
    "facilities.customs.title": ["Another customs"],
    "facilities.customs.capacity": ["1", "[{value: 2}, {from: 2025-01-15, value: 4}]"],
    "facilities.slots.capacity": ["25"],
    "facilities.flats_a.capacity": ["300"],
    "facilities.customs.hours": ["{open: '08:00', close: '20:00', zone: Asia/Almaty}"],
    "facilities.berth.closures": ["[]", "[{from_day: 2025-01-05, to_day: 2025-01-07, share_open: 0.5, cause: works}]"],
    "facilities.crane.outages.up": ["20 h"],
    "facilities.crane.outages.down": ["10 h"],
    "facilities.crane.outages": ["{up: 30 h, down: 3 h}"],
    "fleets.boat.outages.up": ["20 h"],
    "fleets.boat.outages.down": ["12 h"],
    "facilities.flats_z.idle_wait": ["3 h"],
    "facilities.berth.depth_m": ["4.6"],
    "barriers.papers.kz.scale": ["0", "0.5", "[{value: 1}, {from: 2025-01-12, value: 0.5}]"],
    "barriers.slot.kz.scale": ["2", "0"],
    "processes.papers.duration": ["10 min", "[{value: 1 h}, {from: 2025-01-12, value: 5 min}]"],
    "processes.inspect.share": ["0.9", "1"],
    "processes.inspect.duration": ["{dist: uniform, low: 1 h, high: 3 h}"],
    "processes.risk.risk_lanes.red.share": ["0.3"],
    "processes.risk.risk_lanes.green.duration": ["20 min"],
    "services.boats.title": ["Other boats"],
    "services.boats.sailing_cv": ["0.3"],
    "services.boats.smaller_may_pass": ["false"],
    "services.boats.departure.fill": ["0.5"],
    "services.boats.departure": ["{rule: full, full_when: nothing_fits, longest_wait: 18 h, before_closing: 2 h}"],
    "services.boats.departure.longest_wait": ["30 h"],
    "services.boats.departure.least": ["0.3"],
    "services.boats.departure.before_closing": ["3 h"],
    "services.boats.rotation.1.departure.every": ["8 h"],
    "services.boats.rotation.1.departure.first": ["5 h"],
    "services.boats.rotation.0.entry_time": ["1 h"],
    "services.boats.rotation.0.mooring": ["1 h"],
    "services.boats.rotation.0.load_per_unit": ["5 min", "[{value: 2 min}, {from: 2025-01-12, value: 1 min}]"],
    "services.boats.rotation.1.discharge_per_unit": ["{dist: uniform, low: 1 min, high: 4 min}"],
    "fleets.boat.count": ["1", "4", "[{value: 2}, {from: 2025-01-20, value: 3}]"],
    "fleets.skiff.count": ["0", "3"],
    "fleets.boat.speed_kn": ["12"],
    "fleets.boat.limits.teu": ["40"],
    "fleets.boat.draught.payload_t": ["700"],
    "fleets.boat.draught.full_m": ["4.2"],
    "fleets.boat.draught.t_per_cm": ["8"],
    "fleets.boat.draught.keel_clearance_m": ["0.5"],
    "fleets.boat.draught": ["{payload_t: 800, full_m: 4.4, t_per_cm: 6, keel_clearance_m: 0.3}"],
    "weather.lake.title": ["Another lake"],
    "weather.lake.closed_share_by_month": ["[" + ", ".join(["0.2"] * 12) + "]"],
    "weather.lake.spell": ["5 h"],
    "weather.lake.closes.gate": ["0.5"],
    "weather.lake.local.west.share": ["0.8"],
    "weather.lake.scale": ["2"],
    "weather.lake.seed": ["3"],
    "flows.F.commodity": ["other boxes"],
    "flows.F.quantity_per_year": ["6000", "[{value: 4000}, {from: 2025-01-20, value: 8000}]"],
    "flows.G.quantity_per_year": ["1000"],
    "flows.G.monthly_profile": ["[2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2]"],
    "flows.G.tonnes_per_unit": ["14"],
    "flows.F.net_tonnes_per_unit": ["8"],
    "flows.G.arrivals": ["even", "poisson"],
    "flows.G.priority": ["3"],
    "flows.F.promise_days": ["5"],
    "flows.F.in_corridor_total": ["false"],
    "flows.F.ways.0.share": ["5"],
    "flows.F.choice.memory": ["8"],
    "flows.F.choice.scale": ["12 h"],
    "flows.F.choice.value_of_time": ["90"],
    "bans.stop.title": ["Another ban"],
    "bans.stop.from": ["2025-01-09"],
    "bans.stop.to": ["2025-01-16"],
    "bans.stop.share": ["1", "0.3"],
    "bans.stop.back_within": ["5 d"],
    "bans.full.from": ["2025-01-06"],
    "bans.full.share": ["0"],
    "bans.full.standing.above": ["4", "60"],
    "bans.full.standing.below": ["2"],
    "bans.full.standing.back_every": ["1 h"],
    "tariffs.lorry.value": ["0.4", "[{value: 0.2}, {from: 2025-01-15, value: 0.05}]"],
    "emissions.line.value": ["30"],
    "facilities.customs.source": ["another source"],
    "facilities.customs.grade": ["estimate"],
    "facilities.customs.note": ["another note"],
    "facilities.customs.evidence": ["{capacity: {source: there, grade: measured}}"],
}
CHANGES = [f"{key}={value}" for key, values in CASES.items() for value in values]


@cache
def scenario() -> str:
    folder = Path(tempfile.mkdtemp(prefix="corridor-patching-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    path = write(folder, TABLES_OF_ALL, **PERIOD)
    links = folder / "geodata" / "links.geojson"  # lengths that no map has
    content = json.loads(links.read_text("utf-8"))
    links.write_text(json.dumps(content | {"features": [f | {"geometry": None} for f in content["features"]]}), "utf-8")
    return str(path)


@cache
def patcher() -> Patcher:
    return Patcher(prepare(scenario()))


@cache
def drawn() -> Drawn:
    return Drawn.of(patcher().model, 0)


def differences(one: Any, other: Any, at: str = "") -> Iterator[str]:
    """Where two records of arrays differ."""
    if dataclasses.is_dataclass(one):
        for field in dataclasses.fields(one):
            yield from differences(getattr(one, field.name), getattr(other, field.name), f"{at}.{field.name}")
    elif isinstance(one, np.ndarray):
        if one.dtype != other.dtype or not np.array_equal(one, other):
            yield at
    elif one != other:
        yield at


def assert_as_built_anew(changes: list[str]) -> None:
    found = patcher().patched(changes)
    assert found.model is not None, found.reason
    world = resolve(load_scenario(scenario(), changes))
    assert check(world) == []
    anew = build(world)
    assert found.model.world.canonical() == world.canonical()
    assert found.model.world.lineage == world.lineage
    assert list(differences(found.model.plan, anew.plan)) == []
    for replication in (0, 1):  # the second has nothing to take over
        mine, theirs = found.model.draw(replication, like=drawn()), anew.draw(replication)
        assert list(differences(mine, theirs)) == []
    assert digest(simulate(found.model.plan, mine)) == digest(simulate(anew.plan, theirs))


def test_every_declared_field_has_a_case() -> None:
    tried: set[tuple[str, str]] = set()
    for change in CHANGES:
        for one in patched_world(patcher().checked, [change])[1]:
            within: list[type[BaseModel]] = [TABLES[one.table]]
            for part in one.path:
                here = [(m, name, i) for m in within for name, i in m.model_fields.items() if part in (name, i.alias)]
                tried |= {(model.__name__, name) for model, name, _ in here}
                within = [inner for _, _, info in here for inner in models(info.annotation)] or within
    declared = set(chain.from_iterable(declared_in(record) for record in TABLES.values()))
    ours = {"source", "grade", "note", "evidence"}  # every row has them
    assert {record for record, name in tried if name in ours} == {"Facility"}
    assert {(record, name) for record, name in declared - tried if name not in ours} == set()
    assert {effect for record in TABLES.values() for effect in effects_in(record)} == set(EFFECTS)


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Record classes in an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from models(inner)


def declared_in(record: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, info in record.model_fields.items():
        if said_of(info, "patch"):
            yield record.__name__, name
        for inner in models(info.annotation):
            yield from declared_in(inner)


def effects_in(record: type[BaseModel]) -> Iterator[str]:
    for info in record.model_fields.values():
        if effect := said_of(info, "patch"):
            yield effect
        for inner in models(info.annotation):
            yield from effects_in(inner)


@pytest.mark.parametrize("change", CHANGES)
def test_each_field_patched_is_the_world_built_anew(change: str) -> None:
    assert_as_built_anew([change])


def test_changes_beneath_the_scenarios_own_are_the_world_built_anew(tmp_path: Path) -> None:
    """A set is certain and a scale acts on what lies beneath it, as of sampled inputs."""
    shutil.copytree(Path(scenario()).parent / "geodata", tmp_path / "geodata")
    own = {"processes.inspect.duration": "90 min", "facilities.customs.capacity": 3}
    header = json.loads(Path(scenario()).read_text()) | {"set": own}
    path = tmp_path / "with_changes.yaml"
    path.write_text(json.dumps(header))
    world = resolve(load_scenario(path))
    beneath = [
        Change(key, "scale", factor, None, None, "table.csv", 2, label="accepted", layer=-1)
        for key, factor in (
            ("processes.inspect.duration", 0.5),
            ("processes.papers.duration", 1.7),
            ("fleets.boat.limits.teu", 0.7),
            ("weather.lake.closes.gate_w", 1.2),
        )
    ]
    found = Patcher(world).patched(["services.boats.sailing_cv=0.2"], beneath)
    assert found.model is not None, found.reason
    over = load_scenario(path, ["services.boats.sailing_cv=0.2"])
    whole = resolve(replace(over, changes=(*beneath, *over.changes)))
    assert check(whole) == []
    anew = build(whole)
    assert found.model.world.canonical() == whole.canonical()
    assert {key: own for key, own in found.model.world.lineage.items() if own} == whole.lineage
    assert list(differences(found.model.plan, anew.plan)) == []
    assert list(differences(found.model.draw(0), anew.draw(0))) == []
    assert found.model.world.processes["inspect"] == world.processes["inspect"], "what a scenario sets is certain"


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(CHANGES), min_size=2, max_size=5, unique_by=lambda change: change.split("=")[0]))
def test_several_fields_patched_are_the_world_built_anew(changes: list[str]) -> None:
    assert_as_built_anew(changes)


@pytest.mark.parametrize(
    "changes",
    [
        "facilities.customs.capacity=0",
        "facilities.customs.capacity=-1",
        "facilities.customs.capacity=two",
        "facilities.customs.closures=[{from_day: 2024-01-01, to_day: 2026-01-01, cause: works}]",
        "processes.inspect.share=2",
        "processes.risk.risk_lanes.red.share=0.9",
        "processes.inspect.duration=90 y",
        "weather.lake.scale=30",
        "fleets.boat.speed_kn=0",
        "fleets.boat.count=200000000",
        "flows.G.quantity_per_year=1e12",
        "bans.stop.to=2025-01-05",
        "services.boats.rotation.1.departure.every=1 s",
        "links.ae.trains_per_day=1e-9",
        "tariffs.lorry.value=cheap",
        "emissions.line.unit=USD/t-km",
    ],
)
def test_what_is_refused_of_the_whole_is_not_patched(changes: str) -> None:
    try:
        world = resolve(load_scenario(scenario(), changes))
        refused = bool(check(world))
        if not refused:
            refuse_impossible(build(world))
    except InputError:
        refused = True
    found = patcher().patched([changes])
    assert refused
    assert found.model is None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("links.ae.length_km=50", "links.ae.length_km is not declared to be patched"),
        ("flows.G.train=12", "flows.G.train is not declared to be patched"),
        ("period.end=2025-02-01", "another period or title"),
        ("flows.E2={origin: z}", "flows.E2 is no row yet"),
        ("processes.inspect.facility=crane", "processes.inspect.facility is not declared to be patched"),
        ("flows.G.quantity_per_year=0", "G departs on other days"),
        ("facilities.crane.outages=", "facilities.crane.outages is not declared to be patched"),
        ("barriers.papers.a.scale=2", "barriers.papers.a is no row yet"),
    ],
)
def test_what_needs_another_model_says_why(change: str, why: str) -> None:
    found = patcher().patched([change])
    assert found.model is None
    assert why in found.reason


def test_a_seed_is_another_replication_and_takes_nothing_over() -> None:
    found = patcher().patched(["seed=5"])
    assert found.model is not None
    assert found.model.plan is patcher().model.plan
    anew = build(resolve(load_scenario(scenario(), ["seed=5"])))
    assert list(differences(found.model.draw(0, like=drawn()), anew.draw(0))) == []


def test_what_has_not_changed_is_not_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.model.streams import Streams

    drawn()
    asked: list[str] = []
    monkeypatch.setattr(
        Streams, "_raw", lambda self, name, blocks, raw=Streams._raw: (asked.append(name), raw(self, name, blocks))[1]
    )
    same = patcher().patched(["services.boats.departure.fill=0.5", "tariffs.lorry.value=0.2"]).model
    assert same is not None
    draws = same.draw(0, like=drawn())
    assert asked == []
    assert draws.hold_s is drawn().draws.hold_s
    other = patcher().patched(["processes.papers.duration={dist: lognormal, mean: 45 min, cv: 0.5}"]).model
    assert other is not None
    other.draw(0, like=drawn())
    assert {name.split("/")[-2] for name in asked} == {"papers"}
