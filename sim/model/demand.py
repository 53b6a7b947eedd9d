"""Lots: how a yearly demand becomes shipments on dates.

A flow's quantity is spread over months by its profile, and each month holds a whole number of departures.
What is left over is carried on to the next month and the next year, counted from ``FIRST_YEAR`` whenever the run
begins: the departures since then are never more than half a one from the demand. Departure ``i`` of a month owns its
place in the month's block of the flow's streams: scaling a flow down drops the last ones and leaves the
luck of the others, so that compared runs stay paired. What a ban puts off keeps its place, and so its luck.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

import numpy as np
import numpy.typing as npt

from sim.clock import DAY_S, NEVER_S, month_start, months_between, to_seconds
from sim.model.bans import LoadingBan, refuse
from sim.model.streams import Streams
from sim.network.tables import Flow

#: Ordinal of a lot: month number (12 x year + month - 1) times this, plus its place in the month.
MONTH_STRIDE = 1 << 20
#: From the beginning of this year on what is left over of a demand is carried on.
FIRST_YEAR = 2000
#: So many flows are named in a note.
NAMED = 6
#: Begin of each day of a month.
_MIDNIGHTS_S = np.arange(31.0) * DAY_S


@dataclass(frozen=True)
class Month:
    """A month of a flow: its number (12 x year + month - 1), start in seconds since the run's origin,
    cumulative share of its quantity by the end of each day (beginning with 0), and departures."""

    number: int
    start_s: int
    cumulative: npt.NDArray[np.float64]
    expected: float
    count: int


def _none() -> npt.NDArray[np.int64]:
    return np.empty(0, np.int64)


@dataclass(frozen=True)
class Lots:
    """A flow's lots in order of ordinal. ``blocks`` are the (month number, lots) that were drawn;
    ``kept`` are the positions, in those blocks, of the lots that set out within the run. Of the lots that bans refused
    within the run ``refused_s`` says when they would have set out, ``refused_until_s`` when they do (NEVER_S: never)."""

    time_s: npt.NDArray[np.int64]
    ordinal: npt.NDArray[np.int64]
    blocks: list[tuple[int, int]]
    kept: npt.NDArray[np.int64]
    refused_s: npt.NDArray[np.int64] = field(default_factory=_none)
    refused_until_s: npt.NDArray[np.int64] = field(default_factory=_none)


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
            yield Lots(
                lots.time_s[begin:end],
                lots.ordinal[begin:end],
                lots.blocks[first:number],
                lots.kept[begin:end] - before,
            )
        first, begin, before = number, end, drawn


def months(flow: Flow, origin: date, end_s: int, begin_s: int = 0) -> list[Month]:
    """Months of the run with their whole numbers of departures; what is left over is carried on.

    ``begin_s`` below 0: and the months before the run, from that second on.
    """
    first, last = origin + timedelta(seconds=begin_s), origin + timedelta(seconds=end_s - 1)
    result, before = [], _left_over(flow, first.year)
    for year, month in months_between(date(first.year, 1, 1), last):
        units = _daily_units(flow, year, month)
        expected = float(units.sum()) / (flow.lot * flow.lots_together)
        # the small addition keeps 0.49999999 from falling short of a half that was meant
        count = round(before + expected + 1e-9) - round(before + 1e-9)
        before += expected
        start = month_start(year, month)
        if expected > 0 and month_start(year, month + 1) > first:
            cumulative = np.concatenate(([0.0], np.cumsum(units))) / units.sum()
            result.append(Month(year * 12 + month - 1, to_seconds(start, origin), cumulative, expected, count))
    return result


def _left_over(flow: Flow, year: int) -> float:
    """The part of a departure that the demand from ``FIRST_YEAR`` until a year leaves over, from 0 to 1."""
    changes = {*flow.quantity_per_year.dates, *(flow.monthly_profile.dates if flow.monthly_profile else ())}
    uneven = {day.year for day in changes if FIRST_YEAR <= day.year < year}
    units = 0.0
    for earlier in range(FIRST_YEAR, year):
        if earlier in uneven:
            units += sum(float(_daily_units(flow, earlier, month).sum()) for month in range(1, 13))
        else:
            units += flow.quantity_per_year.at(date(earlier, 1, 1))
    return math.fmod(units / (flow.lot * flow.lots_together), 1.0)


def lots(
    name: str, flow: Flow, calendar: list[Month], streams: Streams, end_s: int, bans: Sequence[LoadingBan] = ()
) -> Lots:
    """Draw a flow's lots that set out in [0, end_s), those that ``bans`` have put off when these let them."""
    counts = _poisson(name, calendar, streams) if flow.arrivals == "poisson" else [month.count for month in calendar]
    some = [(month, count) for month, count in zip(calendar, counts, strict=True) if count]
    blocks = [(month.number, count * flow.lots_together) for month, count in some]
    if not some:
        return Lots(np.empty(0, np.int64), np.empty(0, np.int64), [], np.empty(0, np.int64))
    place = _places(name, flow, streams, [(month.number, count) for month, count in some])
    time_s = _seconds_of_month(place, some)
    time_s += np.repeat([month.start_s for month, _ in some], [count for _, count in some])
    planned_s = time_s
    if bans:
        time_s = refuse(name, planned_s, [(month.number, count) for month, count in some], bans, streams)
    if flow.lots_together > 1:
        planned_s, time_s = (np.repeat(of_each, flow.lots_together) for of_each in (planned_s, time_s))
    ordinal = np.concatenate([np.arange(number * MONTH_STRIDE, number * MONTH_STRIDE + n) for number, n in blocks])
    if not bans and time_s.min() >= 0 and time_s.max() < end_s:
        return Lots(time_s, ordinal, blocks, np.arange(len(time_s)))
    kept = np.flatnonzero((time_s >= 0) & (time_s < end_s))
    refused = np.flatnonzero((time_s > planned_s) & (planned_s >= 0) & (planned_s < end_s))
    return Lots(time_s[kept], ordinal[kept], blocks, kept, planned_s[refused], time_s[refused])


def below_one_shipment(flows: Mapping[str, Flow], first: date, last: date) -> str:
    """A sentence on the flows whose demand from one day to another (inclusive) is less than one departure, or nothing.

    None of their shipments may set out then, however many years of the same demand would make some.
    """
    end_s = ((last - first).days + 1) * DAY_S
    small = []
    for name, flow in sorted(flows.items()):
        departures = 0.0
        for month in months(flow, first, end_s):
            days_s = month.start_s + np.arange(len(month.cumulative)) * DAY_S
            before, until = np.interp([0, end_s], days_s, month.cumulative)
            departures += month.expected * (until - before)
        if 0 < departures < 1 - 1e-9:
            units = flow.lot * flow.lots_together
            small.append(f"{name} ({departures * units:.3g} of {units} {flow.cargo})")
    if not small:
        return ""
    named = ", ".join(small[:NAMED]) + (f" and {len(small) - NAMED} more" if len(small) > NAMED else "")
    return f"flows: demand of less than one shipment in the period, so that none may depart: {named}"


def _seconds_of_month(place: npt.NDArray[np.float64], months: list[tuple[Month, int]]) -> npt.NDArray[np.int64]:
    """Whole seconds since its month's beginning of each place, a share of the month's quantity.

    Departures follow the days' quantities: inverse of the cumulative curve, as ``np.interp`` has it. ``months``
    are (month, departures). The days of all months stand in one table; since most days of a month are alike, the
    day is guessed and moved on or back where that is wrong.
    """
    counts = [count for _, count in months]
    days = np.array([len(month.cumulative) - 1 for month, _ in months])
    before = np.concatenate([month.cumulative[:-1] for month, _ in months])
    after = np.concatenate([month.cumulative[1:] for month, _ in months])
    midnight_s = np.concatenate([_MIDNIGHTS_S[:n] for n in days])
    share = after - before
    s_per_share = np.divide(DAY_S, share, out=np.zeros(len(share)), where=share > 0)
    day = (place * np.repeat(days - 1e-9, counts)).astype(np.int64)  # never beyond the month's last day
    day += np.repeat(np.cumsum(days) - days, counts)
    begin = before.take(day)
    while (early := place < begin).any():
        day -= early
        begin = before.take(day)
    after[np.cumsum(days) - 1] = np.inf  # whatever rounding leaves beyond the last day belongs to it
    while (late := place >= after.take(day)).any():
        day += late
        begin = before.take(day)
    found = np.subtract(place, begin, out=begin)
    found *= s_per_share.take(day)
    found += midnight_s.take(day)
    found += 1e-6  # keeps 8639.999999 from losing a second that was meant
    return np.floor(found, out=found).astype(np.int64)


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


def _poisson(name: str, calendar: list[Month], streams: Streams) -> list[int]:
    """A Poisson number of departures each month; more is expected, more come, with common random numbers.

    The quantile is that of ``scipy.stats.poisson``, without its general checks and the time to import it.
    """
    from scipy.special import pdtr, pdtrik

    expected = np.array([month.expected for month in calendar])
    u = streams.uniforms(f"flow/{name}/count", [(month.number, 1) for month in calendar])[:, 0]
    count = np.ceil(pdtrik(u, expected))  # up to one too many, where rounding decides
    fewer = np.maximum(count - 1, 0.0)
    return np.where((count > 0) & (pdtr(fewer, expected) >= u), fewer, count).astype(np.int64).tolist()


def _places(name: str, flow: Flow, streams: Streams, months: list[tuple[int, int]]) -> npt.NDArray[np.float64]:
    """Places of the departures within their month, as shares of its quantity; ``months`` are (number, departures)."""
    if flow.arrivals == "regular":
        return np.concatenate([(np.arange(count) + 0.5) / count for _, count in months])
    if flow.arrivals == "even":
        shift = streams.uniforms(f"flow/{name}/shift", [(number, 1) for number, _ in months])[:, 0]
        counts = [count for _, count in months]
        even = _radical_inverse((max(counts) - 1).bit_length())
        place = np.concatenate([even[:count] for count in counts])
        place += np.repeat(shift, counts)
        place -= place >= 1.0  # beyond the month's end: from its beginning on
        return place
    return streams.uniforms(f"flow/{name}/departure", months)[:, 0]


@cache
def _radical_inverse(digits: int) -> npt.NDArray[np.float64]:
    """Van der Corput's sequence in base 2, its first ``2 ** digits`` points: every beginning of it is evenly spread.

    Source: Niederreiter, Random Number Generation and Quasi-Monte Carlo Methods (1992), section 3.1.
    """
    bits = np.arange(1 << digits, dtype=np.uint32)
    for width, mask in ((1, 0x55555555), (2, 0x33333333), (4, 0x0F0F0F0F), (8, 0x00FF00FF), (16, 0x0000FFFF)):
        bits = (bits >> np.uint32(width)) & np.uint32(mask) | (bits & np.uint32(mask)) << np.uint32(width)
    points = bits.astype(np.float64) * 2.0**-32  # the binary digits in reverse order, behind the point
    points.setflags(write=False)  # shared by all who ask
    return points
