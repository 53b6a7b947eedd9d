"""Loading bans: which departures they refuse, and when those depart that are not lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from sim.clock import NEVER_S, to_seconds
from sim.model.streams import Streams
from sim.network.bans import bans_of, put_off
from sim.network.world import World

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True)
class LoadingBan:
    """A ban of one flow in [start_s, end_s): ``share`` of the departures is refused.

    They depart within ``back_s`` after its end; None: they are lost.
    """

    name: str
    start_s: int
    end_s: int
    share: float
    back_s: int | None


def loading_bans(world: World, flow: str, origin: date) -> list[LoadingBan]:
    """The bans of a flow by their start, in seconds since the run's origin."""
    return [
        LoadingBan(name, to_seconds(ban.from_day, origin), to_seconds(ban.to_day, origin), ban.share, ban.back_within)
        for name, ban in bans_of(world, flow)
    ]


def refuse(
    flow: str, planned_s: I64, blocks: list[tuple[int, int]], bans: Sequence[LoadingBan], streams: Streams
) -> I64:
    """When departures take place that were planned for ``planned_s`` [n]; NEVER_S where they are lost.

    Those that a ban puts off depart after it at even distances, half a distance from its end, in the order in which
    they would have departed; where they come into a later ban it refuses them as it does others. Whether a ban with
    exceptions refuses departure ``i`` of a month is drawn by ban, flow, month and place: a higher share refuses more
    and lets nobody go that a lower one refused. ``blocks`` are the (month number, departures) in order.
    """
    time_s = planned_s.copy()
    for ban in bans:
        refused = (time_s >= ban.start_s) & (time_s < ban.end_s)
        if ban.share < 1:
            refused &= streams.uniforms(f"ban/{ban.name}/{flow}", blocks)[:, 0] < ban.share
        if ban.back_s is None:
            time_s[refused] = NEVER_S
            continue
        those = np.flatnonzero(refused)
        those = those[np.argsort(time_s[those], kind="stable")]
        halves = 2 * np.arange(len(those), dtype=np.int64) + 1
        time_s[those] = ban.end_s + halves * ban.back_s // max(2 * len(those), 1)
    return time_s


def begin_s(bans: Sequence[LoadingBan], end_s: int) -> int:
    """The second, 0 or before the run, from which on refused departures may take place in [0, end_s)."""
    begin = 0
    for ban in reversed(bans):
        if ban.back_s is not None and ban.end_s < end_s and ban.end_s + ban.back_s > begin:
            begin = min(begin, ban.start_s)
    return begin


def last_return_s(world: World, flow: str, origin: date) -> int:
    """The second by which all that bans have put off has departed; 0 if there is nothing."""
    return max((to_seconds(ban.to_day, origin) + (ban.back_within or 0) for ban in put_off(world, flow)), default=0)
