"""Places, and the ways between them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.network.tables.row import Row
from sim.scenario.values import Dated, Number, Whole

Mode = Literal["rail", "road", "pipeline", "sea_container", "sea_rail_ferry", "sea_tanker", "sea_dry"]
SEA_MODES = ("sea_container", "sea_rail_ferry", "sea_tanker", "sea_dry")
LAND_MODES = ("rail", "road", "pipeline")


class Node(Row):
    """A place. Position comes from the feature's geometry (degrees, WGS 84)."""

    name: str
    country: str = Field(pattern=r"^[A-Z]{2}$")
    kind: Literal["terminal", "junction", "station", "port", "border", "gauge_break"]
    gauge_mm: tuple[Whole, ...] = ()
    lat: Number = Field(ge=-90, le=90)
    lon: Number = Field(ge=-180, le=180)


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
    length_km: Dated[Number]
    speed_kmh: Dated[Number]
    speed_kind: Literal["running", "commercial"] = "running"
    running_cv: Number = Field(default=0.0, ge=0, le=2)
    gauge_mm: Whole | None = None
    tracks: Literal[1, 2] | None = None
    electrified: Literal["yes", "no", "partial"] | None = None
    trains_per_day: Dated[Number] | None = None
    capacity_mt_per_year: Dated[Number] | None = None
    net_tonnes_per_train: Number | None = Field(default=None, gt=0)
    in_service: Dated[bool] = Dated[bool].model_validate(True)
    waypoints: tuple[tuple[Number, Number], ...] = ()  # (lon, lat) pairs, ends included
