"""What the water carries: sea level and depth, by date, as the weight that a ship may load.

depth = charted depth + (sea level - datum); a ship may draw depth - clearance under the keel, and
loses its tonnes per centimetre for each centimetre that this is less than its full draught:

    payload = full payload - 100 x (full draught - allowed draught) x tonnes per centimetre

(the hydrostatics of a wall-sided hull; within a metre of the full draught the waterplane of a cargo
ship changes little). A ship loads for the shallowest berth of its rotation.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

from sim.clock import to_seconds
from sim.network.tables import Draught, Facility, Water


def payload_steps(
    draught: Draught, berths: Sequence[Facility], seas: Mapping[str, Water], origin: date, end_s: int
) -> list[tuple[int, int]]:
    """(second, tonnes) from each date on which the water at one of the berths changes; the first at 0.

    Empty if no depth of these berths is known: then the water does not limit the ship. Equal
    neighbours are merged.
    """
    charted = [berth for berth in berths if berth.depth_m is not None]
    if not charted:
        return []
    dated = [b.depth_m for b in charted] + [seas[b.water].level_m for b in charted if b.water]
    days = sorted({day for value in dated if value is not None for day in value.dates})
    steps: list[tuple[int, int]] = []
    for day in [origin, *(d for d in days if 0 < to_seconds(d, origin) < end_s)]:
        tonnes = payload_t(draught, min(depth_m(berth, seas, day) for berth in charted))
        if not steps or steps[-1][1] != tonnes:
            steps.append((to_seconds(day, origin), tonnes))
    return steps


def depth_m(berth: Facility, seas: Mapping[str, Water], day: date) -> float:
    """Water at a charted berth on a day, in metres."""
    assert berth.depth_m is not None
    sea = seas[berth.water] if berth.water else None
    return berth.depth_m.at(day) + (sea.level_m.at(day) - sea.datum_m if sea else 0.0)


def payload_t(draught: Draught, depth_m: float) -> int:
    """Whole tonnes that a ship may load in water of this depth; 0 where it would touch ground empty."""
    lost_m = draught.full_m - (depth_m - draught.keel_clearance_m)
    # the small addition keeps 3000 - 100 x 0.5 x 20 at 2000: depths are typed decimals
    carried = math.floor(draught.payload_t - 100 * lost_m * draught.t_per_cm + 1e-6)
    return min(draught.payload_t, max(0, carried))
