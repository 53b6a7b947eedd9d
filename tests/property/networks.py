"""Random small networks: a chain of places by road, rail and sea, with everything that can hold a lot up.

Ships may call at a port several times, lots pass a place twice, and trains wait for a time that changes or is random.
Some have flats that loads take at their origin and leave at their end, whence idle ones travel on; in some a
flow chooses between the chain, a road beside it, another end, and a way outside. In some nothing departs while many
stand in one place.

All times lie on a half-hour grid and all numbers are small, so that ties abound. A drawn network is a
plain dictionary ``{"tables": ..., "times_h": ...}`` that can be stored as JSON and replayed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from sim.clock import DAY_S
from sim.contract.draws import Draws
from sim.model.build import build as from_world
from sim.model.draws import Model
from sim.network.choice_rules import RULES
from sim.scenario.demand import SettledDemand, Weighed
from tests.oracle.sea import KNOT_KMH
from tests.oracle.world import departures, model, set_out_at

Network = dict[str, Any]
PERIOD = {"start": "2025-01-01", "end": "2025-01-05", "run_out": "20 d"}
POLICIES = ["finish", "suspend", "restart", "not_started"]
LAST_HOUR = 96  # lots set out in the first four days

half_hours = st.integers(1, 10).map(lambda k: f"{30 * k} min")


def build(folder: Path, network: Network) -> tuple[Model, Draws]:
    """The network's model, and its luck with the lots setting out at the stored hours."""
    built = model(folder, network["tables"], **PERIOD)
    if "weighed" in network:
        built = _weighing(built, network["weighed"])
    times_s = {flow: [round(h * 3600) for h in hours] for flow, hours in network["times_h"].items()}
    return built, set_out_at(built, times_s)


def _weighing(built: Model, weighed: dict[str, Any]) -> Model:
    """The model in which lots of some flows weigh, and times are published every twelve hours, not every month."""
    own = {name: _weighed(row) for name, row in weighed.items()}
    settled = SettledDemand({}, (), (), {}, {}, own)
    scenario = replace(built.world.scenario, settled=settled)
    built = from_world(replace(built.world, scenario=scenario))
    if built.plan.weighings is None:  # none of the flows departs
        return built
    often = np.arange(1, 2 * (built.end_s // DAY_S + 1) + 1, dtype=np.int64) * DAY_S // 2
    return replace(built, plan=replace(built.plan, weighings=replace(built.plan.weighings, month_end_s=often)))


def _weighed(row: dict[str, Any]) -> Weighed:
    days = tuple(date.fromisoformat(day) for day in row["days"])
    stays, leaves = (tuple(tuple(own) for own in row[name]) for name in ("stays", "leaves"))
    cells = tuple((cell,) * (len(row["more_d"]) - 1) for cell in leaves)
    plain = {name: row[name] for name in ("usual_s", "late_s", "permille", "after", "over")}
    return Weighed(ways=tuple(row["ways"]), days=days, more_d=tuple(row["more_d"]), stays=stays, leaves=cells, **plain)


@st.composite
def networks(draw) -> Network:
    """Two to four places in a row; lots in both directions."""
    modes = draw(
        st.lists(st.sampled_from(["road", "rail", "sea_container"]), min_size=1, max_size=3).filter(
            lambda m: m.count("sea_container") <= 1
        )
    )
    places = [f"p{k}" for k in range(len(modes) + 1)]
    tables: dict[str, dict[str, Any]] = {
        "nodes": {p: {} for p in places},
        "links": {f"l{k}": _link(draw, places[k], places[k + 1], mode) for k, mode in enumerate(modes)},
        "facilities": {},
        "processes": {},
        "flows": {},
        "services": {},
        "fleets": {},
    }
    for k, place in enumerate(places):
        around = [mode for mode in modes[max(k - 1, 0) : k + 1]]
        _stations(draw, tables, place, through=around == ["rail", "rail"])
    if "sea_container" in modes:
        k = modes.index("sea_container")
        _ferry(draw, tables, places[k], places[k + 1])
    if "rail" in modes and draw(st.booleans()):
        _formation(draw, tables, places, modes)
    times_h = {}
    for number in range(draw(st.integers(1, 4))):
        name = f"F{number}"
        start, stop = draw(st.sampled_from([(a, b) for a in places for b in places if a != b]))
        hours = draw(st.lists(st.integers(0, 2 * LAST_HOUR), min_size=1, max_size=8))
        times_h[name] = sorted(h / 2 for h in hours)
        lot = draw(st.integers(1, 3))
        tables["flows"][name] = {
            "origin": start,
            "destination": stop,
            "lot": lot,
            "quantity_per_year": departures(lot * len(hours)),
            "train": draw(st.sampled_from([0, 2, 4, 6])),
            "formation_wait": draw(half_hours),
            "priority": draw(st.integers(0, 2)),
        }
    if draw(st.booleans()):
        _detour(draw, tables, places)
    if draw(st.booleans()):
        _flats(draw, tables, places)
    if draw(st.booleans()):
        _choice(draw, tables, places, modes)
    if draw(st.booleans()):
        _queue_ban(draw, tables)
    network = {"tables": tables, "times_h": times_h}
    if draw(st.booleans()):
        network["weighed"] = {name: _weighs(draw) for name in times_h if draw(st.booleans())}
    return network


def _weighs(draw) -> dict[str, Any]:
    """A flow whose lots may leave by the sea, or stay at home, where the chain has become slow; quotes change on a day."""
    part = draw(st.sampled_from([0.0, 0.5, 1.0]))
    return {
        "ways": ["sea", ""],
        "usual_s": 1800 * draw(st.integers(0, 20)),
        "late_s": 1800 * draw(st.integers(0, 60)),
        "permille": draw(st.sampled_from([0, 400, 1000])),
        "after": draw(st.integers(1, 2)),
        "over": draw(st.integers(1, 3)),
        "days": ["2025-01-01", "2025-01-03"],
        "more_d": [-1.0, 0.0, 1.0, 3.0],
        "stays": [[1.0, 1.0, 0.4, 0.2], [1.0, part, 0.4 * part, 0.0]],
        "leaves": [[0.5, 0.5], [1.0, 0.0]],
    }


def _formation(draw, tables: dict[str, dict[str, Any]], places: list[str], modes: list[str]) -> None:
    """At one end of a railway line trains wait for a time that changes on a date, is random, or both."""
    k = draw(st.sampled_from([k for k, mode in enumerate(modes) if mode == "rail"]))
    place = places[k + draw(st.integers(0, 1))]
    wait = draw(st.sampled_from(["change", "random", "both"]))
    first = {"dist": "uniform", "low": "1 h", "high": "9 h"} if wait != "change" else draw(half_hours)
    then = {"dist": "exponential", "mean": "3 h"} if wait == "both" else draw(half_hours)
    tables["processes"][f"{place}_trains"] = {
        "node": place,
        "order": 5,
        "action": draw(st.sampled_from(["gather", "reform"])),
        "units": draw(st.integers(1, 6)),
        "duration": first if wait == "random" else [{"value": first}, {"from": "2025-01-03", "value": then}],
    }


def _detour(draw, tables: dict[str, dict[str, Any]], places: list[str]) -> None:
    """A place beside one of the chain, to which the last flow goes and from which it comes back."""
    beside = draw(st.sampled_from(places))
    tables["nodes"]["siding"] = {}
    tables["links"]["spur"] = _link(draw, beside, "siding", "road")
    tables["flows"][max(tables["flows"])]["via"] = ["siding"]


def _flats(draw, tables: dict[str, dict[str, Any]], places: list[str]) -> None:
    """A stock of flats at each place: every load takes as many as it is large, idle ones may go to any other place."""
    tables["cargo"] = {"TEU": {"teu": 1}, "flat": {"teu": 1}}
    unit = draw(st.sampled_from(["teu", "teu", "each"]))
    for place in places:
        stock = f"{place}_flats"
        tables["facilities"][stock] = _facility(draw, place, least=3, unit=unit, kind="stock", pool="flats")
        held = {"node": place, "scope": "lot", "facility": stock, "units": "load"}
        tables["processes"][f"{place}_on"] = {
            **held,
            "order": draw(st.sampled_from([0, 3])),
            "action": "acquire",
            "arrive": ["origin"],
            "cargo": ["TEU"],
        }
        tables["processes"][f"{place}_off"] = {
            **held,
            "order": draw(st.sampled_from([3, 10])),
            "action": "release",
            "leave": ["destination"],
            "cargo": ["TEU", "flat"],
        }
    for place in places:
        if draw(st.booleans()):
            tables["facilities"][f"{place}_flats"]["idle_wait"] = draw(half_hours)
            homes = [p for p in places if p != place]
            for home in draw(st.lists(st.sampled_from(homes), min_size=1, unique=True)):
                tables["flows"][f"E_{place}_{home}"] = {
                    "origin": place,
                    "destination": home,
                    "cargo": "flat",
                    "woken_by": f"{place}_flats",
                    "background": True,
                    "train": draw(st.sampled_from([0, 3])),
                    "formation_wait": draw(half_hours),
                }
    for name, row in tables["processes"].items():  # a quay gives back what a ship put there; the rest may pass
        if name.endswith(("_q_in", "_q_out")) or ("_s" in name and draw(st.booleans())):
            row["cargo"] = ["TEU", "flat"]
    for service in tables["services"].values():
        service["cargo"] = ["TEU", "flat"]


def _choice(draw, tables: dict[str, dict[str, Any]], places: list[str], modes: list[str]) -> None:
    """The first flow chooses: along the chain, by road where there is rail, to another end, or outside."""
    flow = tables["flows"]["F0"]
    ways: list[dict[str, Any]] = [{"name": "chain"}]
    if "rail" in modes:
        k = modes.index("rail")
        tables["links"]["beside"] = _link(draw, places[k], places[k + 1], "road")
        if modes.count("rail") == 1:
            ways.append({"name": "road", "modes": ["road", "sea_container"]})
    others = [p for p in places if p not in (flow["origin"], flow["destination"])]
    if others:
        ways.append({"name": "elsewhere", "destination": draw(st.sampled_from(others))})
    if len(ways) == 1 or draw(st.booleans()):
        ways.append({"name": "outside", "outside": draw(half_hours)})
    for way in ways:
        way["share"] = draw(st.integers(1, 3))
    rule = draw(st.sampled_from(list(RULES)))
    choice: dict[str, Any] = {"rule": rule}
    if RULES[rule].by_time:
        choice["memory"] = draw(st.integers(1, 3))
    if rule == "logit":
        choice["scale"] = "2 h"
    flow |= {"ways": ways, "choice": choice}


def _queue_ban(draw, tables: dict[str, dict[str, Any]]) -> None:
    """Nothing of some flows departs while many stand in and before one place."""
    seen = [name for name, row in tables["facilities"].items() if row.get("kind") != "stock"]
    flows = [name for name, row in tables["flows"].items() if "woken_by" not in row]
    if not seen:
        return
    above = draw(st.integers(1, 4))
    standing = {"facility": draw(st.sampled_from(seen)), "above": above, "below": draw(st.integers(1, above))}
    ban = {
        "flows": draw(st.lists(st.sampled_from(flows), min_size=1, unique=True)),
        "from": draw(st.sampled_from(["2024-12-01", "2025-01-02"])),
        "to": draw(st.sampled_from(["2025-01-03", "2026-01-01"])),
        "then": "lost",
        "standing": standing,
    }
    if draw(st.booleans()):
        ban["then"] = "later"
        standing["back_every"] = draw(half_hours)
    tables["bans"] = {"queue": ban}


def _link(draw, start: str, stop: str, mode: str) -> dict[str, Any]:
    row: dict[str, Any] = {"from": start, "to": stop, "mode": mode, "speed_kmh": 20}
    hours = draw(st.integers(1, 6)) / 2
    row["length_km"] = hours * (10 * KNOT_KMH if mode == "sea_container" else 20)
    if mode == "rail":
        row |= draw(
            st.sampled_from([{}, {"trains_per_day": 24}, {"trains_per_day": 8}, {"trains_per_day": 12, "tracks": 1}])
        )
    return row


def _facility(draw, place: str, least: int, unit: str = "each", **fields: Any) -> dict[str, Any]:
    """Capacity never ends below ``least``, so that whoever asks for as much may be served one day."""
    capacity: Any = draw(st.integers(least, least + 2))
    kind = draw(
        st.sampled_from(
            ["steady", "steady", "dated", "hours", "closure", "narrowing", "outages", "quota", "dated outages"]
        )
    )
    extra: dict[str, Any] = {}
    if "dated" in kind:
        capacity = [
            {"value": capacity},
            {"from": "2025-01-02", "value": draw(st.integers(0, least + 1))},
            {"from": "2025-01-04", "value": draw(st.integers(least, least + 2))},
        ]
    elif kind == "hours":
        opens = draw(st.integers(0, 47))
        closes = (opens + draw(st.integers(12, 40))) % 48
        extra["hours"] = {"open": _time(opens), "close": _time(closes), "zone": "UTC"}
    if "outages" in kind:
        extra["outages"] = {"up": "20 h", "down": {"dist": "uniform", "low": "1 h", "high": "8 h"}}
    elif kind == "quota" and unit == "each" and "kind" not in fields:
        extra |= {"kind": "quota", "resets": {"at": "06:00", "zone": "UTC"}}
    elif kind in ("closure", "narrowing"):
        share = 0.0 if kind == "closure" else 0.5
        extra["closures"] = [{"from_day": "2025-01-02", "to_day": "2025-01-03", "share_open": share, "cause": "works"}]
    return {
        "node": place,
        "unit": unit,
        "capacity": capacity,
        "on_closure": draw(st.sampled_from(POLICIES)),
        "discipline": draw(st.sampled_from(["fifo", "priority"])),
        **extra,
        **fields,
    }


def _time(half: int) -> str:
    return f"{half // 2:02d}:{half % 2 * 30:02d}"


def _duration(draw) -> Any:
    return draw(
        st.one_of(
            half_hours,
            st.just("0 s"),
            st.just({"dist": "empirical", "values": ["0 s", "30 min", "1 h", "4 h"]}),
            st.just({"dist": "exponential", "mean": "90 min"}),
        )
    )


def _stations(draw, tables: dict[str, dict[str, Any]], place: str, through: bool) -> None:
    """Up to three steps at a place, perhaps inside a yard; whole trains where trains pass through."""
    scope = "train" if through else draw(st.sampled_from(["train", "lot", "lot"]))
    if draw(st.booleans()):
        yard = f"{place}_yard"
        tables["facilities"][yard] = _facility(draw, place, least=6, unit="teu", kind="yard")
        held = {"node": place, "scope": scope, "facility": yard, "units": "load"}
        tables["processes"][f"{place}_in"] = {**held, "order": 1, "action": "acquire"}
        tables["processes"][f"{place}_out"] = {**held, "order": 9, "action": "release"}
    for number in range(draw(st.integers(0, 3))):
        name = f"{place}_s{number}"
        row: dict[str, Any] = {"node": place, "order": 2 + number, "scope": scope, "duration": _duration(draw)}
        if draw(st.integers(0, 3)):
            tables["facilities"][name] = _facility(draw, place, least=1)
            row |= {"facility": name, "holds_until_next": draw(st.booleans())}
        if draw(st.integers(0, 4)) == 0:
            row["share"] = 0.5
        if draw(st.integers(0, 4)) == 0:
            row["per"] = "unit"
        tables["processes"][name] = row


def _ferry(draw, tables: dict[str, dict[str, Any]], east: str, west: str) -> None:
    rotation: list[dict[str, Any]] = []
    ports = draw(
        st.sampled_from(
            [(east, west)] * 4
            + [
                (east, west, east, west),
                (east, west, "far", west),
                (east, "far", east, west),
                (east, west, east, "far", west),
            ]
        )
    )
    if "far" in ports:
        tables["nodes"]["far"] = {}
        for port in (east, west):
            tables["links"][f"far_{port}"] = _link(draw, "far", port, "sea_container")
    for k, port in enumerate(ports):
        again = port in ports[:k]
        call: dict[str, Any] = {
            "port": port,
            "berth": f"{port}_berth",
            "load_per_unit": _duration(draw),
            "discharge_per_unit": _duration(draw),
            "mooring": draw(st.sampled_from(["0 s", "30 min", "2 h"])),
        }
        if again:  # the same quays, yard included; entry and cranes as at the first call, or none
            first = rotation[ports.index(port)]
            kept = [f for f in ("entry", "cranes") if f in first and draw(st.booleans())]
            call |= {f: first[f] for f in ("yard",) if f in first} | {f: first[f] for f in kept}
            call |= {"cranes_per_vessel": first["cranes_per_vessel"]} if "cranes" in kept else {}
            call |= {"entry_time": first["entry_time"]} if "entry" in kept else {}
            rotation.append(call)
            continue
        tables["facilities"][f"{port}_berth"] = {"node": port, "kind": "berth", "capacity": draw(st.integers(1, 2))}
        if draw(st.booleans()):
            tables["facilities"][f"{port}_entry"] = _facility(draw, port, least=1, kind="entry")
            call |= {"entry": f"{port}_entry", "entry_time": draw(half_hours)}
        if draw(st.booleans()):
            cranes = draw(st.integers(1, 2))
            tables["facilities"][f"{port}_cranes"] = _facility(draw, port, least=cranes, kind="crane")
            call |= {"cranes": f"{port}_cranes", "cranes_per_vessel": cranes}
        if port != "far" and draw(st.booleans()):
            quay = f"{port}_quay"
            tables["facilities"][quay] = _facility(draw, port, least=6, unit="teu", kind="yard")
            call["yard"] = quay
            held = {"node": port, "scope": "lot", "facility": quay, "units": "load"}
            before, after = {"order": 20, "leave": ["sea_container"]}, {"order": 0, "arrive": ["sea_container"]}
            tables["processes"][f"{port}_q_in"] = {**held, **before, "action": "acquire"}
            tables["processes"][f"{port}_q_out"] = {**held, **after, "action": "release"}
        rotation.append(call)
    rule = draw(
        st.sampled_from(
            [
                {"rule": "full", "longest_wait": "6 h"},
                {"rule": "full", "fill": 0.5, "longest_wait": "1 d"},
                {"rule": "timetable", "every": "12 h", "first": "3 h"},
                {"rule": "full", "longest_wait": "0 s"},
            ]
        )
    )
    tables["services"]["boats"] = {"rotation": rotation, "departure": rule, "smaller_may_pass": draw(st.booleans())}
    count: Any = draw(st.integers(1, 3))
    if draw(st.booleans()):
        count = [{"value": count}, {"from": "2025-01-03", "value": draw(st.integers(1, 3))}]
    tables["fleets"]["ship"] = {"service": "boats", "count": count, "limits": {"teu": draw(st.integers(3, 8))}}
