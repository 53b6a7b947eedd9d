"""The worlds that are timed: twelve stations with a gate and a ferry, a plain tandem of queues, long trains."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sim.contract.draws import Draws
from sim.model.draws import Model
from tests.oracle.line import line
from tests.oracle.sea import sea
from tests.oracle.world import model

DAY_S, HOUR_S = 86_400, 3_600
STATIONS, STATIONS_BEFORE_SEA, GATE = 12, 6, 3  # the gate is the fourth station
OPENS_S, CLOSES_S = 6 * HOUR_S, 22 * HOUR_S
LOTS_PER_DAY = 100
MEAN_BETWEEN_LOTS_S = DAY_S / LOTS_PER_DAY
MEAN_SERVICE_S = 420  # 49 % load, 73 % at the gate
BATCH, FERRIES, SAILING_S, LONGEST_WAIT_S = 40, 4, 6 * HOUR_S, 6 * HOUR_S


def line_model(folder: Path, days: int) -> Model:
    """The line as a scenario of ``days`` days, lots setting out at random."""
    steps, facilities = {}, {}
    for number in range(STATIONS):
        port = "east" if number < STATIONS_BEFORE_SEA else "west"
        name = f"station{number:02d}"
        facilities[name] = {"node": port, "capacity": 1}
        steps[name] = {
            "node": port,
            "order": number,
            "facility": name,
            "duration": {"dist": "exponential", "mean": f"{MEAN_SERVICE_S} s"},
        }
    facilities["east_berth"] = {"node": "east", "kind": "berth", "capacity": 1}
    gate = facilities[f"station{GATE:02d}"]
    gate["hours"] = {"open": _clock(OPENS_S), "close": _clock(CLOSES_S), "zone": "UTC"}
    tables = sea(
        flows={"F": {"arrivals": "poisson", "quantity_per_year": 365 * LOTS_PER_DAY}},
        departure={"rule": "full", "longest_wait": f"{LONGEST_WAIT_S} s"},
        vessels=FERRIES,
        limit=BATCH,
        sailing_h=SAILING_S / HOUR_S,
        facilities=facilities,
        processes=steps,
    )
    return model(folder, tables, start="2021-01-01", end=_end(days), run_out="3 d")


def tandem_model(folder: Path, days: int) -> Model:
    """The twelve stations alone, one after the other: what every simulator of queues can express."""
    service = {"duration": {"dist": "exponential", "mean": f"{MEAN_SERVICE_S} s"}}
    stations = [(f"station{k:02d}", {"capacity": 1}, service) for k in range(STATIONS)]
    flows = {"F": {"arrivals": "poisson", "quantity_per_year": 365 * LOTS_PER_DAY}}
    return model(folder, line(stations, flows), start="2021-01-01", end=_end(days), run_out="3 d")


def trains_model(folder: Path, trains: int = 5_000, boxes: int = 80, steps: int = 14) -> Model:
    """A year of trains that gather box by box, pass ``steps`` stations whole, and split again."""
    stations = [(f"step{k:02d}", {"capacity": 1}, {"duration": "10 min", "scope": "train"}) for k in range(steps)]
    flows = {"F": {"quantity_per_year": trains * boxes, "train": boxes, "formation_wait": "30 d"}}
    tables = line(stations, flows)
    tables["links"]["ab"] = {**tables["links"]["ab"], "mode": "rail", "gauge_mm": 1520}
    for row in tables["processes"].values():
        row["node"] = "b"
    for row in tables["facilities"].values():
        row["node"] = "b"
    return model(folder, tables, start="2021-01-01", end="2021-12-31", run_out="3 d")


def lots_of(built: Model, draws: Draws) -> list[tuple[int, list[int]]]:
    """Each lot's instant of setting out and times at the stations, in order of setting out."""
    at = draws.lot_draw[:, None] + built.plan.programs.draw[_station_steps(built)]
    times = draws.hold_s[at].clip(0).tolist()
    order = sorted(range(draws.n_lot), key=draws.lot_time_s.tolist().__getitem__)
    return [(int(draws.lot_time_s[lot]), times[lot]) for lot in order]


def _station_steps(built: Model) -> list[int]:
    names = built.plan.operations.name
    return [k for k, op in enumerate(built.plan.programs.op.tolist()) if names[op].startswith("process/station")]


def _end(days: int) -> str:
    return str(date(2021, 1, 1) + timedelta(days=days - 1))


def _clock(second: int) -> str:
    return f"{second // HOUR_S:02d}:00"
