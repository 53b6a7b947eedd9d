"""What a year of a scenario is worth to those who ship, against its base: the rule of half, by flow and replication.

    benefit of a flow = (q0 + q1) / 2 x (c0 - c1)

``q`` are the shipments of the flow that have arrived, ``c`` what one of them costs: charges, value of its time, and the value of
the standard deviation of its time. Half of the cargo that is new counts, since it values the way less than what came before
(Dupuit; any handbook of cost-benefit analysis). Carbon is priced by the same rule: what new cargo would have emitted elsewhere is
not known.

Where demand answers in both runs, the flows of the markets that do are not counted so: what their shippers gain is the change of
the log-sum (``shippers_gain``), which has charges, time and spread in it, of cargo that stays and of cargo that comes or goes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sim.results.store import Run

#: What a benefit is made of, in the order of a page.
PARTS = ("charges", "time", "reliability", "carbon")
#: Parts that the gain of a market's shippers has in it already.
_IN_THE_GAIN = ("charges", "time", "reliability")
_DAY_H = 24


@dataclass(frozen=True)
class Benefits:
    """Benefits of a year, million USD, at a value of time of the tariffs, a reliability ratio of 1 and a carbon price of 1 USD/t.

    ``parts``: part -> [replications]; ``flows`` are those that count, ``left_out`` those that one of the runs lacks,
    ``of_markets`` those whose shippers' gain is that of their market.
    """

    parts: Mapping[str, NDArray[np.float64]]
    flows: tuple[str, ...]
    left_out: tuple[str, ...]
    of_markets: tuple[str, ...] = ()
    shippers: NDArray[np.float64] | float = 0.0  #: [replications] what the shippers of these gain, million USD

    def total(self, time_scale: float, reliability_ratio: float, carbon_usd_per_t: float) -> NDArray[np.float64]:
        """[replications] million USD a year on these terms."""
        scales = self.scaled(time_scale, reliability_ratio, carbon_usd_per_t)
        return np.asarray(np.sum([scales[part] for part in PARTS], axis=0) + self.shippers)

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
    replications = range(min(base.replications, scheme.replications))
    gains = [gain_usd(run, replications) for run in (base, scheme)]
    markets = gains[0].keys() & gains[1].keys()
    flows = {flow for name in markets for flow in scheme.manifest["resolved"]["markets"][name]["flows"]}
    found = of_unit_costs(before, after, replications, years, frozenset(flows))
    gained = np.zeros(len(replications))
    for name in sorted(markets):
        gained += gains[1][name] - gains[0][name]
    return replace(found, shippers=gained / years / 1e6)


def gain_usd(run: Run, replications: Sequence[int]) -> dict[str, NDArray[np.float64]]:
    """Market -> [replications] what its shippers gain since the base year over the period, of those that are known of all."""
    rows = run.kpis[(run.kpis["kpi"] == "shippers_gain") & (run.kpis["year"] == 0)]
    found = {}
    for name in (run.manifest.get("demand") or {}).get("answers", ()):
        own = rows[rows["scope"] == name].set_index("replication")["contribution"].reindex(list(replications))
        if own.notna().all():
            found[name] = own.to_numpy(float)
    return found


def of_unit_costs(
    before: pd.DataFrame,
    after: pd.DataFrame,
    replications: Sequence[int],
    years: float,
    of_markets: frozenset[str] = frozenset(),
) -> Benefits:
    """The rule of half over two tables of ``unit_costs``; of the flows ``of_markets`` carbon alone."""
    flows = sorted({flow for _, flow in before.index} & {flow for _, flow in after.index})
    every = sorted({flow for table in (before, after) for _, flow in table.index})
    both = pd.MultiIndex.from_product([list(replications), flows])
    a, b = before.reindex(both), after.reindex(both)
    quantity = (a["shipments"] + b["shipments"]) / 2
    parts = {}
    by_half = pd.Series([flow not in of_markets for _, flow in both], index=both)
    for part in PARTS:
        gain = (quantity * (a[part] - b[part])).fillna(
            0.0
        )  # a flow that a replication of one run lacks has no cost there
        if part in _IN_THE_GAIN:
            gain = gain.where(by_half, 0.0)
        by = gain.groupby(level=0).sum().reindex(list(replications), fill_value=0.0)
        parts[part] = by.to_numpy() / years / 1e6
    left_out = tuple(flow for flow in every if flow not in flows and flow not in of_markets)
    return Benefits(parts, tuple(flows), left_out, tuple(sorted(of_markets)))
