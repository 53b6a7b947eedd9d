"""The indicators of one replication as a tidy table: kpi, scope, year, value, unit.

``scope`` is ``corridor`` (flows of the corridor's total), a direction or ``cargo X`` of it, a flow, a
facility, a service, or ``A->B``; year 0 is the whole period. What each indicator counts is written in
``docs/concepts/accounting.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from sim.analysis.assets import asset_days, asset_lines
from sim.analysis.balance import balance_rows
from sim.analysis.barriers import barrier_hours
from sim.analysis.costs import cost_lines
from sim.analysis.facility_load import facility_days, facility_waits
from sim.analysis.ledger import CAUSE_COLUMNS, Ledger
from sim.analysis.movements import Traversals, node_to_node_s, traversals
from sim.analysis.observed import pair_scope
from sim.analysis.on_time import on_time_lines
from sim.analysis.voyages import voyages
from sim.clock import DAY_S, HOUR_S

#: (kpi, scope, year, value, unit)
Line = tuple[str, str, int, float, str]
#: Columns of lots by name.
Columns = dict[str, np.ndarray]
QUANTILES = {"transit_p10": 0.1, "transit_p50": 0.5, "transit_p90": 0.9, "transit_p95": 0.95}
VOLUMES = {
    "volume_units": ("units", "units"),
    "volume_teu": ("teu", "TEU"),
    "volume_wagons": ("wagons", "wagons"),
    "volume_tonnes": ("tonnes", "t"),
    "volume_net_tonnes": ("net_tonnes", "t"),
}


def kpis(
    ledger: Ledger,
    pairs: tuple[tuple[str, str, tuple[str, ...]], ...] = (),
    *,
    days: pd.DataFrame | None = None,
    calls: pd.DataFrame | None = None,
    moves: Traversals | None = None,
    costs: pd.DataFrame | None = None,
    assets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """All indicators of a replication.

    Args:
        ledger: the replication.
        pairs: (from node, to node, flows) of transit times to be measured between nodes; no flows = all.
        days, calls, moves: ``facility_days``, ``voyages`` and ``traversals`` of the ledger, if at hand.
        assets: ``asset_days`` of the ledger, if at hand.
        costs: ``cost_table`` of the ledger; without it nothing is said of money and carbon.

    Returns: columns kpi, scope, year, value, unit. Infinite where lots that have not landed decide.
    """
    days = facility_days(ledger) if days is None else days
    calls = voyages(ledger) if calls is None else calls
    moves = traversals(ledger) if moves is None else moves
    lines = [
        *_transit(ledger),
        *on_time_lines(ledger, moves),
        *_volumes(ledger),
        *_delays(ledger),
        *(("barrier_time", scope, 0, hours, "h") for scope, hours in barrier_hours(ledger)),
        *balance_rows(ledger),
        *_facilities(ledger, days),
        *_services(ledger, calls),
        *_between_nodes(ledger, moves, pairs),
        *asset_lines(ledger, asset_days(ledger, days) if assets is None else assets),
        *(cost_lines(ledger, costs) if costs is not None else ()),
    ]
    return pd.DataFrame(lines, columns=["kpi", "scope", "year", "value", "unit"])


def quantile(values: np.ndarray, share: float) -> float:
    """The smallest value that at least ``share`` of all do not exceed; infinity takes part as the longest.

    The inverse of the empirical distribution function (Hyndman and Fan 1996, definition 1).
    """
    return float(quantiles(values, [share])[0]) if len(values) else np.nan


def quantiles(values: np.ndarray, shares: list[float]) -> np.ndarray:
    """[n_share] ``quantile`` of each share; ``values`` must not be empty."""
    return np.asarray(np.quantile(values, shares, method="inverted_cdf"), float)


def _spans(ledger: Ledger) -> list[tuple[tuple[int, ...], int, int]]:
    """The period and its calendar years, as (years, from, to); a period within one year is that year too."""
    years = ledger.years()
    if len(years) == 1:
        return [((0, years[0][0]), ledger.start_s, ledger.end_s)]
    return [((0,), ledger.start_s, ledger.end_s), *(((year,), begin, end) for year, begin, end in years)]


def _in_scopes(ledger: Ledger, lots: np.ndarray, columns: tuple[str, ...]) -> Iterator[tuple[str, Columns]]:
    """Columns of those lots, given by a mask over ``ledger.lots``, that belong to each scope."""
    some = np.flatnonzero(lots)
    flow, *values = (ledger.lots[name].to_numpy()[some] for name in ("flow", *columns))
    for scope, here in ledger.in_scopes(flow):
        yield scope, {name: column[here] for name, column in zip(columns, values, strict=True)}


def _transit(ledger: Ledger) -> Iterator[Line]:
    """Door-to-door days of lots that set out in the span."""
    reported, names, shares = ledger.lots["reported"].to_numpy(), list(QUANTILES), list(QUANTILES.values())
    for scope, lots in _in_scopes(ledger, reported, ("born_s", "done_s")):
        born, done = lots["born_s"], lots["done_s"]
        days = np.where(done < 0, np.inf, (done - born) / DAY_S)
        for years, begin, end in _spans(ledger):
            some = days[(born >= begin) & (born < end)]
            if len(some) == 0:
                continue
            mean, values, unfinished = float(some.mean()), quantiles(some, shares).tolist(), float(np.isinf(some).sum())
            for year in years:
                yield "transit_mean", scope, year, mean, "d"
                yield from ((name, scope, year, value, "d") for name, value in zip(names, values, strict=True))
                yield "transit_lots", scope, year, float(len(some)), "lots"
                yield "transit_unfinished", scope, year, unfinished, "lots"


def _volumes(ledger: Ledger) -> Iterator[Line]:
    """What landed in the span, whenever it had set out."""
    measures = tuple(column for column, _ in VOLUMES.values())
    for scope, lots in _in_scopes(ledger, ~ledger.lots["diverted"].to_numpy(), ("done_s", *measures)):
        done = lots["done_s"]
        for years, begin, end in _spans(ledger):
            landed = np.flatnonzero((done >= begin) & (done < end))
            sums = {name: float(lots[column][landed].sum()) for name, (column, _) in VOLUMES.items()}
            for year in years:
                yield "volume_lots", scope, year, float(len(landed)), "lots"
                yield from ((name, scope, year, value, VOLUMES[name][1]) for name, value in sums.items())


def _delays(ledger: Ledger) -> Iterator[Line]:
    """Mean hours a lot, by cause, of lots that set out in the period; they add up to the whole journey."""
    for scope, lots in _in_scopes(ledger, ledger.lots["reported"].to_numpy(), CAUSE_COLUMNS):
        for column, hours in lots.items():
            if len(hours):
                yield f"time_{column[:-2]}", scope, 0, float(hours.mean()), "h"


def _facilities(ledger: Ledger, days: pd.DataFrame) -> Iterator[Line]:
    """Waiting, queue and load of each facility in the period; every mover counts."""
    of_facility = days.groupby("facility", observed=True)
    total = of_facility[["wait_h", "busy_unit_h", "capacity_unit_h"]].sum()
    total["queue_max"] = of_facility["queue_max"].max()
    waits = facility_waits(ledger)
    mean = dict(zip(waits["facility"], waits["mean_wait_h"], strict=True))
    stocks = {ledger.plan.facility_name[f] for f in np.flatnonzero(ledger.plan.facility_stock)}
    for row in total.itertuples():
        yield "wait_total", str(row.Index), 0, float(row.wait_h), "h"
        yield "wait_mean", str(row.Index), 0, float(mean[row.Index]), "h"
        yield "queue_max", str(row.Index), 0, float(row.queue_max), "movers"
        if row.Index not in stocks:  # what is away from a stock may be more than it began with, or less than nothing
            share = row.busy_unit_h / row.capacity_unit_h if row.capacity_unit_h else np.nan
            yield "utilisation", str(row.Index), 0, float(share), "share"


def _services(ledger: Ledger, calls: pd.DataFrame) -> Iterator[Line]:
    for service, rows in calls.groupby("service"):
        sailed = rows[rows["left"].notna()]
        scope = str(service)
        yield "calls", scope, 0, float(len(rows)), "calls"
        yield "load_share", scope, 0, float(sailed["load_share"].mean()), "share"
        yield "round_trip", scope, 0, float(rows["round_trip_h"].mean()) * HOUR_S / DAY_S, "d"
        yield "berth_wait", scope, 0, float(rows["berth_wait_h"].mean()), "h"


def _between_nodes(ledger: Ledger, moves: Traversals, pairs: Any) -> Iterator[Line]:
    """Transit times between nodes that the observed table names, by start of the clock."""
    names = np.array(ledger.plan.flow_name, object)
    for from_node, to_node, flows in dict.fromkeys(pairs):
        if not {from_node, to_node} <= set(ledger.plan.node_name):
            continue
        passed = node_to_node_s(ledger, moves, from_node, to_node)
        lot, from_s, lasts_s = (passed[name].to_numpy() for name in ("lot", "from_s", "lasts_s"))
        counted = np.isin(names, flows or names)[ledger.luck.lot_flow[lot]]
        scope = pair_scope(from_node, to_node, flows)
        for year, begin, end in ((year, begin, end) for years, begin, end in _spans(ledger) for year in years):
            days = lasts_s[counted & (from_s >= begin) & (from_s < end)] / DAY_S
            if len(days):
                yield "between_p50", scope, year, quantile(days, 0.5), "d"
                yield "between_mean", scope, year, float(days.mean()), "d"
                yield "between_lots", scope, year, float(len(days)), "lots"
