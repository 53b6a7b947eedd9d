"""What a year of a scenario is worth to those who ship, against its base: the rule of half, by flow and replication.

    benefit of a flow = (q0 + q1) / 2 x (c0 - c1)

``q`` are the shipments of the flow that have arrived, ``c`` what one of them costs: charges, value of its time, and the value of
the standard deviation of its time. Half of the cargo that is new counts, since it values the way less than what came before
(Dupuit; any handbook of cost-benefit analysis). Carbon is priced by the same rule: what new cargo would have emitted elsewhere is
not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.results.store import Run

#: What a benefit is made of, in the order of a page.
PARTS = ("charges", "time", "reliability", "carbon")
_DAY_H = 24


@dataclass(frozen=True)
class Benefits:
    """Benefits of a year, million USD, at a value of time of the tariffs, a reliability ratio of 1 and a carbon price of 1 USD/t.

    ``parts``: part -> [replications]; ``flows`` are those that count, ``left_out`` those that one of the runs lacks.
    """

    parts: Mapping[str, NDArray[np.float64]]
    flows: tuple[str, ...]
    left_out: tuple[str, ...]

    def total(self, time_scale: float, reliability_ratio: float, carbon_usd_per_t: float) -> NDArray[np.float64]:
        """[replications] million USD a year on these terms."""
        scales = self.scaled(time_scale, reliability_ratio, carbon_usd_per_t)
        return np.sum([scales[part] for part in PARTS], axis=0)

    def scaled(
        self, time_scale: float, reliability_ratio: float, carbon_usd_per_t: float
    ) -> dict[str, NDArray[np.float64]]:
        """Part -> [replications] million USD a year on these terms."""
        factors = (1.0, time_scale, time_scale * reliability_ratio, carbon_usd_per_t)
        return {part: factor * self.parts[part] for part, factor in zip(PARTS, factors, strict=True)}


def unit_costs(shipments: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """What a shipment of each flow costs in each replication.

    Args:
        shipments: the table of that name; costs: the same.

    Returns: indexed by replication and flow: ``shipments`` that have arrived, ``charges`` and ``time`` (USD each), ``reliability``
    (USD each: value of a day times the standard deviation of days; 0 of a single shipment), ``carbon`` (t CO2e each).
    """
    there = shipments[shipments["reported"] & shipments["transit_h"].notna()]
    days = there["transit_h"] / _DAY_H
    groups = days.groupby([there["replication"], there["flow"].astype(str)])
    found = pd.DataFrame({"shipments": groups.size(), "days": groups.sum(), "spread_d": groups.std(ddof=1).fillna(0.0)})
    is_time = costs["component"].astype(str).str.startswith("time:")
    keys = [costs["replication"], costs["flow"].astype(str)]
    usd = (
        costs["usd"]
        .astype(float)
        .groupby([*keys, is_time])
        .sum()
        .unstack(fill_value=0.0)
        .reindex(columns=[False, True], fill_value=0.0)
    )
    found["usd_charges"], found["usd_time"] = usd[False], usd[True]
    found["kg"] = costs["kg_co2e"].groupby(keys).sum()
    found = found.fillna(0.0)
    value_of_day = (found["usd_time"] / found["days"]).where(found["days"] > 0, 0.0)
    return pd.DataFrame(
        {
            "shipments": found["shipments"],
            "charges": found["usd_charges"] / found["shipments"],
            "time": found["usd_time"] / found["shipments"],
            "reliability": value_of_day * found["spread_d"],
            "carbon": found["kg"] / found["shipments"] / 1000,
        }
    )


def benefits(base: Run, scheme: Run, years: float) -> Benefits:
    """Benefits of the scheme's year against the base's.

    Args:
        years: length of the period, years; what is found is per year.
    """
    before, after = (unit_costs(run.shipments, run.costs) for run in (base, scheme))
    return of_unit_costs(before, after, range(min(base.replications, scheme.replications)), years)


def of_unit_costs(before: pd.DataFrame, after: pd.DataFrame, replications: Sequence[int], years: float) -> Benefits:
    """The rule of half over two tables of ``unit_costs``."""
    flows = sorted({flow for _, flow in before.index} & {flow for _, flow in after.index})
    every = sorted({flow for table in (before, after) for _, flow in table.index})
    both = pd.MultiIndex.from_product([list(replications), flows])
    a, b = before.reindex(both), after.reindex(both)
    quantity = (a["shipments"] + b["shipments"]) / 2
    parts = {}
    for part in PARTS:
        gain = (quantity * (a[part] - b[part])).fillna(
            0.0
        )  # a flow that a replication of one run lacks has no cost there
        by = gain.groupby(level=0).sum().reindex(list(replications), fill_value=0.0)
        parts[part] = by.to_numpy() / years / 1e6
    return Benefits(parts, tuple(flows), tuple(flow for flow in every if flow not in flows))
