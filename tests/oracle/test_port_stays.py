"""Stays at ports: where all are known by hand, and aboard ships against plain counting."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.analysis.kpis import Views, kpis
from sim.analysis.ledger import Ledger, ledger
from sim.analysis.movements import ends_of, stays_s, traversals
from sim.analysis.port_stays import port_stays
from sim.analysis.records import run_info
from sim.clock import HOUR_S
from sim.contract.trace import BOARD, CALL
from tests.oracle import world
from tests.oracle.sea import sea

#: Of what passes the port east by land, boxes from a stay for 5 hours and those from d for 2; a link is a second long.
DAILY = {"quantity_per_year": 365, "arrivals": "regular"}
TABLES = sea(
    departure={"rule": "full", "longest_wait": "6 h"},
    vessels=2,
    limit=50,
    flows={
        "F1": {"origin": "a", "destination": "c", **DAILY},
        "F2": {"origin": "d", "destination": "c", "quantity_per_year": 3650, "arrivals": "regular"},
        "F3": {"origin": "a", "destination": "east", **DAILY},
        "F4": {"origin": "e", "destination": "f", **DAILY},
        "F5": {"origin": "east", "destination": "c", **DAILY},
        "F6": {
            "origin": "d",
            "destination": "c",
            "quantity_per_year": 182,
            "arrivals": "regular",
            "ways": [{"name": "on", "share": 1}, {"name": "short", "destination": "east", "share": 1}],
            "choice": {"rule": "share"},
        },
    },
    processes={
        "papers": {"node": "east", "duration": "5 h", "arrive_from": ["a"]},
        "ends": {"node": "east", "duration": "2 h", "arrive_from": ["d"]},
        "customs": {"node": "west", "duration": "7 h", "arrive_from": ["east"]},
    },
)
TABLES["nodes"] = {**TABLES["nodes"], **{name: {} for name in "acdef"}}
TABLES["links"] = {
    **TABLES["links"],
    **{
        f"l{a}{b}": {"from": a, "to": b}
        for a, b in (("a", "east"), ("d", "east"), ("e", "east"), ("east", "c"), ("west", "f"))
    },
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    """Both engines leave one trace of it, else ``world.run`` fails."""
    folder: Path = tmp_path_factory.mktemp("ports")
    built = world.model(folder, TABLES, start="2025-01-01", end="2025-03-31")
    found = world.run(built)
    info = run_info(built.world)
    return ledger(found.plan, found.draws, found.trace, info.flows, info.origin)


def hours(book: Ledger, port: str, flow: str) -> list[float]:
    stays = port_stays(book, traversals(book))
    return stays.loc[(stays["port"] == port) & (stays["flow"] == flow) & stays["departed"], "hours"].tolist()


def test_a_stay_lasts_from_arrival_to_departure(book: Ledger) -> None:
    assert set(hours(book, "east", "F1")) == {5.0}
    assert set(hours(book, "east", "F2")) == {2.0}
    assert set(hours(book, "west", "F4")) == {7.0}  # from the end of its discharge


def test_who_ends_or_begins_at_the_port_does_not_stay_there(book: Ledger) -> None:
    assert hours(book, "east", "F3") == hours(book, "east", "F5") == []


def test_a_route_alternative_that_ends_at_the_port_does_not_stay_there(book: Ledger) -> None:
    stays = port_stays(book, traversals(book)).query("flow == 'F6'")
    assert set(stays["hours"]) == {2.0}  # of those that travel on
    assert stays["departed"].all()
    assert 10 < len(stays) < 35  # half of the 45 or so
    lots = book.lots[book.lots["flow"] == book.plan.flow_name.index("F6")]
    ends = np.array(book.plan.node_name)[ends_of(book, lots["lot"].to_numpy())]
    assert set(ends) == {"c", "east"}
    waited = stays_s(book, traversals(book), "d", "east")
    waited = waited[waited["lot"].isin(lots["lot"])]
    assert len(waited) == (ends == "c").sum()
    assert np.isfinite(waited["lasts_s"]).all()


def test_who_leaves_by_sea_stays_until_the_ship_does(book: Ledger) -> None:
    boards, calls, born_s = book.trace.boards, book.trace.calls, {int(lot): int(s) for lot, s, _ in book.trace.lots}
    of = {name: k for k, name in enumerate(BOARD)}
    left_s = {(row[CALL.index("vessel")], row[CALL.index("call")]): int(row[CALL.index("left")]) for row in calls}
    wanted = []
    for row in boards:
        lot, ship = int(row[of["lot"]]), (row[of["vessel"]], row[of["call_from"]])
        came_s = born_s[lot] + 1
        if book.start_s <= came_s < book.end_s and left_s.get(ship, -1) >= 0:
            wanted.append((left_s[ship] - came_s) / HOUR_S)
    assert len(wanted) > 80
    assert sorted(hours(book, "east", "F4")) == pytest.approx(sorted(wanted))


def test_nine_in_ten_stays_are_no_longer(book: Ledger) -> None:
    found = {(row.kpi, row.scope): row.value for row in kpis(Views(book)).itertuples() if row.year == 0}
    east = [hours(book, "east", flow) for flow in ("F1", "F2", "F4", "F6")]
    ascending = sorted(hour for own in east for hour in own)
    assert found["port_dwell_lots", "east"] == len(ascending) + found["port_dwell_unfinished", "east"]
    assert len(east[1]) > 0.8 * len(ascending)
    assert found["port_dwell_p90", "east"] == ascending[int(np.ceil(0.9 * found["port_dwell_lots", "east"])) - 1]
    assert found["port_dwell_p90", "west"] == 7.0
    assert ("port_dwell_p90", "c") not in found  # no ship calls there
