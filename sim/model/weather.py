"""Storm spells of a sea, and which facilities each spell closes.

Open time is exponential with a rate that follows the month, closed time comes from the spell's
distribution: with a closed share s and a mean spell m the rate of storms in open time is
s / ((1 - s) m), so that in a long month of constant rate the closed share is s (alternating renewal
process). Each spell has a strength; one storm closes several ports, each in its own share of spells.

A coast with a local share q has storms of its own besides: of the share s of time for which its port is
closed the sea's storms keep a = s (1 - q), and local ones, independent of them, close it for b of the
time, (s - a) / (1 - a), so that closed by either is s again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sim.clock import month_start, to_seconds
from sim.model.durations import quantile_s
from sim.model.facilities import ANCHOR
from sim.model.streams import Streams
from sim.network.references import LARGEST_CLOSED_SHARE
from sim.network.tables import Weather
from sim.scenario.values import Draw


@dataclass(frozen=True)
class Spell:
    """One storm: seconds since the run's origin, and its strength in (0, 1)."""

    start_s: int
    end_s: int
    strength: float

    def closes(self, share: float) -> bool:
        """Whether a facility that closes in ``share`` of the spells (the strongest) is closed."""
        return self.strength >= 1.0 - share


def closings(
    sea: str, weather: Weather, ports: Mapping[str, str], streams: Streams, origin: date, end_s: int
) -> dict[str, list[Spell]]:
    """The spells that close each facility of a sea; ``ports`` says at which node each facility stands."""

    def closed_share(day: date) -> float:
        return weather.closed_share_by_month[day.month - 1] * weather.scale.at(day)

    changes = weather.scale.dates
    called = f"{sea}, seed {weather.seed}" if weather.seed else sea
    at_sea = spells(called, weather.spell, closed_share, streams, origin, end_s, changes)
    coast = {port: name for name, storms in weather.local.items() for port in storms.ports}
    found = {}
    own: dict[str, list[Spell]] = {}
    for facility, share in weather.closes.items():
        name = coast.get(ports[facility])
        if name is None:
            found[facility] = [s for s in at_sea if s.closes(share)]
            continue
        local = weather.local[name].share
        most = max(s for f, s in weather.closes.items() if coast.get(ports[f]) == name)
        if name not in own:
            own[name] = spells(
                f"{called}/{name}",
                weather.spell,
                _local_share(closed_share, most, local),
                streams,
                origin,
                end_s,
                changes,
            )
        found[facility] = [s for s in at_sea if s.closes(share * (1 - local))]
        found[facility] += [s for s in own[name] if s.closes(share / most if most else 0.0)]
    return found


def _local_share(closed_share: Callable[[date], float], most: float, local: float) -> Callable[[date], float]:
    """Share of time closed by a coast's own storms, for its most closed facility."""

    def share(day: date) -> float:
        whole = closed_share(day) * most
        common = whole * (1 - local)
        return (whole - common) / (1 - common)

    return share


def spells(
    name: str,
    spell: Draw,
    closed_share: Callable[[date], float],
    streams: Streams,
    origin: date,
    end_s: int,
    changes: Sequence[date] = (),
) -> list[Spell]:
    """All spells of one kind that touch the run, in order of time.

    ``closed_share`` is asked for the first day of each month and on ``changes``. Raises ``ValueError`` for a
    share above ``LARGEST_CLOSED_SHARE``, which the check of the network refuses before.
    """
    shift_s = to_seconds(ANCHOR, origin)  # the storms themselves are counted from the anchor alone
    until_s, mean_spell_s = end_s - shift_s, spell.mean_s
    if until_s <= 0:  # a run that ends before the anchor meets no storm
        return []
    # heavy tails leave more time open than the mean says; drawn are as many as are used
    most = 64 + int(2 * until_s * LARGEST_CLOSED_SHARE / ((1 - LARGEST_CLOSED_SHARE) * mean_spell_s))
    draws = _draws(name, spell, streams, most)
    hazard_left, length_s, strength = next(draws)
    found: list[Spell] = []
    now_s = 0.0
    for day, stretch_end_s in _stretches(tuple(changes), until_s):
        share = closed_share(day)
        if share > LARGEST_CLOSED_SHARE:
            raise ValueError(f"{name}: closed for {share:.2f} of the time from {day}")
        rate = share / ((1 - share) * mean_spell_s)
        while now_s < until_s:
            reach_s = now_s + hazard_left / rate if rate > 0 else math.inf
            if reach_s >= stretch_end_s:
                if now_s < stretch_end_s:
                    hazard_left -= rate * (stretch_end_s - now_s)
                    now_s = stretch_end_s
                break
            start_s = int(reach_s)
            stop_s = start_s + length_s
            if max(start_s + shift_s, 0) < min(stop_s + shift_s, end_s):
                found.append(Spell(max(start_s + shift_s, 0), stop_s + shift_s, strength))
            now_s = float(stop_s)
            hazard_left, length_s, strength = next(draws, (math.inf, 0, 0.0))
    return found


def _draws(name: str, spell: Draw, streams: Streams, most: int) -> Iterator[tuple[float, int, float]]:
    """Hazard in open time before each spell, its length in whole seconds, and its strength; ``most`` spells."""
    done, count = 0, min(512, most)
    while done < most:  # a longer block of draws begins with the shorter one
        u = streams.uniforms(f"weather/{name}", [(0, count)], per_ordinal=3)[done:]
        lengths_s = quantile_s(spell, u[:, 1]).round().astype(int).tolist()
        for of_hazard, length_s, strength in zip(u[:, 0].tolist(), lengths_s, u[:, 2].tolist(), strict=True):
            yield -math.log1p(-of_hazard), length_s, strength
        done, count = count, min(2 * count, most)


@lru_cache(maxsize=8)
def _stretches(changes: tuple[date, ...], until_s: int) -> list[tuple[date, int]]:
    """Stretches of one closed share from the anchor until ``until_s``: months, cut where the scale changes.

    Of each the first day, and the end in seconds since the anchor.
    """
    found: list[tuple[date, int]] = []
    start = ANCHOR
    while not found or found[-1][1] < until_s:
        month_end = month_start(start.year, start.month + 1)
        end = min((day for day in changes if start < day < month_end), default=month_end)
        found.append((start, to_seconds(end, ANCHOR)))
        start = end
    return found
