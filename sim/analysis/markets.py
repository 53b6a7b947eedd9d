"""Where the cargo of each market went: carried, to which rival, not shipped, put off, month by month.

What shippers decided before the run (``Scenario.settled``) is the same in all replications; what departed, arrived or was
refused by a loading ban is counted in each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from sim.analysis.balance import refused
from sim.analysis.columns import Column, StoredTable
from sim.analysis.ledger import Ledger
from sim.analysis.line import Line
from sim.clock import DAY_S, NEVER_S
from sim.contract.reading import left_by
from sim.indicators import CORRIDOR, by_rival
from sim.network.world import World
from sim.scenario.demand import MarketMonth

#: Outcomes in the order of tables and pictures -> what they count.
OUTCOMES = {
    "carried": "departed and arrived, until the run stops",
    "under_way": "departed, not yet arrived when the run stops",
    "diverted": "gone to a rival that the corridor would carry at the base year's shares; below 0: won from it",
    "declined": "not shipped: captive cargo for which the way is too long, and what a loading ban refused for good; below 0: "
    "captive cargo that more comes of",
    "deferred": "refused by a loading ban in its month and departing in a later one, or not yet; below 0: departing in it from "
    "an earlier one",
    "left_over": "the part of a whole shipment that is carried on to another month",
    "induced": "new trade that comes because the market's ways have become better; below 0: trade lost",
}
#: In place of a rival: ways of a flow that leave the corridor, chosen during the run.
OUTSIDE = "outside"
MARKETS = StoredTable(
    "a market, month of departure and outcome",
    (
        Column("market", "", "id of the market"),
        Column("month", "UTC", "first day of the month"),
        Column("outcome", "", "; ".join(f"`{name}`: {words}" for name, words in OUTCOMES.items())),
        Column("rival", "", "id of the rival, of `diverted`"),
        Column("units", "cargo units", "of the market's cargo"),
        Column("tonnes", "t", "the same in tonnes, at the mean weight of the market's units"),
    ),
    "only where demand answers; all outcomes but `induced`, less `induced`, add up to what would come at the base year's shares",
)


@dataclass(frozen=True)
class MarketInfo:
    """What the table needs to know of a market: its flows, tonnes of a unit, what was decided, by how much shippers are better
    off than at the base year's times and charges, [replication] USD (none where it is not known), and its rivals."""

    flows: tuple[str, ...]
    tonnes_per_unit: float
    months: tuple[MarketMonth, ...]
    gain_usd: tuple[float, ...]
    rivals: tuple[str, ...]


def market_info(world: World) -> dict[str, MarketInfo]:
    """The markets of a world whose demand has settled; none where it does not answer."""
    settled = world.scenario.settled
    if settled is None:
        return {}
    found = {}
    for name, market in world.markets.items():
        units = {flow: world.flows[flow].quantity_per_year.at(world.scenario.period_start) for flow in market.flows}
        weights = np.array([max(units[flow], 1e-9) for flow in market.flows])
        tonnes = np.array([world.flows[flow].tonnes_per_unit for flow in market.flows])
        months = tuple(month for month in settled.months if month.market == name)
        rivals = tuple(given.rival for given in market.rivals)
        per_unit = float((weights * tonnes).sum() / weights.sum())
        found[name] = MarketInfo(market.flows, per_unit, months, tuple(settled.gain_usd.get(name, ())), rivals)
    return found


def market_table(book: Ledger, markets: Mapping[str, MarketInfo]) -> pd.DataFrame:
    """One row a market, month and outcome (``MARKETS``); outcomes that are 0 are left out."""
    number = {name: k for k, name in enumerate(book.plan.flow_name)}
    lots, put_off = book.lots, refused(book)
    inside = ~lots["diverted"].to_numpy(bool)
    flow, born, done = (lots[name].to_numpy() for name in ("flow", "born_s", "done_s"))
    units = lots["units"].to_numpy(float)
    left = _ways_of_those_who_left(book)
    rivals = sorted(set(left.tolist()) - {OUTSIDE})
    rows = []
    for name, market in markets.items():
        own = [number[f] for f in market.flows if f in number]
        of_market = np.isin(flow, own)
        mine, elsewhere, off = of_market & inside, of_market & ~inside, put_off[put_off["flow"].isin(own)]
        for month in market.months:
            begin, end = _seconds(book, month.month)
            here = mine & (born >= begin) & (born < end)
            came = float(units[here & (done >= 0)].sum())
            going = float(units[here & (done < 0)].sum())
            due = off[(off["due_s"] >= begin) & (off["due_s"] < end)]
            lost = float(due.loc[due["until_s"] == NEVER_S, "units"].sum())
            back = off[(off["until_s"] >= begin) & (off["until_s"] < min(end, book.trace.stopped_s))]
            gone = elsewhere & (born >= begin) & (born < end)
            to_rival = {rival: float(units[gone & (left == rival)].sum()) for rival in rivals}
            not_shipped = to_rival.pop("", 0.0)
            by_ways = float(units[gone & (left == OUTSIDE)].sum())
            later = float(due.loc[due["until_s"] != NEVER_S, "units"].sum()) - float(back["units"].sum())
            rest = month.offered - came - going - lost - later - by_ways - not_shipped - sum(to_rival.values())
            counted = {
                ("carried", ""): came,
                ("under_way", ""): going,
                **{("diverted", rival): amount for rival, amount in {**to_rival, **month.to_rival}.items()},
                ("diverted", OUTSIDE): by_ways,
                ("declined", ""): month.declined + lost + not_shipped,
                ("deferred", ""): later,
                ("left_over", ""): rest,
                ("induced", ""): month.induced,
            }
            first = pd.Timestamp(month.month)
            for (outcome, rival), amount in counted.items():
                if amount:
                    rows.append((name, first, outcome, rival, amount, amount * market.tonnes_per_unit))
    return pd.DataFrame(rows, columns=[column.name for column in MARKETS.columns])


def _ways_of_those_who_left(book: Ledger) -> np.ndarray:
    """[n followed lot that departed] the rival by which each lot left where it weighed, empty: it is not shipped; else
    ``OUTSIDE``."""
    left = np.full(book.draws.n_lot, OUTSIDE, object)
    gone, ways = left_by(book.plan, book.draws, book.decided)
    left[gone] = ways
    return left[book.lots["lot"].to_numpy()]


def _seconds(book: Ledger, first: date) -> tuple[int, int]:
    """The part of a month that is reported, in seconds of the run."""
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    begin, end = ((day - book.origin).days * DAY_S for day in (first, after))
    return max(begin, book.start_s), min(end, book.end_s)


def market_lines(table: pd.DataFrame, markets: Mapping[str, MarketInfo], replication: int) -> Iterator[Line]:
    """Indicators of each market over the period, and the shippers' gain of all.

    The gain is known of the replications with which the demand has settled; further ones have none.
    """
    sums = table.groupby(["market", "outcome"])["units"].sum()
    to_rival = table[table["outcome"] == "diverted"].groupby(["market", "rival"])["units"].sum()
    for name, market in markets.items():
        yield Line("market_plan", name, sum(month.plan for month in market.months))
        for outcome in ("carried", "diverted", "declined", "deferred", "under_way", "induced"):
            yield Line(f"market_{outcome}", name, float(sums.get((name, outcome), 0.0)))
        for rival in market.rivals:
            yield Line("market_diverted", by_rival(name, rival), float(to_rival.get((name, rival), 0.0)))
            if any(rival in month.rivals for month in market.months):  # else nobody knows what it carries
                carried = sum(month.rivals.get(rival, 0.0) for month in market.months)
                yield Line("market_by_rival", by_rival(name, rival), carried)
        if replication < len(market.gain_usd):
            yield Line("shippers_gain", name, market.gain_usd[replication])
    known = [m.gain_usd[replication] for m in markets.values() if replication < len(m.gain_usd)]
    if known:
        yield Line("shippers_gain", CORRIDOR, sum(known))
