"""Stays at a node and passages in a window of months, where the right value is plain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.analysis.kpis import Views, kpis
from sim.analysis.ledger import Ledger, ledger
from sim.analysis.movements import stays_s, traversals
from sim.analysis.passages import Pair
from sim.analysis.records import run_info
from tests.oracle import world

#: A box a day of each flow; b holds those from a for 5 hours and those from d for 2, a link is a second long.
TABLES: dict[str, Any] = {
    "nodes": {"a": {}, "b": {}, "c": {}, "d": {}},
    "links": {"ab": {"from": "a", "to": "b"}, "bc": {"from": "b", "to": "c"}, "db": {"from": "d", "to": "b"}},
    "processes": {
        "papers": {"node": "b", "duration": "5 h", "arrive_from": ["a"]},
        "ends": {"node": "b", "duration": "2 h", "arrive_from": ["d"]},
    },
    "flows": {
        "F1": {"origin": "a", "destination": "c", "quantity_per_year": 365, "arrivals": "regular"},
        "F2": {"origin": "d", "destination": "c", "quantity_per_year": 365, "arrivals": "regular"},
        "F3": {"origin": "a", "destination": "b", "quantity_per_year": 365, "arrivals": "regular"},
    },
}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder: Path = tmp_path_factory.mktemp("stays")
    built = world.model(folder, TABLES, start="2025-01-01", end="2025-03-31")
    found = world.run(built)
    info = run_info(built.world)
    return ledger(found.plan, found.draws, found.trace, info.flows, info.origin)


def test_a_stay_is_from_the_arrival_to_the_next_departure(book: Ledger) -> None:
    moves = traversals(book)
    from_a, from_d = stays_s(book, moves, "a", "b"), stays_s(book, moves, "d", "b")
    flow = np.array(book.plan.flow_name, object)[book.draws.lot_flow]
    assert {flow[lot] for lot in from_a["lot"]} == {"F1"}  # those of F3 end at b
    assert {flow[lot] for lot in from_d["lot"]} == {"F2"}
    assert set(from_a["lasts_s"][np.isfinite(from_a["lasts_s"])]) == {5 * 3600.0}
    assert set(from_d["lasts_s"][np.isfinite(from_d["lasts_s"])]) == {2 * 3600.0}
    assert len(stays_s(book, moves, "c", "b")) == 0


def test_months_count_what_begins_in_them(book: Ledger) -> None:
    pairs = (
        Pair("a", "c", ("F1",)),
        Pair("a", "c", ("F1",), (2, 2)),
        Pair("a", "b", (), (2, 3), stays=True),
        Pair("a", "c", ("F1",), (7, 8)),
    )
    assert [pair.scope for pair in pairs] == [
        "a->c (F1)",
        "a->c (F1) months 2-2",
        "stay a->b months 2-3",
        "a->c (F1) months 7-8",
    ]
    found = kpis(Views(book, pairs))
    of = {(row.kpi, row.scope): row.value for row in found[found["year"] == 2025].itertuples()}
    born = book.when(book.lots["born_s"].to_numpy()).dt.month.to_numpy()
    first = (book.lots["flow"].to_numpy() == book.plan.flow_name.index("F1")) & book.lots["reported"].to_numpy(bool)
    assert of["between_lots", "a->c (F1)"] == first.sum()
    assert of["between_lots", "a->c (F1) months 2-2"] == (first & (born == 2)).sum() == 28
    assert of["between_lots", "a->c (F1) months 7-8"] == 0
    assert of["between_p50", "a->c (F1) months 2-2"] == pytest.approx((5 * 3600 + 2) / 86_400)
    assert of["between_mean", "stay a->b months 2-3"] == pytest.approx(5 / 24, rel=0.02)
