"""What a run rests on: how well its inputs are known, and what is known of the places where shipments spend their time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sim.indicators import CAUSES, CORRIDOR
from sim.language.forms import percent
from sim.language.words import mark, tr
from sim.network.titles import title, titles_of
from sim.report.evidence import evidence as _evidence
from sim.report.kpi_values import Values
from sim.report.page import Point, Section, Table
from sim.report.texttable import counted

if TYPE_CHECKING:
    from sim.results.store import Run

#: Places that are shown: the longest first.
_PLACES = 12
_GRADES = (mark("measured"), mark("published"), mark("claimed"), mark("estimate"), mark("assumption"))


def rests_section(run: Run, values: Values) -> Section:
    """How many inputs have which evidence, what the money rests on, and the longest stretches of time with theirs."""
    world = run.manifest["resolved"]
    return Section(tr("What rests on assumptions"), list(_points(world, values)), _table(run, world))


def _points(world: Mapping[str, Any], values: Values) -> Iterator[Point]:
    grades = Counter(_all_grades(world))
    every = sum(grades.values())
    told = ", ".join(f"{grades[grade]} {tr(grade)}" for grade in _GRADES if grades[grade])
    yield Point(
        tr(
            "Of {every} of input and single fields with evidence of their own: {told}.",
            every=counted(every, "row"),
            told=told,
        )
    )
    for kpi, rests in (
        ("cost_assumed_share", mark("{share} of the corridor's cost rests on assumed tariffs or factors.")),
        ("co2e_assumed_share", mark("{share} of its CO2e rests on assumed tariffs or factors.")),
    ):
        share = values.estimate(kpi, CORRIDOR).mean
        if share is not None:
            yield Point(tr(rests, share=percent(share)))
    yield Point(
        tr(
            "Below: where shipments spend their time (each counts the same, a truck as a train load), "
            "and the evidence of the duration, capacity, length or strength on which that depends first; "
            "corridor explain KEY shows the others."
        )
    )


def _all_grades(world: Mapping[str, Any]) -> Iterator[str]:
    for name, table in world.items():
        if name not in ("period", "observed"):
            rows = table.values() if name != "barriers" else (row for kind in table.values() for row in kind.values())
            for row in rows:
                yield str(row["grade"])
                yield from (str(own["grade"]) for own in (row.get("evidence") or {}).values())


def _table(run: Run, world: Mapping[str, Any]) -> Table:
    delays = run.delays
    hours = delays.groupby([delays["cause"].astype(str), delays["place"].astype(str)], sort=True)["hours"].sum()
    whole, names = float(hours.sum()), titles_of(world)
    rows = []
    for (cause, place), spent in hours.sort_values(ascending=False, kind="stable").head(_PLACES).items():
        grade, source = _evidence(world, place)
        rows.append((f"{title(names, place)}: {tr(CAUSES[cause])}", percent(spent / whole), grade, source))
    return Table(("", tr("share of time"), tr("evidence"), tr("source")), rows)
