"""The ledger of a replication: one line for each lot that is followed, with its times, size and causes.

Every statistic about shipments starts here. Lots of background flows are not followed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.analysis.attribution import Segments, attribute
from sim.analysis.journey import routes
from sim.clock import DAY_S, HOUR_S
from sim.contract.draws import Draws
from sim.contract.plan import Cause, Flags, Plan
from sim.contract.reading import (
    Waits,
    branches,
    carriers,
    facilities_needed,
    lot_sizes,
    outside,
    step_rows,
    waits,
    weighed,
    woken_units,
)
from sim.contract.trace import Trace
from sim.network.charges import ChargedLeg

#: Columns that a table of flows must have, one row for each flow (any order).
FLOW_COLUMNS = (
    "flow",
    "units_per_lot",
    "tonnes_per_unit",
    "net_tonnes_per_unit",
    "cargo",
    "origin",
    "destination",
    "background",
    "in_corridor_total",
    "direction",
)
CAUSE_COLUMNS = tuple(f"{cause.name.lower()}_h" for cause in Cause)
I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ledger:
    """One replication, ready for statistics; what is not asked for is not computed.

    ``flows`` has the rows of ``plan.flow_name`` in that order. ``start_s`` and ``end_s`` bound the reported period.
    """

    plan: Plan
    draws: Draws
    trace: Trace
    flows: pd.DataFrame
    origin: date

    @cached_property
    def followed(self) -> Flags:
        """[n_lot] the lots of flows that are not background."""
        if not self.draws.n_lot:
            return np.zeros(0, bool)
        return ~self.flows["background"].to_numpy(bool)[self.draws.lot_flow]

    @cached_property
    def steps(self) -> I64:
        """Trace rows of the steps of followed lots, and of trains that carry them."""
        return carriers(self.trace, step_rows(self.plan, self.trace, self.draws.n_lot), self.followed)

    @cached_property
    def waits(self) -> Waits:
        """All waiting at facilities, whoever waits."""
        return waits(self.plan, self.trace)

    @cached_property
    def segments(self) -> Segments:
        """Stretches of followed lots' time of one cause each. Raises CheckFailed if they do not add up."""
        return attribute(self.plan, self.draws, self.trace, self.followed, self.steps, self.waits)

    @cached_property
    def branch(self) -> I64:
        """[n_lot] the branch that each lot has chosen, -1 where there was no choice."""
        return branches(self.plan, self.draws, self.trace)

    @cached_property
    def decided(self) -> I64:
        """[n_lot] how each lot that weighed decided, 0 to go on; -1 where none did."""
        return weighed(self.plan, self.draws, self.trace)

    @cached_property
    def woken(self) -> tuple[I64, I64, I64]:
        """``reading.woken_units``: empties that left a stock, their units, and the needs."""
        return woken_units(self.plan, self.trace)

    @cached_property
    def sizes(self) -> npt.NDArray[np.int32]:
        """[n_lot, n_measure] what each lot takes of every measure."""
        return lot_sizes(self.plan, self.draws, self.trace, self.woken)

    @cached_property
    def lots(self) -> pd.DataFrame:
        """One row a followed lot that departed, in order.

        Columns: lot, flow (index), ordinal, born_s, done_s (-1: not yet), reported, diverted (it has left for a way
        outside the corridor, and is not reported), units, teu, wagons, tonnes, net_tonnes.
        """
        draws, flows = self.draws, self.flows
        born, done = (self.trace.column("lots", c).astype(np.int64) for c in ("born", "done"))
        rows = np.flatnonzero(self.followed[self.trace.column("lots", "lot")] & (born >= 0))
        lot = self.trace.column("lots", "lot")[rows].astype(np.int64)
        order = np.argsort(lot)
        lot, rows = lot[order], rows[order]
        flow = draws.lot_flow[lot]
        diverted = outside(self.plan, draws, self.branch) | (self.decided > 0)
        units = flows["units_per_lot"].to_numpy(float)[draws.lot_flow]
        units[self.woken[0]] = self.woken[1]
        units = units[lot]
        return pd.DataFrame(
            {
                "lot": lot,
                "flow": flow,
                "ordinal": draws.lot_ordinal[lot],
                "born_s": born[rows],
                "done_s": done[rows],
                "reported": draws.lot_reported[lot] & ~diverted[lot],
                "diverted": diverted[lot],
                "units": units,
                "teu": self.sizes[lot, 0].astype(float),
                "wagons": self.sizes[lot, 1].astype(float),
                "tonnes": units * flows["tonnes_per_unit"].to_numpy(float)[flow],
                "net_tonnes": units * flows["net_tonnes_per_unit"].to_numpy(float)[flow],
            }
        )

    @cached_property
    def hours(self) -> pd.DataFrame:
        """Hours of each row of ``lots`` by cause, columns ``CAUSE_COLUMNS``; they add up to its journey so far."""
        hours = self.segments.by_cause_s.T[:, self.lots["lot"].to_numpy()] / HOUR_S
        return pd.DataFrame(dict(zip(CAUSE_COLUMNS, hours, strict=True)))

    @cached_property
    def facilities(self) -> I64:
        """Facilities that some mover may ask for, in order."""
        return facilities_needed(self.plan)

    @cached_property
    def reported(self) -> npt.NDArray[np.bool_]:
        """[n_lot] the lots that are reported."""
        marks = np.zeros(self.draws.n_lot, bool)
        marks[self.lots["lot"]] = self.lots["reported"]
        return marks

    @cached_property
    def reported_segments(self) -> I64:
        """Positions of the segments of reported lots; those that left for a way outside the corridor are none."""
        return np.flatnonzero(self.reported[self.segments.lot])

    @cached_property
    def ways(self) -> tuple[pd.DataFrame, list[list[ChargedLeg]], I64]:
        """Reported lots that have landed, all routes, and the route of each lot.

        Lots that went over no link have left for a way outside the corridor, and are left out.
        """
        lots = self.lots[["lot", "flow", "born_s", "teu", "net_tonnes"]]
        lots = lots[self.lots["reported"] & (self.lots["done_s"] >= 0)]
        found, way = routes(self.plan, self.trace, self.steps, lots["lot"].to_numpy(np.int64), self.draws.n_lot)
        inside = np.array([len(legs) > 0 for legs in found], bool)[way]
        return lots[inside], found, way[inside]

    @property
    def start_s(self) -> int:
        """First second of the period."""
        return self.draws.period_start_s

    @property
    def end_s(self) -> int:
        """First second after the period."""
        return self.draws.period_end_s

    def years(self) -> list[tuple[int, int, int]]:
        """Calendar years of the period as (year, first second, first second after), cut at its ends."""
        first = (self.origin + pd.Timedelta(seconds=self.start_s).to_pytimedelta()).year
        last = (self.origin + pd.Timedelta(seconds=max(self.end_s - 1, 0)).to_pytimedelta()).year
        edges = [(date(y, 1, 1) - self.origin).days * DAY_S for y in range(first, last + 2)]
        return [
            (y, max(a, self.start_s), min(b, self.end_s))
            for y, a, b in zip(range(first, last + 1), edges[:-1], edges[1:], strict=True)
        ]

    def spans(self) -> list[tuple[tuple[int, ...], int, int]]:
        """The period and its calendar years, as (years, from, to); year 0 is the period, alone or that of one year."""
        years = self.years()
        if len(years) == 1:
            return [((0, years[0][0]), self.start_s, self.end_s)]
        return [((0,), self.start_s, self.end_s), *(((year,), begin, end) for year, begin, end in years)]

    def when(self, second: npt.ArrayLike) -> pd.Series:
        """UTC timestamps of clock values; negative ones (not yet) become missing."""
        seconds = np.asarray(second, np.int64)
        base = np.datetime64(self.origin, "s").astype(np.int64)
        stamps = (seconds + base).astype("datetime64[s]")
        stamps[seconds < 0] = np.datetime64("NaT")
        return pd.Series(stamps).dt.tz_localize("UTC")

    def in_scopes(self, flow: npt.NDArray[np.integer]) -> Iterator[tuple[str, I64]]:
        """Which entries belong to each scope, in their own order; ``flow`` [n] is the flow of each."""
        count = np.bincount(flow, minlength=len(self.flows))
        of_flow = np.split(np.argsort(flow, kind="stable"), np.cumsum(count)[:-1])
        none = np.empty(0, np.int64)
        for scope, flows in self.scopes():
            yield scope, np.sort(np.concatenate([none, *(of_flow[f] for f in np.flatnonzero(flows))]))

    def scopes(self) -> list[tuple[str, npt.NDArray[np.bool_]]]:
        """Groups of flows as masks over flows: the corridor's total, by direction, by cargo; then each flow."""
        total = self.flows["in_corridor_total"].to_numpy(bool) & ~self.flows["background"].to_numpy(bool)
        direction = self.flows["direction"].to_numpy(str)
        cargo = self.flows["cargo"].to_numpy(str)
        groups = [("corridor", total), *((d, total & (direction == d)) for d in sorted(set(direction[total])))]
        groups += [(f"cargo {c}", total & (cargo == c)) for c in sorted(set(cargo[total]))]
        for i in np.flatnonzero(~self.flows["background"].to_numpy(bool)):
            groups.append((self.plan.flow_name[i], np.arange(len(self.flows)) == i))
        return groups


def ledger(plan: Plan, draws: Draws, trace: Trace, flows: pd.DataFrame, origin: date) -> Ledger:
    """Follow the lots of all flows that are not background.

    ``flows`` has ``FLOW_COLUMNS``; flows that the plan does not know are left out.

    Raises KeyError if a flow of the plan is missing in ``flows``.
    """
    flows = flows.set_index("flow", drop=False).loc[list(plan.flow_name)].reset_index(drop=True)
    return Ledger(plan, draws, trace, flows, origin)
