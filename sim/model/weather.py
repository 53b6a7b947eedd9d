"""Storm spells of a sea, and which facilities each spell closes.

Open time is exponential with a rate that follows the month, closed time comes from the spell's
distribution: with a closed share s and a mean spell m the rate of storms in open time is
s / ((1 - s) m), so that in a long month of constant rate the closed share is s (alternating renewal
process). Each spell has a strength; one storm closes several ports, each in its own share of spells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from sim.clock import MINUTE_S, month_start, to_seconds
from sim.model.durations import mean_s, quantile_s
from sim.model.streams import Streams
from sim.network.tables import Weather

#: Storms are counted from here, so that a longer warm-up meets the same storms.
ANCHOR = date(2000, 1, 1)
#: More than this of a month closed is not a spell of weather but another climate: the rate is held there.
LARGEST_SHARE = 0.97


@dataclass(frozen=True)
class Spell:
    """One storm: seconds since the run's origin, and its strength in (0, 1)."""

    start_s: int
    end_s: int
    strength: float

    def closes(self, share: float) -> bool:
        """Whether a facility that closes in ``share`` of the spells (the strongest) is closed."""
        return self.strength >= 1.0 - share


def spells(sea: str, weather: Weather, streams: Streams, origin: date, end_s: int) -> list[Spell]:
    """All spells of a sea that touch the run, in order of time."""
    shift_s = to_seconds(ANCHOR, origin)  # the storms themselves are counted from the anchor alone
    until_s = end_s - shift_s
    expected = 64 + int(2 * until_s / max(mean_s(weather.spell), MINUTE_S))  # closed all the time: half of it
    u = streams.uniforms(f"weather/{sea}", [(0, expected)], per_ordinal=3)
    lengths_s = quantile_s(weather.spell, u[:, 1]).round().astype(int)
    found, now_s, k = [], 0.0, 0
    year, month = ANCHOR.year, ANCHOR.month
    hazard_left = -math.log1p(-u[0, 0])
    while now_s < until_s and k < expected:
        start, end = month_start(year, month), month_start(year, month + 1)
        month_end_s = to_seconds(end, ANCHOR)
        share = min(weather.closed_share_by_month[month - 1] * weather.scale.at(start), LARGEST_SHARE)
        rate = share / ((1 - share) * mean_s(weather.spell))
        reach_s = now_s + hazard_left / rate if rate > 0 else math.inf
        if reach_s >= month_end_s:
            if now_s < month_end_s:
                hazard_left -= rate * (month_end_s - now_s)
                now_s = month_end_s
            year, month = end.year, end.month
            continue
        start_s = int(reach_s)
        stop_s = start_s + int(lengths_s[k])
        found.append(Spell(max(start_s + shift_s, 0), stop_s + shift_s, float(u[k, 2])))
        now_s, k = float(stop_s), k + 1
        hazard_left = -math.log1p(-u[k, 0]) if k < expected else math.inf
    return [s for s in found if s.start_s < min(s.end_s, end_s)]
