"""Lots: how a yearly demand becomes shipments on dates.

A flow's quantity is spread over months by its profile, and each month holds a whole number of
departures (rounded so that the year's total is kept). Departure ``i`` of a month owns its place in
the month's block of the flow's streams: scaling a flow down drops the last ones and leaves the
luck of the others, so that compared runs stay paired.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

from sim.clock import DAY_S, NEVER_S, month_start, months_between, to_seconds
from sim.model.streams import Streams
from sim.network.tables import Flow

#: Ordinal of a lot: month number (12 x year + month - 1) times this, plus its place in the month.
MONTH_STRIDE = 1 << 20


@dataclass(frozen=True)
class Month:
    """A month of a flow: its number (12 x year + month - 1), start in seconds since the run's origin,
    cumulative share of its quantity by the end of each day (beginning with 0), and departures."""

    number: int
    start_s: int
    cumulative: npt.NDArray[np.float64]
    expected: float
    count: int


@dataclass(frozen=True)
class Lots:
    """A flow's lots in order of ordinal. ``blocks`` are the (month number, lots) that were drawn;
    ``kept`` are the positions, in those blocks, of the lots that set out within the run."""

    time_s: npt.NDArray[np.int64]
    ordinal: npt.NDArray[np.int64]
    blocks: list[tuple[int, int]]
    kept: npt.NDArray[np.int64]


def asleep(count: int) -> Lots:
    """Lots without a date of their own, to be woken; their ordinals are those of one block."""
    return Lots(np.full(count, NEVER_S, np.int64), np.arange(count, dtype=np.int64), [(0, count)], np.arange(count))


def parts(lots: Lots, least: int) -> Iterator[Lots]:
    """The same lots in parts of whole blocks, each of at least ``least`` drawn lots but for the last."""
    first = begin = drawn = before = 0
    for number, (_, count) in enumerate(lots.blocks, 1):
        drawn += count
        if drawn - before < least and number < len(lots.blocks):
            continue
        end = int(np.searchsorted(lots.kept, drawn))
        if end > begin:
            yield Lots(lots.time_s[begin:end], lots.ordinal[begin:end], lots.blocks[first:number],
                       lots.kept[begin:end] - before)  # fmt: skip
        first, begin, before = number, end, drawn


def months(flow: Flow, origin: date, end_s: int) -> list[Month]:
    """Months of the run with their whole numbers of departures; the years' totals are kept."""
    last = origin + timedelta(seconds=end_s - 1)
    result, before = [], 0.0
    for year, month in months_between(date(origin.year, 1, 1), last):
        if month == 1:
            before = 0.0
        units = _daily_units(flow, year, month)
        expected = float(units.sum()) / (flow.lot * flow.lots_together)
        # the small addition keeps 0.49999999 from falling short of a half that was meant
        count = round(before + expected + 1e-9) - round(before + 1e-9)
        before += expected
        start = month_start(year, month)
        if expected > 0 and month_start(year, month + 1) > origin:
            cumulative = np.concatenate(([0.0], np.cumsum(units))) / units.sum()
            result.append(Month(year * 12 + month - 1, to_seconds(start, origin), cumulative, expected, count))
    return result


def lots(name: str, flow: Flow, calendar: list[Month], streams: Streams, end_s: int) -> Lots:
    """Draw a flow's lots that set out in [0, end_s)."""
    times, ordinals, blocks = [np.empty(0, np.int64)], [np.empty(0, np.int64)], []
    for month in calendar:
        count = _poisson(name, month, streams) if flow.arrivals == "poisson" else month.count
        if count == 0:
            continue
        place = _places(name, flow, streams, month.number, count)
        # the month's departures follow the days' quantities: inverse of the cumulative curve
        # (the small addition keeps 8639.999999 from losing a second that was meant)
        at_s = np.interp(place, month.cumulative, np.arange(len(month.cumulative)) * DAY_S) + 1e-6
        n_lot = count * flow.lots_together
        times.append(np.repeat(month.start_s + np.floor(at_s).astype(np.int64), flow.lots_together))
        ordinals.append(month.number * MONTH_STRIDE + np.arange(n_lot, dtype=np.int64))
        blocks.append((month.number, n_lot))
    time_s, ordinal = np.concatenate(times), np.concatenate(ordinals)
    kept = np.flatnonzero((time_s >= 0) & (time_s < end_s))
    return Lots(time_s[kept], ordinal[kept], blocks, kept)


def _daily_units(flow: Flow, year: int, month: int) -> npt.NDArray[np.float64]:
    """Units expected on each day of the month."""
    first, after = month_start(year, month), month_start(year, month + 1)
    n_days = (after - first).days
    if flow.monthly_profile is None:
        share = 1.0 / (date(year + 1, 1, 1) - date(year, 1, 1)).days
    else:
        weights = flow.monthly_profile.at(first)
        share = weights[month - 1] / sum(weights) / n_days if sum(weights) else 0.0
    if not flow.quantity_per_year.dates:
        return np.full(n_days, flow.quantity_per_year.steps[0].value * share)
    return np.array([flow.quantity_per_year.at(first + timedelta(days=k)) * share for k in range(n_days)])


def _poisson(name: str, month: Month, streams: Streams) -> int:
    """A Poisson number of departures; more is expected, more come, on the same luck.

    The quantile is that of ``scipy.stats.poisson``, without its general checks and the time to import it.
    """
    from scipy.special import pdtr, pdtrik

    u = streams.uniforms(f"flow/{name}/count", [(month.number, 1)])[0, 0]
    count = math.ceil(pdtrik(u, month.expected))  # up to one too many, where rounding decides
    return count - 1 if count > 0 and pdtr(count - 1, month.expected) >= u else count


def _places(name: str, flow: Flow, streams: Streams, block: int, count: int) -> npt.NDArray[np.float64]:
    """Places of the departures within the month, as shares of its quantity."""
    if flow.arrivals == "regular":
        return (np.arange(count) + 0.5) / count
    if flow.arrivals == "even":
        shift = streams.uniforms(f"flow/{name}/shift", [(block, 1)])[0, 0]
        return (_radical_inverse(count) + shift) % 1.0
    return streams.uniforms(f"flow/{name}/departure", [(block, count)])[:, 0]


def _radical_inverse(count: int) -> npt.NDArray[np.float64]:
    """Van der Corput's sequence in base 2: every beginning of it is evenly spread.

    Source: Niederreiter, Random Number Generation and Quasi-Monte Carlo Methods (1992), section 3.1.
    """
    bits = np.arange(count, dtype=np.uint32)
    for width, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF), (16, 0x0000FFFF)):
        bits = (bits >> np.uint32(width)) & np.uint32(mask) | (bits & np.uint32(mask)) << np.uint32(width)
    return bits.astype(np.float64) * 2.0**-32  # the binary digits in reverse order, behind the point
