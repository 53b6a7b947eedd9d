"""Places, and the ways between them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.network.tables.row import Row
from sim.scenario.values import Dated, Number, Positive, Spread, Title, Whole

Mode = Literal["rail", "road", "pipeline", "sea_container", "sea_rail_ferry", "sea_tanker", "sea_dry"]
SEA_MODES = ("sea_container", "sea_rail_ferry", "sea_tanker", "sea_dry")
LAND_MODES = ("rail", "road", "pipeline")
#: Width of a track: from narrow lines to broad ones.
Gauge = Annotated[Whole, Field(ge=300, le=3_000)]
#: Length of a way between two nodes.
Length = Annotated[Number, Field(gt=0, le=100_000)]
Speed = Annotated[Number, Field(gt=0, le=1_000_000)]


class Node(Row):
    """A place. Position comes from the feature's geometry (degrees, WGS 84)."""

    name: Title
    country: str = Field(pattern=r"^[A-Z]{2}$")
    kind: Literal["terminal", "junction", "station", "port", "border", "gauge_break"]
    gauge_mm: tuple[Gauge, ...] = ()
    lat: Annotated[Number, Field(ge=-90, le=90)]
    lon: Annotated[Number, Field(ge=-180, le=180)]


class Link(Row):
    """A stretch between two nodes, used both ways. The geometry is for the picture only.

    Rail: each direction is a line section that admits one train per headway of 86,400 s divided by
    ``trains_per_day`` (or by the yearly capacity: Mt x 1e6 / (365 x 2 x net tonnes per train)). On a
    single track (``tracks: 1``) both directions share one section: a train takes it for half of that,
    and when trains wait on both sides the directions alternate.
    """

    from_node: str
    to_node: str
    mode: Mode
    length_km: Dated[Length]
    speed_kmh: Dated[Speed]
    speed_kind: Literal["running", "commercial"] = "running"
    running_cv: Spread = 0.0
    gauge_mm: Gauge | None = None
    tracks: Literal[1, 2] | None = None
    electrified: Literal["yes", "no", "partial"] | None = None
    trains_per_day: Dated[Positive] | None = None  # a closed link is "in_service: false"
    capacity_mt_per_year: Dated[Positive] | None = None
    net_tonnes_per_train: Positive | None = None
    in_service: Dated[bool] = Dated[bool].model_validate(True)
    waypoints: tuple[tuple[Number, Number], ...] = ()  # (lon, lat) pairs, ends included
