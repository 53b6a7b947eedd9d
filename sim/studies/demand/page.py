"""The page of a study of demand."""

from __future__ import annotations

from sim.report.page import Page, Point, Section, Table
from sim.report.texttable import number
from sim.studies.demand.result import DemandStudy


def page(result: DemandStudy) -> Page:
    """What comes, and what that rests on."""
    base, others = result.variants[0], result.variants[1:]
    least, most = (f(v.offered_t for v in result.variants) for f in (min, max))
    lead = [
        Point(
            f"scenario {result.scenario}, {result.replications} replications, seed {result.seed}",
            hang=0,
        ),
        Point(
            f"Of {_mt(result.planned_t)} that would come as in the base year {_mt(base.offered_t)} come; "
            f"{_mt(least)} to {_mt(most)} where shippers weigh otherwise",
            hang=0,
        ),
    ]
    markets = [name for name in base.part if abs(base.part[name] - 1) > 0.005 or name in result.titles]
    head = ("", "comes, Mt", *(result.titles[name] for name in markets), "gain, M USD", "iterations")
    rows = [
        (
            variant.name,
            f"{variant.offered_t / 1e6:.3f}",
            *(f"{100 * variant.part[name]:.0f} %" for name in markets),
            number(variant.gain_usd / 1e6, 3),
            str(variant.iterations),
        )
        for variant in (base, *others)
    ]
    notes = [
        Point("markets: part of what would come as in the base year; constants are fitted anew for each line", hang=0),
        *(Point(f"{name}: {why}", hang=0) for name, why in result.failed.items()),
    ]
    return Page(
        result.title,
        lead,
        [Section("What comes, where shippers weigh otherwise", table=Table(head, rows), notes=notes)],
    )


def _mt(tonnes: float) -> str:
    return f"{tonnes / 1e6:.2f} Mt"
