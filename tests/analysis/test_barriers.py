"""Time at barriers by name and place adds up to the corridor's barrier time, and is told in the summary."""

from __future__ import annotations

import pytest

from sim.analysis.barriers import barrier_at, barrier_hours
from sim.analysis.kpis import Views, kpis
from sim.analysis.ledger import ledger
from sim.report.summary import BARRIERS, summarise, summary_text
from tests.analysis.simulated import simulated, stored


def test_barriers_add_up_to_the_cause():
    run = simulated("tutorial")
    book = ledger(run.plan, run.draws, run.trace, run.info.flows, run.info.origin)
    table = kpis(Views(book)).query("year == 0").set_index(["kpi", "scope"])["value"]
    named = {name: hours for name, hours, _ in barrier_hours(book)}
    kinds = {name: hours for name, hours in named.items() if "@" not in name}
    assert kinds
    assert sum(kinds.values()) == pytest.approx(table["time_barrier", "corridor"])
    for kind, hours in kinds.items():
        places = [h for name, h in named.items() if name.startswith(f"{kind}@")]
        assert sum(places) == pytest.approx(hours)
    assert all(table["barrier_time", name] == hours for name, hours in named.items())


def test_the_summary_tells_the_longest_barriers_by_place():
    run = stored(replications=3)
    summary = summarise(run)
    rows = summary.barriers
    assert 0 < len(rows) <= BARRIERS
    assert sum(row.share for row in rows if row.node is None) == pytest.approx(1)
    hours = [row.hours.mean for row in rows if row.node]
    assert hours == sorted(hours, reverse=True)
    assert "Barriers: hours of a shipment, all shipments" in summary_text(summary)
    assert barrier_at("documents", "altynkol") == "documents@altynkol"
