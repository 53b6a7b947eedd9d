"""Places, and the links between them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.network.tables.row import Row
from sim.scenario.described import described
from sim.scenario.values import Dated, Number, Positive, Spread, Title, Whole

Mode = Literal["rail", "road", "pipeline", "sea_container", "sea_rail_ferry", "sea_tanker", "sea_dry"]
SEA_MODES = ("sea_container", "sea_rail_ferry", "sea_tanker", "sea_dry")
LAND_MODES = ("rail", "road", "pipeline")
#: Width of a track: from narrow lines to broad ones.
Gauge = Annotated[Whole, Field(ge=300, le=3_000)]
#: Length of a link between two nodes.
Length = Annotated[Number, Field(gt=0, le=100_000)]
Speed = Annotated[Number, Field(gt=0, le=1_000_000)]


class Node(Row):
    """A place. Its position comes from the geometry of the GeoJSON feature."""

    name: Title = described("Name for pictures and tables.", patch="reports")
    country: str = described("Country, two capital letters (ISO 3166-1).", pattern=r"^[A-Z]{2}$")
    kind: Literal["terminal", "junction", "station", "port", "border", "gauge_break"] = described(
        "What the place is; a freight train changes gauge at a gauge_break."
    )
    gauge_mm: tuple[Gauge, ...] = described("Track gauges at the place.", "mm", default=())
    lat: Annotated[Number, Field(ge=-90, le=90)] = described("Latitude, WGS 84; from the geometry.", "degrees")
    lon: Annotated[Number, Field(ge=-180, le=180)] = described("Longitude, WGS 84; from the geometry.", "degrees")


class Link(Row):
    """A stretch of rail, road, pipe or sea between two nodes, used in both directions.

    Rail: each direction is a line section that admits one train per headway of 86,400 s divided by
    ``trains_per_day`` (or by the yearly capacity: Mt x 1e6 / (365 x 2 x net tonnes per train)). On a
    single track (``tracks: 1``) both directions share one section: a train takes it for half of that,
    and when trains wait on both sides the directions alternate.
    """

    from_node: str = described("Node at one end; written `from` in the feature's properties.")
    to_node: str = described("Node at the other end; written `to` in the feature's properties.")
    mode: Mode = described("Kind of transport, or of ship that sails it.")
    length_km: Dated[Length] = described("Length along the track, road or sea lane.", "km", words="length, km")
    speed_kmh: Dated[Speed] = described(
        "Mean speed of a train or truck; at sea it chooses routes alone, and ships sail at the speed of their fleet.",
        "km/h",
        words="speed, km/h",
    )
    speed_kind: Literal["running", "commercial"] = described(
        "Whether the speed is that of running or contains stops and waiting (commercial).", default="running"
    )
    running_cv: Spread = described(
        "Coefficient of variation of the running time.", "ratio", default=0.0, patch="section"
    )
    gauge_mm: Gauge | None = described("Track gauge; rail alone.", "mm", default=None)
    tracks: Literal[1, 2] | None = described("Single or double track; rail alone.", "none", default=None)
    electrified: Literal["yes", "no", "partial"] | None = described(
        "Whether the line is electrified, for emissions.", default=None, patch="reports"
    )
    trains_per_day: Dated[Positive] | None = described(
        "Capacity: freight trains a day in each direction (pairs of trains). A closed link is `in_service: false`.",
        "trains/day each way",
        words="trains a day",
        default=None,
        patch="section",
    )
    capacity_mt_per_year: Dated[Positive] | None = described(
        "Capacity in net tonnes of both directions together, in place of trains_per_day.",
        "Mt/yr",
        words="capacity, Mt a year",
        default=None,
        patch="section",
    )
    net_tonnes_per_train: Positive | None = described(
        "Net load of a train, by which a capacity in tonnes becomes trains.", "t", default=None, patch="section"
    )
    in_service: Dated[bool] = described(
        "Whether the link is open.", words="in service", default=Dated[bool].model_validate(True)
    )
    waypoints: tuple[tuple[Number, Number], ...] = described(
        "(longitude, latitude) pairs from end to end; for the map alone, from the geometry.", "degrees", default=()
    )
