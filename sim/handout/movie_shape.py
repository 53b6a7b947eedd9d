"""The shape of the moving map's JSON, which the script reads: whole minutes, degrees, and columns as ``movie_codec`` packs them."""

from __future__ import annotations

from typing import TypedDict

#: Degrees: west, east, south, north.
Window = tuple[float, float, float, float]


class Place(TypedDict):
    """A node; ``rank`` says whose name goes first where there is no room for all."""

    name: str
    lon: float
    lat: float
    rank: int


class Line(TypedDict):
    """A link as points [longitude, latitude] from its first end to the other."""

    mode: str
    points: list[list[float]]


class CountryName(TypedDict):
    """A country's name and where it stands."""

    words: str
    lon: float
    lat: float


class Ways(TypedDict):
    """Where things are: the ground of all scenes."""

    views: list[Window]
    places: list[Place]
    served: list[int]
    lines: list[Line]
    land: dict[str, dict[str, str]]
    countries: list[CountryName]


class LegColumns(TypedDict):
    """Journeys of carriers over links, in order of departure."""

    n: int
    first_min: int
    depart: str
    lasts: str
    way: str
    lots: str


class SceneOfAll(TypedDict):
    """What stands, is underway, has arrived and is shut in one scenario, by sample."""

    title: str
    told: str
    series: list[list[int]]
    standing: str
    underway: str
    arrived_t: str
    closed: list[str]
    shut: list[list[int]]


class SceneWithLegs(SceneOfAll):
    """The same with the journeys of one in so many carriers on land, and of all ships."""

    one_in: int
    legs: LegColumns


class Movie(Ways):
    """All of it."""

    format: int
    begins_min: int
    lasts_min: int
    step_min: int
    samples: int
    words: dict[str, object]
    scenes: list[SceneWithLegs]
