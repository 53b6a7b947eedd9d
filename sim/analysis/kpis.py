"""The indicators of one replication as a tidy table: kpi, scope, year, value, unit, weight.

``scope`` is ``corridor`` (flows of the corridor's total), a direction or ``cargo X`` of it, a flow, a
facility, a service, or ``A->B``; year 0 is the whole period. ``weight`` is what a mean or a share was divided by, so
that those of several replications can be pooled. What each indicator counts is in ``docs/concepts/accounting.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from sim.analysis.assets import Stock, asset_days, asset_lines
from sim.analysis.balance import balance_rows
from sim.analysis.barriers import barrier_hours
from sim.analysis.columns import Column, StoredTable
from sim.analysis.costs import RateBook, cost_lines, cost_table
from sim.analysis.facility_load import facility_days, facility_waits
from sim.analysis.ledger import CAUSE_COLUMNS, Ledger
from sim.analysis.line import COLUMNS, Line, quantile_lines
from sim.analysis.markets import MarketInfo, market_lines, market_table
from sim.analysis.movements import Traversals, traversals
from sim.analysis.on_time import on_time_lines
from sim.analysis.passages import Pair, passages
from sim.analysis.port_stays import port_lines, port_stays
from sim.analysis.voyages import voyages
from sim.clock import DAY_S, HOUR_S
from sim.errors import CheckFailed
from sim.indicators import INDICATORS, Family, Measure

KPIS = StoredTable(
    "an indicator of a scope, in the period and in each calendar year of it",
    (
        Column("kpi", "", "name of the indicator; `corridor list --indicators` lists them"),
        Column(
            "scope", "", "what it is of: `corridor`, a direction, `cargo TEU`, a flow, a facility, a port, `A->B`, ..."
        ),
        Column("year", "", "calendar year; 0 is the whole period"),
        Column(
            "value", "`unit`", "value of this replication alone; infinite where shipments that have not arrived decide"
        ),
        Column("unit", "", "unit of the value"),
        Column("weight", "", "of a mean or a share: what it was divided by (shipments, TEU, tonnes, hours)"),
        Column(
            "contribution",
            "`unit`",
            "what this replication contributes to the value over all: the mean of the "
            "contributions is that value, and intervals come from them",
        ),
    ),
)
#: Columns of lots by name.
Columns = dict[str, np.ndarray]
#: Indicator -> column of shipments that it sums.
VOLUMES = {f"volume_{column}": column for column in ("units", "teu", "wagons", "tonnes", "net_tonnes")}


@dataclass(frozen=True)
class Views:
    """What the indicators of a replication are taken from, each made when it is first asked for.

    ``pairs`` are nodes between which, or at which, times are to be measured; without ``rates`` nothing is said of money
    and carbon; ``stocks`` is what the data say of each stock, ``markets`` what was decided in each before the run.
    """

    book: Ledger
    pairs: tuple[Pair, ...] = ()
    rates: RateBook | None = None
    stocks: Mapping[str, Stock] | None = None
    markets: Mapping[str, MarketInfo] | None = None
    replication: int = 0

    @cached_property
    def moves(self) -> Traversals:
        """``traversals``."""
        return traversals(self.book)

    @cached_property
    def days(self) -> pd.DataFrame:
        """``facility_days``."""
        return facility_days(self.book)

    @cached_property
    def calls(self) -> pd.DataFrame:
        """``voyages``."""
        return voyages(self.book)

    @cached_property
    def assets(self) -> pd.DataFrame:
        """``asset_days``."""
        return asset_days(self.book, self.days, self.stocks)

    @cached_property
    def costs(self) -> pd.DataFrame | None:
        """``cost_table``; None without rates."""
        return None if self.rates is None else cost_table(self.book, self.rates)

    @cached_property
    def went(self) -> pd.DataFrame:
        """``market_table``."""
        return market_table(self.book, self.markets or {})

    @cached_property
    def passed(self) -> pd.DataFrame:
        """``passages``."""
        return passages(self.book, self.moves, self.pairs)

    @cached_property
    def stays(self) -> pd.DataFrame:
        """``port_stays``."""
        return port_stays(self.book, self.moves)


def kpis(views: Views, wanted: Collection[Measure] | None = None) -> pd.DataFrame:
    """The indicators of a replication: all, or the lines of those ``wanted``, for which nothing else is computed.

    Returns: ``COLUMNS``. A quantile is infinite where it lies among lots that have not landed; a mean counts their time
    until the run stops. Counts are 0 where nothing was; means and quantiles of nothing have no line.

    Raises:
        CheckFailed: if two things of one name have an indicator in common.
    """
    families = None if wanted is None else {INDICATORS[measure.kpi].family for measure in wanted}
    lines = [
        line
        for families_of_lines, make in LINES
        if families is None or families & set(families_of_lines)
        for line in make(views)
        if wanted is None or (line.kpi, line.scope) in wanted
    ]
    table = pd.DataFrame(lines, columns=list(COLUMNS))
    _told_once(table, views.book)
    return table


def _told_once(table: pd.DataFrame, ledger: Ledger) -> None:
    """Raises CheckFailed where two things of one name have the same indicator: pairs and means would mix them."""
    twice = table[table.duplicated(["kpi", "scope", "year"], keep=False)]
    if twice.empty:
        return
    kpi, scope, year = twice.iloc[0][["kpi", "scope", "year"]]
    same = twice[(twice["kpi"] == kpi) & (twice["scope"] == scope) & (twice["year"] == year)]
    values = " and ".join(f"{row.value:g} {row.unit}" for row in same.itertuples())
    plan = ledger.plan
    known = {
        "flow": plan.flow_name,
        "facility": plan.facilities.name,
        "service": plan.services.name,
        "pool": plan.pool_name,
        "node": plan.node_name,
        "link": plan.link_name,
    }
    roles = " and ".join(f"a {role}" for role, names in known.items() if scope in names) or "things"
    when = f" in {year}" if year else ""
    raise CheckFailed(
        f"{kpi} of '{scope}'{when} is given {len(same)} times, as {values}; '{scope}' names {roles}:"
        " give each a name of its own"
    )


def _in_scopes(ledger: Ledger, lots: np.ndarray, columns: tuple[str, ...]) -> Iterator[tuple[str, Columns]]:
    """Columns of those lots, given by a mask over ``ledger.lots``, that belong to each scope."""
    some = np.flatnonzero(lots)
    flow, *values = (ledger.lots[name].to_numpy()[some] for name in ("flow", *columns))
    for scope, here in ledger.in_scopes(flow):
        yield scope, {name: column[here] for name, column in zip(columns, values, strict=True)}


def _transit(ledger: Ledger) -> Iterator[Line]:
    """Door-to-door days of lots that set out in the span."""
    reported, stopped_s = ledger.lots["reported"].to_numpy(), ledger.trace.stopped_s
    for scope, lots in _in_scopes(ledger, reported, ("born_s", "done_s")):
        born, done = lots["born_s"], lots["done_s"]
        for years, begin, end in ledger.spans():
            some = np.flatnonzero((born >= begin) & (born < end))
            landed = done[some] >= 0
            days = (np.where(landed, done[some], stopped_s) - born[some]) / DAY_S
            lines = [*quantile_lines("shipments", np.where(landed, days, np.inf))] if len(some) else []
            for year in years:
                if len(some):
                    yield Line("transit_mean", scope, days.mean(), len(some), year=year)
                yield from (Line(name, scope, value, year=year) for name, value in lines)
                yield Line("transit_lots", scope, len(some), year=year)
                yield Line("transit_unfinished", scope, (~landed).sum(), year=year)


def _volumes(ledger: Ledger) -> Iterator[Line]:
    """What landed in the span, whenever it had set out."""
    for scope, lots in _in_scopes(ledger, ~ledger.lots["diverted"].to_numpy(), ("done_s", *VOLUMES.values())):
        done = lots["done_s"]
        for years, begin, end in ledger.spans():
            landed = np.flatnonzero((done >= begin) & (done < end))
            sums = {name: float(lots[column][landed].sum()) for name, column in VOLUMES.items()}
            for year in years:
                yield Line("volume_lots", scope, len(landed), year=year)
                yield from (Line(name, scope, value, year=year) for name, value in sums.items())


def _delays(ledger: Ledger) -> Iterator[Line]:
    """Mean hours a lot, by cause, of lots that set out in the period; they add up to the journey, until the stop."""
    reported = np.flatnonzero(ledger.lots["reported"].to_numpy())
    hours_of = {column: ledger.hours[column].to_numpy()[reported] for column in CAUSE_COLUMNS}
    for scope, here in ledger.in_scopes(ledger.lots["flow"].to_numpy()[reported]):
        for column, hours in ((name, of_all[here]) for name, of_all in hours_of.items()):
            if len(hours):
                yield Line(f"time_{column[:-2]}", scope, hours.mean(), len(hours))


def _facilities(ledger: Ledger, days: pd.DataFrame) -> Iterator[Line]:
    """Waiting, queue and load of each facility in the period; every mover counts."""
    of_facility = days.groupby("facility", observed=True)
    total = of_facility[["wait_h", "busy_unit_h", "capacity_unit_h"]].sum()
    total["queue_max"] = of_facility["queue_max"].max()
    waits = facility_waits(ledger)
    mean = dict(zip(waits["facility"], zip(waits["mean_wait_h"], waits["requests"], strict=True), strict=True))
    stocks = {ledger.plan.facilities.name[f] for f in np.flatnonzero(ledger.plan.stocks.is_stock)}
    for row in total.itertuples():
        yield Line("wait_total", str(row.Index), row.wait_h)
        mean_h, requests = mean[row.Index]
        if requests:
            yield Line("wait_mean", str(row.Index), mean_h, requests)
        yield Line("queue_max", str(row.Index), row.queue_max)
        if row.Index not in stocks:  # what is away from a stock may be more than it began with, or less than nothing
            capacity = float(row.capacity_unit_h)
            if capacity:
                yield Line("utilisation", str(row.Index), row.busy_unit_h / capacity, capacity)


def _services(ledger: Ledger, calls: pd.DataFrame) -> Iterator[Line]:
    """Calls of each service that begin in the period, and means over those of them that have a value."""
    of_service = {str(name): rows for name, rows in calls.groupby("service")}
    for scope in ledger.plan.services.name:
        rows = of_service.get(scope, calls[:0])
        yield Line("calls", scope, len(rows))
        for kpi, values in (
            ("load_share", rows.loc[rows["left"].notna(), "load_share"]),
            ("round_trip", rows["round_trip_h"].dropna() * HOUR_S / DAY_S),
            ("berth_wait", rows["berth_wait_h"]),
        ):
            if len(values):
                yield Line(kpi, scope, values.mean(), len(values))


def _between_nodes(ledger: Ledger, passed: pd.DataFrame) -> Iterator[Line]:
    """Transit times between nodes that the observed table names, by start of the clock."""
    from_s, arrived = passed["from_s"].to_numpy(), passed["arrived"].to_numpy(bool)
    days = passed["hours"].to_numpy() * HOUR_S / DAY_S
    code = passed["scope"].cat.codes.to_numpy()
    for number, scope in enumerate(passed["scope"].cat.categories):
        here = np.flatnonzero(code == number)
        for years, begin, end in ledger.spans():
            some = here[(from_s[here] >= begin) & (from_s[here] < end)]
            lines = [*quantile_lines("passages", np.where(arrived[some], days[some], np.inf))] if len(some) else []
            for year in years:
                if len(some):
                    yield Line("between_mean", str(scope), days[some].mean(), len(some), year=year)
                yield from (Line(name, str(scope), value, year=year) for name, value in lines)
                yield Line("between_lots", str(scope), len(some), year=year)
                yield Line("between_unfinished", str(scope), (~arrived[some]).sum(), year=year)


def _barriers(ledger: Ledger) -> Iterator[Line]:
    """Hours at each barrier, and at each of its places."""
    yield from (Line("barrier_time", scope, hours, n_lot) for scope, hours, n_lot in barrier_hours(ledger))


#: The families of indicators and what makes their lines, in the order of the table.
LINES: tuple[tuple[tuple[Family, ...], Callable[[Views], Iterable[Line]]], ...] = (
    (("transit",), lambda of: _transit(of.book)),
    (("on_time",), lambda of: on_time_lines(of.book, of.moves)),
    (("volume",), lambda of: _volumes(of.book)),
    (("time",), lambda of: _delays(of.book)),
    (("barrier",), lambda of: _barriers(of.book)),
    (("balance",), lambda of: balance_rows(of.book)),
    (("facility",), lambda of: _facilities(of.book, of.days)),
    (("service",), lambda of: _services(of.book, of.calls)),
    (("between",), lambda of: _between_nodes(of.book, of.passed)),
    (("port",), lambda of: port_lines(of.book, of.stays)),
    (("equipment",), lambda of: asset_lines(of.book, of.assets)),
    (("market",), lambda of: market_lines(of.went, of.markets or {}, of.replication)),
    (("cost", "carbon"), lambda of: () if of.costs is None else cost_lines(of.book, of.costs)),
)
