"""Things that come back: where they stand, how often they are loaded, how far they travel empty, who waits for them.

A unit is what a stock counts: the place of a TEU on a platform, a tonne of room in tank wagons, an engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sim.analysis.ledger import Ledger
from sim.clock import DAY_S
from sim.model.arrays import Kind

if TYPE_CHECKING:
    from sim.network.world import World

#: Columns of movements at a stock: (taken or returned, by a load or empty).
MOVEMENTS = ("taken_loaded", "sent_empty", "returned_loaded", "received_empty")
HOURS_A_DAY = 24


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
        for name, row in sorted(world.facilities.items()) if row.kind == "stock"
    }  # fmt: skip


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
    plan = ledger.plan
    stocks = {plan.facility_name[f]: plan.pool_name[plan.stock_pool[f]] for f in np.flatnonzero(plan.facility_stock)}
    rows = days[days["facility"].isin(list(stocks))].reset_index(drop=True)
    lasts_h = _lasts_h(ledger, rows["day"])
    name, serviceable = rows["facility"].astype(object), (rows["capacity_unit_h"] / lasts_h).to_numpy()
    facts = facts or {}
    known = {stock: facts.get(stock, _UNKNOWN) for stock in stocks}
    owned = serviceable.copy()
    if facts:
        day = rows["day"].dt.tz_localize(None).to_numpy("datetime64[D]")
        for stock, fact in known.items():
            here = np.flatnonzero(name == stock)
            owned[here] = fact.owned_on(day[here])
    table = pd.DataFrame({
        "pool": name.map(stocks).astype(object), "stock": name, "node": rows["node"],
        "owner": name.map({stock: fact.owner for stock, fact in known.items()}).astype(object),
        "gauge_mm": name.map({stock: fact.gauge_mm for stock, fact in known.items()}).to_numpy(np.int32),
        "unit": name.map({stock: fact.unit for stock, fact in known.items()}).astype(object),
        "day": rows["day"], "owned": owned, "out_of_service": owned - serviceable,
        "at_hand": owned - rows["busy_unit_h"] / lasts_h,
    })  # fmt: skip
    moved = _movements(ledger)
    moved["day"] = moved["day"].astype(table["day"].dtype)
    table = table.merge(moved, how="left", on=["stock", "day"])
    table[list(MOVEMENTS)] = table[list(MOVEMENTS)].fillna(0).astype(np.int64)
    return table


_UNKNOWN = Stock("", 0, "", ((None, 0),))


def asset_lines(ledger: Ledger, table: pd.DataFrame) -> Iterator[tuple[str, str, int, float, str]]:
    """Indicators of each pool and stock, and the shipments that had to wait for an asset.

    The turn-round is the railway's: units owned divided by units loaded a day, idle time included.
    """
    for pool, rows in table.groupby("pool"):
        scope, n_day = str(pool), rows["day"].nunique()
        owned = float(rows.groupby("day")["owned"].sum().mean())
        loaded, empty = float(rows["taken_loaded"].sum()), float(rows["sent_empty"].sum())
        yield "asset_owned", scope, 0, owned, "units"
        yield "asset_at_hand", scope, 0, float(rows.groupby("day")["at_hand"].sum().mean()), "units"
        yield "asset_out_of_service", scope, 0, float(rows.groupby("day")["out_of_service"].sum().mean()), "units"
        yield "asset_loaded", scope, 0, loaded, "units"
        yield "asset_sent_empty", scope, 0, empty, "units"
        if loaded:
            yield "asset_turnround", scope, 0, owned * n_day / loaded, "d"
        if loaded + empty:
            yield "asset_loaded_share", scope, 0, loaded / (loaded + empty), "share"
        for stock, of_stock in rows.groupby("stock"):
            yield "asset_at_hand", str(stock), 0, float(of_stock["at_hand"].mean()), "units"
    yield from _by_gauge(table)
    taken = _takings(ledger)
    for (pool, direction), rows in taken.groupby(["pool", "direction"]):
        loaded = rows.loc[~rows["empty"], "units"].sum()
        yield "asset_loaded_share", f"{pool} {direction}", 0, float(loaded / rows["units"].sum()), "share"
    if len(ledger.plan.pool_name):
        reported = ledger.lots[ledger.lots["reported"]]
        for scope, flows in ledger.scopes():
            lots = reported[flows[reported["flow"].to_numpy()]]
            if len(lots):
                yield "asset_delayed_lots", scope, 0, float((lots["asset_h"] > 0).sum()), "lots"


def _by_gauge(table: pd.DataFrame) -> Iterator[tuple[str, str, int, float, str]]:
    """Units owned, standing and under way by the gauge to which they belong and what is counted."""
    on_track = table[table["gauge_mm"] > 0]
    for (gauge_mm, unit), rows in on_track.groupby(["gauge_mm", "unit"]):
        scope, by_day = f"{gauge_mm} mm, {unit}", rows.groupby("day")[["owned", "at_hand"]].sum().mean()
        yield "gauge_owned", scope, 0, float(by_day["owned"]), "units"
        yield "gauge_at_hand", scope, 0, float(by_day["at_hand"]), "units"


def _takings(ledger: Ledger) -> pd.DataFrame:
    """Units that left a stock in the period: pool, direction of the flow, empty or not, units."""
    plan, luck, trace = ledger.plan, ledger.luck, ledger.trace
    rows, stock = _stock_rows(ledger)
    need = trace.column("rows", "need")[rows]
    taken = plan.op_kind[plan.need_op[need]] != Kind.RELEASE
    rows, stock, need = rows[taken], stock[taken], need[taken]
    flow = luck.lot_flow[trace.column("rows", "mover")[rows]]
    return pd.DataFrame({
        "pool": np.array(plan.pool_name, object)[plan.stock_pool[stock]],
        "direction": ledger.flows["direction"].to_numpy(object)[flow],
        "empty": np.isin(need, plan.stock_leave_need),
        "units": trace.column("rows", "units")[rows].astype(np.int64),
    })  # fmt: skip


def _movements(ledger: Ledger) -> pd.DataFrame:
    """Units taken and returned by stock and day: stock, day, and the columns of MOVEMENTS."""
    plan, luck, trace = ledger.plan, ledger.luck, ledger.trace
    rows, stock = _stock_rows(ledger)
    mover = trace.column("rows", "mover")[rows]
    woken = np.zeros(len(plan.flow_name), bool)
    woken[plan.wake_flow] = True
    empty = woken[luck.lot_flow[mover]]
    returned = plan.op_kind[plan.need_op[trace.column("rows", "need")[rows]]] == Kind.RELEASE
    what = np.array(MOVEMENTS, object)[2 * returned + empty]
    start = trace.column("rows", "start")[rows].astype(np.int64)
    day_s = ledger.start_s + (start - ledger.start_s) // DAY_S * DAY_S
    moved = pd.DataFrame({
        "stock": np.array(plan.facility_name, object)[stock], "day_s": day_s, "what": what,
        "units": np.abs(trace.column("rows", "units")[rows].astype(np.int64)),
    })  # fmt: skip
    table = moved.pivot_table(index=["stock", "day_s"], columns="what", values="units", aggfunc="sum")
    table = table.reindex(columns=list(MOVEMENTS)).reset_index()
    table.insert(1, "day", ledger.when(table.pop("day_s").to_numpy(np.int64)))
    return table


def _stock_rows(ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """Trace rows by which units left or came to a stock within the period, and the stock of each."""
    plan, trace = ledger.plan, ledger.trace
    facility = plan.need_facility[trace.column("rows", "need")]
    start = trace.column("rows", "start")
    rows = np.flatnonzero((facility >= 0) & (start >= ledger.start_s) & (start < ledger.end_s))
    rows = rows[plan.facility_stock[facility[rows]]]
    return rows, facility[rows]


def _lasts_h(ledger: Ledger, day: pd.Series) -> np.ndarray:
    """Hours of each day that the run has seen; capacity is counted no longer than that."""
    seconds = ledger.when([min(ledger.trace.stopped_s, ledger.end_s)]).iloc[0] - day
    return np.clip(seconds.dt.total_seconds() / 3600, 1e-9, HOURS_A_DAY).to_numpy()
