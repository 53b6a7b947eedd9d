"""Whether what is on its way grows from year to year, and where it then stands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from sim.analysis.ledger import Ledger
from sim.contract.plan import Cause
from sim.statistics.intervals import LEVEL, Interval, interval

#: What is known of a backlog: shown to grow, shown to be steady, or neither within the interval.
GROWS, STEADY, OPEN = "grows", "steady", "not shown"
#: Causes of standing in a queue, whatever is queued for.
QUEUES = (Cause.CAPACITY, Cause.VESSEL, Cause.FORMATION, Cause.ASSET, Cause.CLOSURE)


@dataclass(frozen=True)
class Growth:
    """Growth of one cargo's backlog: ``values`` [replication] in units a year.

    ``demand`` is in units a year, ``allowed`` the growth that is tolerated, likewise; ``level`` that of the interval.
    """

    cargo: str
    values: tuple[float, ...]
    demand: float
    allowed: float
    level: float = LEVEL

    @property
    def units(self) -> Interval:
        """Mean over replications, with its interval."""
        return interval(self.values, self.level)

    @property
    def verdict(self) -> str:
        """``GROWS`` or ``STEADY`` where the whole interval is beyond what is tolerated, or within it; else ``OPEN``."""
        found = self.units
        if found.half_width is None:
            return OPEN
        if found.mean - found.half_width > self.allowed:
            return GROWS
        return STEADY if found.mean + found.half_width <= self.allowed else OPEN

    @property
    def share(self) -> float:
        """Growth as a share of a year's demand."""
        return self.units.mean / self.demand if self.demand else 0.0


def verdict_of(growth: Sequence[Growth]) -> str:
    """What is known of all cargoes together: one that grows is enough, steady are all or none."""
    found = {one.verdict for one in growth}
    return GROWS if GROWS in found else OPEN if OPEN in found else STEADY


def growth_of_backlog(
    shipments: pd.DataFrame,
    cargo_of: Mapping[str, str],
    first_year: int,
    years: int,
    tolerance: float,
    replications: int,
    train_of: Mapping[str, float] | None = None,
) -> list[Growth]:
    """Yearly growth of the backlog of each cargo from the begin of the first year to the end of the last.

    What departed less what arrived in a stretch is the growth of what is on its way, whatever was there before. The
    intervals of all cargoes hold together with 95 % (Bonferroni).

    Args:
        shipments: the run's table: all shipments that depart or arrive in the period.
        cargo_of: flow -> cargo, of the flows that count.
        tolerance: share of a year's demand by which a backlog may grow in a year. It may always grow by one shipment or
            train: that much cannot be told from where in its journey a train happens to be.
        replications: of the run; a cargo without a shipment in one of them did not grow in it.
        train_of: cargo -> units of its largest train.
    """
    lots = shipments.assign(cargo=shipments["flow"].astype(str).map(cargo_of)).dropna(subset="cargo")
    edges = [pd.Timestamp(date(year, 1, 1), tz="UTC") for year in (first_year, first_year + years)]
    came, left = (lots[column].between(*edges, inclusive="left") for column in ("set_out", "landed"))
    change = lots["units"] * (came.astype(int) - left.astype(int))
    found, cargoes = [], sorted(set(cargo_of.values()))
    for cargo in cargoes:
        own = lots["cargo"] == cargo
        grown = change[own].groupby(lots.loc[own, "replication"]).sum().reindex(range(replications), fill_value=0.0)
        demand = float(lots.loc[own & came, "units"].sum()) / replications / years
        one_lot = float(lots.loc[own, "units"].max()) if own.any() else 0.0
        values = tuple((grown.to_numpy(float) / years).tolist())
        allowed = max(tolerance * demand, one_lot, (train_of or {}).get(cargo, 0.0))
        found.append(Growth(cargo, values, demand, allowed, 1 - (1 - LEVEL) / len(cargoes)))
    return found


def growth_of_queues(book: Ledger, flows: Collection[str]) -> pd.DataFrame:
    """Tonnes of some flows that wait at each place, by (place, cause) with a cause of ``QUEUES``.

    Mean tonnes of followed shipments over calendar years of the period: ``last`` year, and ``grown``: less those of the
    first.
    """
    tonnes = np.zeros(book.draws.n_lot)
    tonnes[book.lots["lot"]] = book.lots["tonnes"]
    counted = book.flows["flow"].isin(flows).to_numpy()[book.draws.lot_flow]
    seg = book.segments
    seg = seg.pick(np.isin(seg.cause, QUEUES) & counted[seg.lot])
    key = seg.place.astype(np.int64) * len(Cause) + seg.cause
    years = book.years()

    def standing(from_s: int, to_s: int) -> np.ndarray:
        overlap_s = np.maximum(np.minimum(seg.to_s, to_s) - np.maximum(seg.from_s, from_s), 0)
        size = len(seg.places) * len(Cause)
        return np.bincount(key, weights=overlap_s * tonnes[seg.lot], minlength=size) / (to_s - from_s)

    first, last = standing(*years[0][1:]), standing(*years[-1][1:])
    names = [(place, cause.name.lower()) for place in seg.places for cause in Cause]
    index = pd.MultiIndex.from_tuples(names, names=["place", "cause"])
    found = pd.DataFrame({"grown": last - first, "last": last}, index=index)
    return found[(first != 0) | (last != 0)]
