"""Line sections: a link in one direction admits one train per headway and is travelled for longer.

A train waits for the section, occupies it for one headway and arrives after the running time; several
trains follow each other on one link. On a single track the two directions share the section and
alternate when both wait: with ``trains_per_day`` pairs a day each train takes it for
86,400 / (2 x pairs) s. The published capacity so holds whatever the true distance of the loops is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sim.clock import DAY_S, HOUR_S, to_seconds
from sim.network.tables import Link

#: Commercial speed includes stops and waits that the model makes itself; running time is shorter by
#: this factor. Assumption: stops and meets take 13 % of a container train's time on an uncongested
#: single track (no published split for the corridor's railways).
COMMERCIAL_TO_RUNNING = 1.15
DAYS_PER_YEAR = 365


@dataclass(frozen=True)
class SectionTimes:
    """Headway and mean running time in whole seconds, from ``since_s`` on."""

    since_s: int
    headway_s: int
    running_s: float


def trains_per_day(link: Link, day: date) -> float:
    """Trains per day in one direction; yearly capacity counts both directions together.

    Mt/yr x 1e6 / (365 x 2 x net tonnes per train): the rule for yearly capacities.
    """
    if link.trains_per_day is not None:
        return link.trains_per_day.at(day)
    if link.capacity_mt_per_year is not None and link.net_tonnes_per_train:
        return link.capacity_mt_per_year.at(day) * 1e6 / (DAYS_PER_YEAR * 2 * link.net_tonnes_per_train)
    return 0.0


def alternates(link: Link) -> bool:
    """Whether both directions share one section."""
    return link.mode == "rail" and link.tracks == 1


def running_s(link: Link, day: date) -> float:
    """Mean time over the link in seconds, waits for the section not included."""
    speed_kmh = link.speed_kmh.at(day) * (COMMERCIAL_TO_RUNNING if link.speed_kind == "commercial" else 1.0)
    return link.length_km.at(day) / speed_kmh * HOUR_S


def section_times(link: Link, origin: date, end_s: int) -> list[SectionTimes]:
    """Times in force from each date on which something about the link changes; the first from 0."""
    dated = [link.length_km, link.speed_kmh, link.trains_per_day, link.capacity_mt_per_year]
    days = sorted({day for value in dated if value is not None for day in value.dates})
    starts = [origin] + [d for d in days if 0 < to_seconds(d, origin) < end_s]
    times = []
    for day in starts:
        paths = trains_per_day(link, day)
        # one train each way per headway: on a single track either direction takes half of it
        headway_s = round(DAY_S / paths / (2 if alternates(link) else 1)) if paths > 0 else 0
        times.append(SectionTimes(to_seconds(day, origin), headway_s, running_s(link, day)))
    return times
