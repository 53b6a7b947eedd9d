"""What figures are drawn from: a run's tables, the places, and the words for the foot of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

if TYPE_CHECKING:
    from sim.scenario.load import Scenario


@dataclass(frozen=True)
class RunLabel:
    """What identifies a run on a picture; ``to_replications``: of what has most, where not all have as many."""

    scenario: str
    title: str
    run_id: str
    seed: int
    replications: int
    period_start: date
    period_end: date
    to_replications: int = 0

    @classmethod
    def of_study(cls, scenario: Scenario, study: str, replications: int, to_replications: int = 0) -> Self:
        """The label of a study of one scenario; ``study`` names it, as ``sweep 0123abcd``."""
        period = scenario.period_start, scenario.period_end
        return cls(scenario.name, scenario.title, study, scenario.seed, replications, *period, to_replications)


@dataclass(frozen=True)
class FigureInputs:
    """Tables as the results store writes them (units in column names), plus the places of the map.

    ``places``: node, name, country, kind, lat, lon. ``lines``: link, from_node, to_node, mode,
    length_km, points (a list of (lon, lat)). ``flows``: flow, commodity, cargo, origin, destination,
    direction, background, in_corridor_total. ``observed``: published outcomes of the year for which
    the run stands as it ran, as in the geodata, with ``role``: input, fitted, independent or out of sample.
    """

    label: RunLabel
    places: pd.DataFrame
    lines: pd.DataFrame
    flows: pd.DataFrame
    observed: pd.DataFrame
    shipments: pd.DataFrame
    facilities: pd.DataFrame
    links: pd.DataFrame
    node_waits: pd.DataFrame
    closures: pd.DataFrame
    journeys: pd.DataFrame
    kpis: pd.DataFrame
    facility_titles: dict[str, str] = field(default_factory=dict)
    pool_titles: dict[str, str] = field(default_factory=dict)
    facility_kinds: dict[str, str] = field(default_factory=dict)  # berth, yard, entry, ... by facility
    basemap_dir: Path | None = None
    assets: pd.DataFrame = field(default_factory=pd.DataFrame)  # empty without things that come back
    costs: pd.DataFrame = field(default_factory=pd.DataFrame)  # empty without tariffs and emission factors
    delays: pd.DataFrame = field(default_factory=pd.DataFrame)  # hours by flow, cause and place
    markets: pd.DataFrame = field(default_factory=pd.DataFrame)  # empty where demand is as planned
    market_titles: dict[str, str] = field(default_factory=dict)  # of markets and rivals
    until: Mapping[str, Any] = field(default_factory=dict)  # rule of the replications, as in the manifest

    def place_names(self) -> dict[str, str]:
        """Node id -> name for labels: short where no other place has the same, the id where no font has its letters."""
        from sim.language.words import tr
        from sim.network.titles import place_name
        from sim.plots.fonts import drawable

        names = {str(node): str(name) for node, name in self.places[["node", "name"]].to_numpy()}
        full = {node: drawable(tr(name), node) for node, name in names.items()}
        short = {node: drawable(place_name(name), node) for node, name in names.items()}
        of_short, of_full = Counter(short.values()), Counter(full.values())

        def name_of(node: str) -> str:
            if of_short[short[node]] == 1:
                return short[node]
            return full[node] if of_full[full[node]] == 1 else f"{full[node]} ({node})"

        return {node: name_of(node) for node in full}

    def flow_titles(self) -> dict[str, str]:
        """Flow id -> origin and destination in words, e.g. ``Xi'an – Baku (F01)``."""
        names = self.place_names()
        return {
            row.flow: f"{names.get(row.origin, row.origin)} – {names.get(row.destination, row.destination)} "
            f"({row.flow})"
            for row in self.flows.itertuples()
        }
