"""The figures of some flows alone: those that are named, that end at a place, or that have an end in a country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from sim.errors import InputError, Problem, nearest
from sim.language.words import tr
from sim.plots.inputs import FigureInputs

#: Figures that show flows; the others are of places and equipment, which all traffic uses.
OF_FLOWS = ("2_delay_by_cause", "3_transit_times", "4_volume_by_month", "6_time_space", "7_cost_and_carbon")
#: Flows that the foot of a picture names one by one.
_MOST_NAMED = 6


def chosen_flows(world: Mapping[str, Any], named: Sequence[str], to: Sequence[str], focus: Sequence[str]) -> list[str]:
    """The flows of a resolved world that any of these asks for, in the world's order; none if nothing is asked for.

    Args:
        named: ids of flows.
        to: ids of the places where they end.
        focus: countries, as two letters, in which they begin or end.

    Raises:
        InputError: a flow, place or country that there is not, or one without a flow, with the nearest name.
    """
    nodes = world["nodes"]
    followed = {name: row for name, row in world["flows"].items() if not row["background"]}
    countries = {name: str(row["country"]).upper() for name, row in nodes.items()}
    problems = []
    for flow in named:
        if flow not in followed:
            problems.append(
                Problem(f"no flow {flow[:40]!r} is followed in this run{nearest(flow[:40], followed)}", "--flow")
            )
    ends = {row["destination"] for row in followed.values()}
    for place in to:
        if place not in nodes:
            problems.append(Problem(f"no place {place[:40]!r}{nearest(place[:40], nodes)}", "--to"))
        elif place not in ends:
            problems.append(Problem(f"no flow of this run ends at {place}{nearest(place, ends, 3)}", "--to"))
    lands = [land.upper() for land in focus]
    for land in lands:
        if not any(land in (countries[row["origin"]], countries[row["destination"]]) for row in followed.values()):
            there = sorted({countries[row[end]] for row in followed.values() for end in ("origin", "destination")})
            problems.append(
                Problem(f"no flow begins or ends in {land[:40]!r}; there are: {', '.join(there)}", "--focus")
            )
    if problems:
        raise InputError(problems)
    return [
        name
        for name, row in followed.items()
        if name in named
        or row["destination"] in to
        or {countries[row["origin"]], countries[row["destination"]]} & set(lands)
    ]


def narrowed(inputs: FigureInputs, flows: Sequence[str]) -> FigureInputs:
    """What figures of these flows are drawn from. Published levels are of all flows, and are left out."""
    more = (" " + tr("and {count} more", count=len(flows) - _MOST_NAMED)) if len(flows) > _MOST_NAMED else ""
    words = tr(
        "{scenario}, flows {flows}{more} alone",
        scenario=inputs.label.scenario,
        flows=", ".join(flows[:_MOST_NAMED]),
        more=more,
    )
    tables = {name: _of(getattr(inputs, name), flows) for name in ("flows", "shipments", "journeys", "costs", "delays")}
    return replace(inputs, label=replace(inputs.label, scenario=words), observed=inputs.observed.iloc[:0], **tables)


def _of(table: pd.DataFrame, flows: Sequence[str]) -> pd.DataFrame:
    if "flow" not in table:
        return table
    kept = table[table["flow"].astype(str).isin(flows)]
    if isinstance(kept["flow"].dtype, pd.CategoricalDtype):
        kept = kept.assign(flow=kept["flow"].cat.remove_unused_categories())
    return kept
