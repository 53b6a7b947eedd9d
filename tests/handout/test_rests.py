"""What a run rests on is counted from its inputs, and shares of time add up to what its delays say."""

from __future__ import annotations

from sim.handout.rests import rests_section
from sim.report.kpi_values import Values


def test_shares_are_those_of_the_delays_and_grades_those_of_the_rows(run) -> None:
    section = rests_section(run, Values(run.kpis))
    delays = run.delays
    whole = delays["hours"].sum()
    by = delays.groupby(["cause", "place"], observed=True)["hours"].sum().sort_values(ascending=False)
    assert [row[1] for row in section.table.rows] == [f"{hours / whole:.0%}" for hours in by.head(12)]
    assert {row[2] for row in section.table.rows} == {"assumption"}  # all of the tutorial is made up
    rows = [
        row
        for name, table in run.manifest["resolved"].items()
        if name not in ("period", "observed", "barriers")
        for row in table.values()
    ]
    rows += [row for kind in run.manifest["resolved"]["barriers"].values() for row in kind.values()]
    every = sum(1 + len(row.get("evidence") or {}) for row in rows)
    assert section.points[0].words.startswith(f"Of {every} rows of input")


def test_the_field_that_decides_has_its_own_evidence() -> None:
    from sim.handout.rests import _evidence

    field = {"source": "B", "grade": "measured"}
    row = {"source": "A", "grade": "assumption", "evidence": {"duration": field}}
    world = {
        "nodes": {"alat": {"country": "AZ", "source": "N", "grade": "published"}},
        "processes": {"check": row},
        "fleets": {"ferry": {"source": "F", "grade": "claimed", "evidence": {}}},
        "barriers": {"documents": {"az": {"source": "C", "grade": "estimate"}}},
    }
    assert _evidence(world, "check") == ("measured", "B")
    assert _evidence(world, "alat") == ("published", "N")
    assert _evidence(world, "documents@alat") == ("estimate", "C")
    assert _evidence(world, "ship/ferry/001") == ("claimed", "F")
    assert _evidence(world, "nobody knows") == ("-", "")
