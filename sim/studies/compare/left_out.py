"""What a comparison says beside its numbers: shipments that have not arrived, and what its scopes are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from sim.indicators import CAUSES, PLACE_TABLES, of_families
from sim.network.titles import title
from sim.record import Record
from sim.report.common_flows import groups
from sim.report.kpi_values import Values
from sim.report.scopes import ScopeWords, is_of_shipments

_MOST_FLOWS = 5


@dataclass(frozen=True, slots=True)
class ScopeTitles(Record):
    """What a scope is called in rows of amounts, in rows of what is per shipment, and there without numbers."""

    amount: str
    shipment: str
    short: str

    def of(self, kpi: str) -> str:
        """The title in rows of an indicator."""
        return self.shipment if is_of_shipments(kpi) else self.amount


class RunWithShipments(Protocol):
    """What is needed of a run; where shipments have not arrived, it has a table ``unfinished`` too."""

    @property
    def shipments(self) -> pd.DataFrame:
        """One row a shipment of the period."""


def not_arrived(
    runs: Mapping[str, RunWithShipments],
    flows: Sequence[str],
    replications: Sequence[int],
    names: Mapping[str, str],
) -> list[str]:
    """Of each run: how many shipments of these flows have not arrived, in which replications, and where they are.

    ``names`` are the words for places by id (``titles_of``).
    """
    notes = []
    for name, run in runs.items():
        table = getattr(run, "unfinished", None)
        if table is None:
            continue
        left = table[table["flow"].astype(str).isin(flows) & table["replication"].isin(replications)]
        if len(left):
            of_flow = left.groupby(left["flow"].astype(str), sort=True)
            parts = [f"{flow} {len(rows)} ({_in(rows['replication'])})" for flow, rows in of_flow]
            more = f", and {len(parts) - _MOST_FLOWS} more flows" if len(parts) > _MOST_FLOWS else ""
            (place, cause), count = _most(left)
            noun = "shipment has" if len(left) == 1 else "shipments have"
            notes.append(
                f"{name}: {len(left)} {noun} not arrived when the runs stop: {', '.join(parts[:_MOST_FLOWS])}{more}; "
                f"{'all' if count == len(left) else count} at {title(names, place)} ({CAUSES[cause]}). "
                "They rank as the longest; means count their time so far"
            )
    return notes


def scope_titles(
    worlds: tuple[Mapping[str, Any], Mapping[str, Any]], flows: Sequence[str], sides: tuple[Values, ...]
) -> dict[str, ScopeTitles]:
    """Scope -> its titles."""
    world = {**worlds[0], "flows": {name: row for name, row in worlds[0]["flows"].items() if name in flows}}
    words = ScopeWords(world, sides[0])
    places = [scope for kpi in of_families(*PLACE_TABLES) for side in sides for scope in side.scopes(kpi)]
    scopes = dict.fromkeys([*groups(world, list(flows)), *flows, *places])
    return {s: ScopeTitles(words.title(s, "volume_teu"), words.title(s), words.short(s)) for s in scopes}


def _in(replication: pd.Series) -> str:
    there = sorted(set(replication.tolist()))
    if len(there) > 3:
        return f"in {len(there)} replications"
    return f"replication{'' if len(there) == 1 else 's'} {', '.join(map(str, there))}"


def _most(left: pd.DataFrame) -> tuple[tuple[str, str], int]:
    counts = left.groupby([left["node"].astype(str), left["cause"].astype(str)]).size()
    place, cause = counts.idxmax()
    return (str(place), str(cause)), int(counts.max())
