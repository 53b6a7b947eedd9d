"""Capacity timelines: dated capacity, opening hours, works and weather in one list of steps.

Everything that closes or narrows a facility ends here, whatever its reason:
what is in service = floor(dated base x product of the open shares), capacity = those of it that are not down.
Units are numbered, and the lowest numbers are in service: one that comes later, or is out of service while
a facility is narrowed, cannot break down.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from sim.clock import UNIT_S, to_seconds
from sim.model.durations import quantile_s
from sim.model.streams import Streams
from sim.network.tables import Facility, Hours, Outages, Resets
from sim.scenario.values import Dated

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
#: Storms and breakdowns are counted from here, so that a run that begins earlier meets the same ones.
ANCHOR = date(2000, 1, 1)
I64 = npt.NDArray[np.int64]
#: (from, to, share that stays open)
Narrowing = tuple[int, int, float]
#: (unit, from, to): a spell in which a unit is down
Breakdown = tuple[int, int, int]


def dated_steps(value: Dated[int], origin: date, end_s: int) -> list[tuple[int, int]]:
    """(time, capacity) steps of a dated capacity; the first is at 0."""
    steps = [(0, value.at(origin))]
    for day in value.dates:
        at_s = to_seconds(day, origin)
        if 0 < at_s < end_s:
            steps.append((at_s, value.at(day)))
    return steps


def planned_narrowings(facility: Facility, origin: date, end_s: int) -> list[Narrowing]:
    """What is known beforehand: works and opening hours."""
    known = [(to_seconds(c.from_day, origin), to_seconds(c.to_day, origin), c.share_open) for c in facility.closures]
    return known + (closed_hours(facility.hours, origin, end_s) if facility.hours else [])


def closed_hours(hours: Hours, origin: date, end_s: int) -> list[Narrowing]:
    """Spells outside the opening hours, as UTC seconds, daylight saving included."""
    zone = ZoneInfo(hours.zone)
    midnight = datetime(origin.year, origin.month, origin.day, tzinfo=ZoneInfo("UTC"))
    open_spells = []
    for k in range(-2, end_s // UNIT_S["d"] + 3):
        day = origin + timedelta(days=k)
        if _WEEKDAYS[day.weekday()] not in hours.weekdays or day in hours.holidays:
            continue
        closing_day = day if hours.close > hours.open else day + timedelta(days=1)
        opens = datetime.combine(day, hours.open, tzinfo=zone)
        closes = datetime.combine(closing_day, hours.close, tzinfo=zone)
        open_spells.append((int((opens - midnight).total_seconds()), int((closes - midnight).total_seconds())))
    closed, since = [], -3 * UNIT_S["d"]
    for opens_s, closes_s in open_spells:
        if opens_s > since:
            closed.append((since, opens_s, 0.0))
        since = max(since, closes_s)
    return [*closed, (since, end_s + 3 * UNIT_S["d"], 0.0)]


@lru_cache(maxsize=256)
def reset_instants(resets: Resets, origin: date, end_s: int) -> tuple[int, ...]:
    """Seconds of every daily reset of a quota within the run, and one beyond its end."""
    zone, midnight = ZoneInfo(resets.zone), datetime(origin.year, origin.month, origin.day, tzinfo=ZoneInfo("UTC"))
    days = (origin + timedelta(days=k) for k in range(-1, end_s // UNIT_S["d"] + 3))
    local = (datetime.combine(day, resets.at, tzinfo=zone) for day in days)
    return tuple(s for at in local if (s := int((at - midnight).total_seconds())) > 0)


def outages(row: Outages, units: int, name: str, streams: Streams, origin: date, end_s: int) -> list[Breakdown]:
    """Spells in which each of the first ``units`` units is down and that touch the run, by the calendar.

    Each unit alternates between its up and its down times, up on ``ANCHOR``, whenever the run begins: a
    longer warm-up or an earlier start meets the same breakdowns, and a run begins with units that are down.
    Draws are by (facility, unit, spell).
    """
    shift_s = to_seconds(ANCHOR, origin)
    found: list[Breakdown] = []
    if end_s <= shift_s:  # all units are up until the anchor
        return found
    for unit in range(units):
        from_s, to_s = _down_times(row, f"outage/{name}/{unit}", streams, end_s - shift_s)
        from_s, to_s = from_s + shift_s, to_s + shift_s
        touch = (from_s < end_s) & (to_s > 0) & (to_s > from_s)
        found += [
            (unit, begin_s, stop_s)
            for begin_s, stop_s in zip(from_s[touch].tolist(), to_s[touch].tolist(), strict=True)
        ]
    return found


def _down_times(row: Outages, stream: str, streams: Streams, until_s: int) -> tuple[I64, I64]:
    """Begin and end of a unit's spells in seconds since the anchor, beyond ``until_s`` at least."""
    number = int(1.5 * until_s / (row.up.mean_s + row.down.mean_s)) + 64
    while True:  # a longer block of draws begins with the shorter one
        u = streams.uniforms(stream, [(0, number)], per_ordinal=2)
        up, down = (np.rint(quantile_s(draw, u[:, k])).astype(np.int64) for k, draw in enumerate((row.up, row.down)))
        ends = np.cumsum(up + down)
        if ends[-1] >= until_s:
            return ends - down, ends
        number *= 2


def timeline(
    base: list[tuple[int, int]], narrowings: Iterable[Narrowing], end_s: int, down: Iterable[Breakdown] = ()
) -> list[tuple[int, int]]:
    """Merge dated capacity, narrowings and units that are down to (time, capacity) steps.

    A unit that is down counts only while it is in service. Equal neighbours are merged.
    """
    narrow: list[tuple[int, int, float]] = []
    for start_s, stop_s, share in narrowings:
        if max(start_s, 0) < min(stop_s, end_s):  # one that outlasts the run keeps its own end
            narrow += [(max(start_s, 0), 1, share), (stop_s, 0, share)]
    breaks: list[tuple[int, int, int]] = []
    for unit, start_s, stop_s in down:
        breaks += [(max(start_s, 0), 1, unit), (stop_s, 0, unit)]
    narrow.sort(key=lambda e: e[0])
    breaks.sort(key=lambda e: e[0])
    times = sorted({t for t, _ in base} | {t for t, _, _ in narrow} | {t for t, _, _ in breaks})
    steps: list[tuple[int, int]] = []
    shares: list[float] = []
    units_down: list[int] = []  # in order of their numbers
    closed, b, n, k, capacity = 0, 0, 0, 0, base[0][1]
    for now_s in times:
        while b < len(base) and base[b][0] <= now_s:
            capacity = base[b][1]
            b += 1
        while n < len(narrow) and narrow[n][0] <= now_s:
            _, begins, share = narrow[n]
            if share == 0.0:
                closed += 1 if begins else -1
            elif begins:
                shares.append(share)
            else:
                shares.remove(share)
            n += 1
        while k < len(breaks) and breaks[k][0] <= now_s:
            _, begins, unit = breaks[k]
            if begins:
                insort(units_down, unit)
            else:
                units_down.remove(unit)
            k += 1
        # the small addition keeps 3 x 1/3 at 1: shares are typed decimals
        in_service = 0 if closed else math.floor(capacity * math.prod(shares) + 1e-9)
        now_open = in_service - bisect_left(units_down, in_service)
        if not steps or steps[-1][1] != now_open:
            steps.append((now_s, now_open))
    return steps
