"""Whether what is on its way grows from year to year, and where it then stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from sim.analysis.intervals import Interval, interval
from sim.analysis.ledger import Ledger
from sim.model.arrays import Cause

#: Causes of standing in a queue, whatever is queued for.
QUEUES = (Cause.CAPACITY, Cause.VESSEL, Cause.FORMATION, Cause.ASSET, Cause.CLOSURE)


@dataclass(frozen=True)
class Growth:
    """Growth of one cargo's backlog: ``values`` [replication] in units a year.

    ``demand`` is in units a year, ``allowed`` the growth that is tolerated, likewise; ``grows``: the mean is beyond it.
    """

    cargo: str
    values: tuple[float, ...]
    demand: float
    allowed: float

    @property
    def units(self) -> Interval:
        """Mean over replications, with its 95 % interval."""
        return interval(self.values)

    @property
    def grows(self) -> bool:
        """Whether the mean is beyond what is tolerated."""
        return sum(self.values) / len(self.values) > self.allowed

    @property
    def share(self) -> float:
        """Growth as a share of a year's demand."""
        return self.units.mean / self.demand if self.demand else 0.0


def growth_of_backlog(
    shipments: pd.DataFrame, cargo_of: Mapping[str, str], first_year: int, years: int, tolerance: float,
    replications: int,
) -> list[Growth]:  # fmt: skip
    """Yearly growth of the backlog of each cargo from the begin of the first year to the end of the last.

    What set out less what landed in a stretch is the growth of what is on its way, whatever was there before.

    Args:
        shipments: the run's table: all lots that set out or land in the period.
        cargo_of: flow -> cargo, of the flows that count.
        tolerance: share of a year's demand by which a backlog may grow in a year. It may always grow by one
            lot: that much cannot be told from where in its journey a lot happens to be.
        replications: of the run; a cargo without a lot in one of them did not grow in it.
    """
    lots = shipments.assign(cargo=shipments["flow"].astype(str).map(cargo_of)).dropna(subset="cargo")
    edges = [pd.Timestamp(date(year, 1, 1), tz="UTC") for year in (first_year, first_year + years)]
    came, left = (lots[column].between(*edges, inclusive="left") for column in ("set_out", "landed"))
    change = lots["units"] * (came.astype(int) - left.astype(int))
    found = []
    for cargo in sorted(set(cargo_of.values())):
        own = lots["cargo"] == cargo
        grown = change[own].groupby(lots.loc[own, "replication"]).sum().reindex(range(replications), fill_value=0.0)
        demand = float(lots.loc[own & came, "units"].sum()) / replications / years
        one_lot = float(lots.loc[own, "units"].max()) if own.any() else 0.0
        values = tuple((grown.to_numpy(float) / years).tolist())
        found.append(Growth(cargo, values, demand, max(tolerance * demand, one_lot)))
    return found


def growth_of_queues(book: Ledger, cargo: str) -> pd.Series:
    """Tonnes of one cargo that stand at each place in the last year, less those in the first; largest first.

    Mean tonnes of followed lots over each calendar year of the period, by (place, cause), with a cause of ``QUEUES``.
    """
    tonnes = np.zeros(book.luck.n_lot)
    tonnes[book.lots["lot"]] = book.lots["tonnes"]
    of_cargo = (book.flows["cargo"] == cargo).to_numpy()[book.luck.lot_flow]
    seg = book.segments
    seg = seg.pick(np.isin(seg.cause, QUEUES) & of_cargo[seg.lot])
    key = seg.place.astype(np.int64) * len(Cause) + seg.cause
    years = book.years()

    def standing(from_s: int, to_s: int) -> np.ndarray:
        overlap_s = np.maximum(np.minimum(seg.to_s, to_s) - np.maximum(seg.from_s, from_s), 0)
        size = len(seg.places) * len(Cause)
        return np.bincount(key, weights=overlap_s * tonnes[seg.lot], minlength=size) / (to_s - from_s)

    change = standing(*years[-1][1:]) - standing(*years[0][1:])
    names = [(place, cause.name.lower()) for place in seg.places for cause in Cause]
    grown = pd.Series(change, index=pd.MultiIndex.from_tuples(names, names=["place", "cause"]))
    return grown[grown != 0].sort_values(ascending=False, kind="stable")
