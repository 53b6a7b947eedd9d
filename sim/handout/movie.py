"""A moving map: what one replication of one or two scenarios did, as compact JSON that ``movie.js`` draws.

The cargo is that of the statistics, of all replications the one that is named. Ships, queues, closings and numbers are whole;
of trains and trucks one in so many is drawn, if more would not fit, and the map says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from sim.analysis.facility_load import facility_nodes
from sim.analysis.ledger import Ledger
from sim.analysis.motion import Legs, Motion, Stretch, motion
from sim.clock import DAY_S, HOUR_S, MINUTE_S
from sim.contract.plan import Cause
from sim.errors import InputError, Problem
from sim.handout.movie_codec import column, levels, rising
from sim.handout.movie_map import Ground, country_names, land
from sim.handout.movie_shape import LegColumns, Movie, SceneOfAll, Ways
from sim.handout.movie_words import words

#: What the JSON may take, in bytes: the scripts and a comparison's two scenarios stay below 3 MB.
MOST_BYTES = 2_700_000
#: Distances between two counts of what stands, the shortest that gives no more than so many counts is taken.
STEPS_S, MOST_SAMPLES = (600, 1800, HOUR_S, 2 * HOUR_S, 3 * HOUR_S, 6 * HOUR_S, 12 * HOUR_S, DAY_S, 2 * DAY_S), 1500
#: A facility that closes more often than every other day, and so often, has hours: these are not shown.
FEWEST_OF_HOURS = 20
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Scene:
    """One replication of a scenario.

    ``told`` names run, replication and seed; ``world`` is the resolved scenario as plain data (``World.canonical()``,
    or ``resolved`` of a manifest); ``basemap`` is the folder of land and sea, if the network stands on it.
    """

    title: str
    told: str
    world: Mapping[str, Any]
    book: Ledger
    basemap: Path | None = None

    @property
    def origin_s(self) -> int:
        """Second of the epoch at which the clock is 0."""
        return (self.book.origin - _EPOCH).days * DAY_S


def movie(
    scenes: Sequence[Scene],
    days: tuple[date, date] | None = None,
    most_bytes: int = MOST_BYTES,
    scene_colours: Sequence[str] = (),
) -> Movie:
    """What one or two scenarios did on one clock, as plain JSON values.

    Args:
        scenes: what to show, side by side.
        days: first day and the day after the last; the days that the scenarios' periods have in common if not given.
        scene_colours: a colour for each scene; left out: the usual ones.
        most_bytes: room for the JSON; of trains and trucks as many are left out as it takes.

    Raises:
        InputError: the scenarios have no day in common, or the room is too small for ships and queues alone.
        CheckFailed: some shipment's time does not add up.
    """
    stretches, begin_s = _on_one_clock(scenes, days)
    motions = [motion(scene.book, stretch) for scene, stretch in zip(scenes, stretches, strict=True)]
    ground = Ground([scene.world for scene in scenes])
    found: Movie = {
        "format": 1,
        "begins_min": begin_s // MINUTE_S,
        "lasts_min": (stretches[0].to_s - stretches[0].from_s) // MINUTE_S,
        "step_min": stretches[0].step_s // MINUTE_S,
        "samples": stretches[0].samples,
        "words": words(scene_colours),
        **_map_of(ground, scenes, motions),
        "scenes": [],
    }
    parts = [_whole(scene, moved, ground) for scene, moved in zip(scenes, motions, strict=True)]
    numbered = [_numbered(scene, moved, ground) for scene, moved in zip(scenes, motions, strict=True)]
    return _thinned(found, parts, numbered, most_bytes)


def as_text(found: Mapping[str, Any]) -> str:
    """The JSON as it may stand in an element of a page: no ``<`` that could end it."""
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _on_one_clock(scenes: Sequence[Scene], days: tuple[date, date] | None) -> tuple[list[Stretch], int]:
    """The stretch of each scene on its own clock, and the second of the epoch at which all begin."""
    begin_s = max(scene.origin_s + scene.book.start_s for scene in scenes)
    end_s = min(scene.origin_s + min(scene.book.end_s, scene.book.trace.stopped_s) for scene in scenes)
    if days is not None:
        begin_s = max(begin_s, (days[0] - _EPOCH).days * DAY_S)
        end_s = min(end_s, (days[1] - _EPOCH).days * DAY_S)
    if end_s - begin_s < DAY_S:
        raise InputError([Problem("the scenarios have no day in common" if len(scenes) > 1 else "no day to show")])
    step_s = next((s for s in STEPS_S if (end_s - begin_s) // s < MOST_SAMPLES), -(-(end_s - begin_s) // MOST_SAMPLES))
    step_s = -(-step_s // MINUTE_S) * MINUTE_S
    samples = (end_s - begin_s) // step_s + 1
    return [Stretch(begin_s - scene.origin_s, step_s, samples) for scene in scenes], begin_s


def _map_of(ground: Ground, scenes: Sequence[Scene], motions: Sequence[Motion]) -> Ways:
    weight: dict[str, int] = {}
    for scene, moved in zip(scenes, motions, strict=True):
        names = scene.book.plan.node_name
        for node, cause, level in zip(moved.node, moved.cause, moved.standing, strict=True):
            if cause not in (Cause.MOVING, Cause.HANDLING):
                weight[names[node]] = weight.get(names[node], 0) + int(level.max())
    served = sorted(
        {
            scene.book.plan.node_name[node]
            for scene, moved in zip(scenes, motions, strict=True)
            for node in np.unique([moved.legs.from_node, moved.legs.to_node]).tolist()
        }
    )
    views = ground.views(served)
    return {
        "views": views,
        "places": ground.places(weight),
        "served": sorted(ground.node_at[name] for name in served),
        "lines": ground.lines(),
        "land": land(scenes[0].basemap, views[0]),
        "countries": country_names(scenes[0].basemap, views[0]),
    }


def _whole(scene: Scene, moved: Motion, ground: Ground) -> SceneOfAll:
    """All of a scene but its legs."""
    plan, titles = scene.book.plan, ground
    place = np.array([ground.node_at[name] for name in plan.node_name], np.int64)
    facility, from_s, to_s = _closings(scene.book, moved)
    at = facility_nodes(plan)[facility]
    names = [plan.facilities.name[k] for k in facility.tolist()]
    told = {name: k for k, name in enumerate(dict.fromkeys(names))}
    since = moved.stretch.from_s
    return {
        "title": scene.title,
        "told": scene.told,
        "series": np.column_stack((place[moved.node], moved.cause)).tolist(),
        "standing": levels(moved.standing),
        "underway": levels(moved.underway),
        "arrived_t": levels(moved.arrived_t),
        "closed": [titles.words(name) for name in told],
        "shut": np.column_stack(
            (
                place[at],
                [told[name] for name in names],
                _minutes(np.maximum(from_s, since), since),
                _minutes(to_s, since),
            )
        ).tolist()
        if len(names)
        else [],
    }


def _closings(book: Ledger, moved: Motion) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Closures of facilities at places: neither of ships under repair nor by daily opening hours."""
    facility, from_s, to_s = moved.shut
    stretch = moved.stretch
    often = np.bincount(facility, minlength=len(book.plan.facilities.name))
    has_hours = (often >= FEWEST_OF_HOURS) & (often * 2 * DAY_S > stretch.to_s - stretch.from_s)
    ship = np.array([name.startswith("ship/") for name in book.plan.facilities.name], bool)
    kept = np.flatnonzero(~(has_hours | ship)[facility] & (facility_nodes(book.plan)[facility] >= 0))
    return facility[kept], from_s[kept], to_s[kept]


def _minutes(second: np.ndarray, since_s: int) -> np.ndarray:
    """The first whole minute at or after each second, so that who is underway at a whole minute stays so."""
    return -(-(second - since_s) // MINUTE_S)


@dataclass(frozen=True)
class _Numbered:
    """The legs of a scene with the numbers of the map; ``rank`` counts what travels on land, -1 for ships."""

    legs: Legs
    way: np.ndarray
    depart_min: np.ndarray
    lasts_min: np.ndarray
    rank: np.ndarray

    def columns(self, one_in: int) -> LegColumns:
        kept = np.flatnonzero((self.rank < 0) | (self.rank % one_in == 0))
        depart = self.depart_min[kept]
        first = int(depart.min(initial=0))
        return {
            "n": len(kept),
            "first_min": first,
            "depart": rising(depart - first),
            "lasts": column(self.lasts_min[kept]),
            "way": column(self.way[kept]),
            "lots": column(self.legs.lots[kept]),
        }


def _numbered(scene: Scene, moved: Motion, ground: Ground) -> _Numbered:
    plan, legs, since = scene.book.plan, moved.legs, moved.stretch.from_s
    line = np.array([ground.link_at[name] for name in plan.link_name], np.int64)
    head = np.array([plan.node_name.index(ground.begins_at(name)) for name in plan.link_name], np.int64)
    depart, arrive = _minutes(legs.depart_s, since), _minutes(legs.arrive_s, since)
    on_land = np.flatnonzero(legs.carrier >= len(plan.vessels.name))
    rank = np.full(len(legs.link), -1, np.int64)
    rank[on_land] = np.unique(legs.carrier[on_land], return_inverse=True)[1]
    return _Numbered(legs, 2 * line[legs.link] + (legs.from_node != head[legs.link]), depart, arrive - depart, rank)


def _thinned(found: Movie, parts: Sequence[SceneOfAll], numbered: Sequence[_Numbered], most_bytes: int) -> Movie:
    """All of it, with the legs of one in so many carriers on land as fit."""
    one_in = 1
    while True:
        legs = [one.columns(one_in) for one in numbered]
        found["scenes"] = [{**part, "one_in": one_in, "legs": leg} for part, leg in zip(parts, legs, strict=True)]
        over = len(as_text(found).encode()) - most_bytes
        if over <= 0:
            return found
        room = len(as_text({"legs": legs})) - over
        if room <= 0 or one_in > max(int(one.rank.max(initial=0)) for one in numbered):
            raise InputError([Problem("the moving map of these days does not fit; take fewer of them")])
        one_in = max(one_in + 1, -(-one_in * (room + over) // room))
