"""Things that come back: where they stand, how often they are loaded, how far they travel empty, who waits for them.

A unit is what a stock counts: the place of a TEU on a platform, a tonne of room in tank wagons, an engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.columns import NODE, Column, StoredTable
from sim.analysis.ledger import Ledger
from sim.analysis.line import Line
from sim.clock import DAY_S
from sim.contract.plan import Kind
from sim.contract.reading import need_rows

if TYPE_CHECKING:
    from sim.network.world import World

#: Columns of movements at a stock: (taken or returned, by a load or empty).
MOVEMENTS = ("taken_loaded", "sent_empty", "returned_loaded", "received_empty")
HOURS_A_DAY = 24
ASSETS = StoredTable(
    "a depot of an equipment pool and day of the period",
    (
        Column("pool", "", "id of the pool"),
        Column("stock", "", "id of the depot, a facility"),
        NODE,
        Column("owner", "", "whose units these are"),
        Column("gauge_mm", "mm", "gauge of the units; 0: none"),
        Column("unit", "", "what is counted: wagons, places of a TEU, tonnes of room, locomotives"),
        Column("day", "UTC", "midnight at which the day begins"),
        Column("owned", "`unit`", "units with which the depot began, and what was bought or given up since"),
        Column("out_of_service", "`unit`", "of these out of service, mean of the day"),
        Column("at_hand", "`unit`", "units that stand there, in service or not, mean of the day"),
        Column("taken_loaded", "`unit`", "units that loads took"),
        Column("sent_empty", "`unit`", "units that left for repositioning"),
        Column("returned_loaded", "`unit`", "units that loads brought"),
        Column("received_empty", "`unit`", "units that came from repositioning"),
    ),
    "only with pools of returnable equipment",
)


@dataclass(frozen=True)
class Stock:
    """What the data say of a stock: whose it is, its gauge in mm (0 = none), what it counts, units owned by date."""

    owner: str
    gauge_mm: int
    unit: str
    owned: tuple[tuple[date | None, int], ...]

    def owned_on(self, days: np.ndarray) -> np.ndarray:
        """[n] units with which the stock began, and what has been bought or given up since; ``days``: datetime64[D]."""
        units = np.full(len(days), self.owned[0][1], float)
        for since, value in self.owned[1:]:
            if since is not None:
                units[days >= np.datetime64(since)] = value
        return units


def stocks_of(world: World) -> dict[str, Stock]:
    """Take the stocks from a resolved world, by name."""
    return {
        name: Stock(row.owner or "", row.gauge_mm or 0, row.unit, tuple((s.since, s.value) for s in row.capacity.steps))
        for name, row in sorted(world.facilities.items())
        if row.kind == "stock"
    }


def asset_days(ledger: Ledger, days: pd.DataFrame, facts: Mapping[str, Stock] | None = None) -> pd.DataFrame:
    """One row a stock and UTC day of the period.

    Args:
        ledger: the replication.
        days: ``facility_days`` of the ledger.
        facts: what the data say of each stock; without them what is out of service counts as not owned.

    Returns: pool, stock, node, owner, gauge_mm, unit, day, ``owned`` (units with which the stock began, by
    date), ``out_of_service`` (mean of the owned), ``at_hand`` (mean units that stand there, in service or not),
    and units moved that day: taken by loads, sent on empty, returned by loads, received empty. What is on the
    way is the pool's sum of ``owned`` less that of ``at_hand``.
    """
    plan, names = ledger.plan, ledger.plan.facilities.name
    stock = days["facility"].cat.codes.to_numpy(np.int64)  # positions in ``names``
    rows = days.iloc[np.flatnonzero(plan.stocks.is_stock[stock])].reset_index(drop=True)
    stock = rows["facility"].cat.codes.to_numpy(np.int64)
    lasts_h = _lasts_h(ledger, rows["day"])
    serviceable = (rows["capacity_unit_h"] / lasts_h).to_numpy()
    day = rows["day"].dt.tz_localize(None).to_numpy("datetime64[D]")
    facts = facts or {}
    known = [facts.get(name, _UNKNOWN) for name in names]
    owned = serviceable.copy()
    if facts:
        for k in np.unique(stock):
            here = np.flatnonzero(stock == k)
            owned[here] = known[k].owned_on(day[here])
    pools = np.array([*plan.pool_name, ""], object)  # what is no stock has pool -1
    table = pd.DataFrame(
        {
            "pool": _texts(pools[plan.stocks.pool], stock),
            "stock": _texts(names, stock),
            "node": rows["node"],
            "owner": _texts([fact.owner for fact in known], stock),
            "gauge_mm": np.array([fact.gauge_mm for fact in known], np.int32)[stock],
            "unit": _texts([fact.unit for fact in known], stock),
            "day": rows["day"],
            "owned": owned,
            "out_of_service": owned - serviceable,
            "at_hand": owned - rows["busy_unit_h"] / lasts_h,
        }
    )
    first_day = np.datetime64(ledger.origin, "D") + ledger.start_s // DAY_S
    moved = _movements(ledger)[stock, (day - first_day).astype(np.int64)]
    for name, units in zip(MOVEMENTS, moved.T, strict=True):
        table[name] = units
    return table


def _texts(names: Sequence[str] | np.ndarray, at: np.ndarray) -> pd.Series:
    """[n] the names at positions, as plain Python text."""
    return pd.Series(np.array(names, object)[at], dtype=object)


_UNKNOWN = Stock("", 0, "", ((None, 0),))


def asset_lines(ledger: Ledger, table: pd.DataFrame) -> Iterator[Line]:
    """Indicators of each pool and stock, and the shipments that had to wait for an asset.

    The turnaround is the railway's: units owned divided by units loaded a day, idle time included.
    """
    level = table.groupby(["pool", "day"])[["owned", "at_hand", "out_of_service"]].sum()
    moved = table.groupby("pool")[list(MOVEMENTS)].sum()
    at_hand, of_stock = table["at_hand"].to_numpy(), table.groupby(["pool", "stock"]).indices
    for pool in moved.index:
        scope, by_day = str(pool), level.loc[pool]
        n_day, owned = len(by_day), float(by_day["owned"].mean())
        loaded, empty = float(moved.at[pool, "taken_loaded"]), float(moved.at[pool, "sent_empty"])
        yield Line("asset_owned", scope, owned)
        yield Line("asset_at_hand", scope, by_day["at_hand"].mean())
        yield Line("asset_out_of_service", scope, by_day["out_of_service"].mean())
        yield Line("asset_loaded", scope, loaded)
        yield Line("asset_sent_empty", scope, empty)
        if loaded:
            yield Line("asset_turnround", scope, owned * n_day / loaded, loaded)
        if loaded + empty:
            yield Line("asset_loaded_share", scope, loaded / (loaded + empty), loaded + empty)
        for stock in (key[1] for key in of_stock if key[0] == pool != key[1]):  # a stock may be a pool of its own
            yield Line("asset_at_hand", str(stock), at_hand[of_stock[pool, stock]].mean())
    yield from _by_gauge(table)
    taken = _takings(ledger)
    for row in taken[taken["units"] > 0].itertuples():  # a load that the stock does not count takes none
        yield Line("asset_loaded_share", f"{row.pool} {row.direction}", row.loaded / row.units, row.units)
    if len(ledger.plan.pool_name):
        reported = ledger.lots["reported"].to_numpy()
        flow, asset_h = (of[c].to_numpy()[reported] for of, c in ((ledger.lots, "flow"), (ledger.hours, "asset_h")))
        for scope, here in ledger.in_scopes(flow):
            yield Line("asset_delayed_lots", scope, (asset_h[here] > 0).sum())


def _by_gauge(table: pd.DataFrame) -> Iterator[Line]:
    """Units owned, standing and under way by the gauge to which they belong and what is counted."""
    by_day = table.groupby(["gauge_mm", "unit", "day"])[["owned", "at_hand"]].sum()
    for (gauge_mm, unit), rows in by_day.groupby(["gauge_mm", "unit"]):
        if gauge_mm > 0:
            scope, mean = f"{gauge_mm} mm, {unit}", rows.mean()
            yield Line("gauge_owned", scope, mean["owned"])
            yield Line("gauge_at_hand", scope, mean["at_hand"])


def _takings(ledger: Ledger) -> pd.DataFrame:
    """Units that left stocks in the period by pool and direction of the flow: how many, and how many by a load."""
    plan, draws, trace = ledger.plan, ledger.draws, ledger.trace
    rows, stock = _stock_rows(ledger)
    need = trace.column("rows", "need")[rows]
    taken = plan.operations.kind[plan.needs.op[need]] != Kind.RELEASE
    rows, stock, need = rows[taken], stock[taken], need[taken]
    directions, direction = np.unique(ledger.flows["direction"].to_numpy(str), return_inverse=True)
    code = plan.stocks.pool[stock] * len(directions) + direction[draws.lot_flow[trace.column("rows", "mover")[rows]]]
    units, empty = trace.column("rows", "units")[rows], np.isin(need, plan.stocks.leave_need)
    found = np.flatnonzero(np.bincount(code))
    return pd.DataFrame(
        {
            "pool": np.array(plan.pool_name, object)[found // len(directions)],
            "direction": directions[found % len(directions)],
            "units": np.bincount(code, weights=units)[found],
            "loaded": np.bincount(code, weights=np.where(empty, 0, units))[found],
        }
    )


def _movements(ledger: Ledger) -> np.ndarray:
    """[n_facility, n_day, len(MOVEMENTS)] units taken from and returned to stocks on each day of the period."""
    plan, draws, trace = ledger.plan, ledger.draws, ledger.trace
    rows, stock = _stock_rows(ledger)
    mover = trace.column("rows", "mover")[rows]
    woken = np.zeros(len(plan.flow_name), bool)
    woken[plan.wakes.flow] = True
    empty = woken[draws.lot_flow[mover]]
    returned = plan.operations.kind[plan.needs.op[trace.column("rows", "need")[rows]]] == Kind.RELEASE
    day = (trace.column("rows", "start")[rows] - ledger.start_s) // DAY_S
    shape = len(plan.facilities.name), -(-(ledger.end_s - ledger.start_s) // DAY_S), len(MOVEMENTS)
    cell = np.ravel_multi_index((stock, day, 2 * returned + empty), shape)
    units = np.abs(trace.column("rows", "units")[rows])
    return np.bincount(cell, weights=units, minlength=np.prod(shape)).reshape(shape).astype(np.int64)


def _stock_rows(ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """Trace rows by which units left or came to a stock within the period, and the stock of each."""
    plan, trace = ledger.plan, ledger.trace
    rows = need_rows(trace, np.append(plan.stocks.is_stock, False)[plan.needs.facility])  # -1, no facility, finds False
    start = trace.column("rows", "start")[rows]
    rows = rows[(start >= ledger.start_s) & (start < ledger.end_s)]
    return rows, plan.needs.facility[trace.column("rows", "need")[rows]]


def _lasts_h(ledger: Ledger, day: pd.Series) -> np.ndarray:
    """Hours of each day that the run has seen; capacity is counted no longer than that."""
    seconds = ledger.when([min(ledger.trace.stopped_s, ledger.end_s)]).iloc[0] - day
    return np.clip(seconds.dt.total_seconds() / 3600, 1e-9, HOURS_A_DAY).to_numpy()
