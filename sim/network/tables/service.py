"""Services of ships: rotations, calls and fleets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sim.network.tables.facility import Outages
from sim.network.tables.place import Mode, Speed
from sim.network.tables.row import Row
from sim.scenario.values import (
    Amount,
    Count,
    Dated,
    Draw,
    Duration,
    Measure,
    Name,
    Positive,
    Share,
    Spread,
    Strict,
    Title,
    Units,
    at_least,
)

#: The most ships of one kind, and calls of one rotation.
LARGEST_FLEET, MOST_CALLS = 100_000, 1_000
#: A timetable has no shorter period.
SHORTEST_PERIOD_S = 600


class Departure(Strict):
    """When a vessel leaves: with ``fill`` of its room taken or after ``longest_wait``; or by timetable."""

    rule: Literal["full", "timetable"]
    fill: Share = 1.0
    longest_wait: Duration | None = None  # None = waits for ever
    every: Annotated[Duration, AfterValidator(at_least(SHORTEST_PERIOD_S))] | None = None
    first: Duration = 0
    before_closing: Duration | None = None  # closes loading this long before the entry is known to close


class Call(Strict):
    """A vessel's call at one port of its rotation."""

    port: str
    berth: str
    entry: Name | None = None  # facility that must be open to come in and to leave
    entry_time: Duration = 0  # pilotage, each way
    cranes: Name | None = None
    cranes_per_vessel: Units = 1
    yard: Name | None = None  # room taken by each lot as it is discharged; released by a later step
    mooring: Draw = Draw.model_validate("0 s")
    load_per_unit: Dated[Draw] = Dated[Draw].model_validate("0 s")
    discharge_per_unit: Dated[Draw] = Dated[Draw].model_validate("0 s")
    departure: Departure | None = None  # instead of the service's rule


class Service(Row):
    """Vessels on a rotation of ports, over sea links of one mode."""

    title: Title
    mode: Mode
    cargo: tuple[str, ...]
    rotation: tuple[Call, ...] = Field(min_length=2, max_length=MOST_CALLS)
    departure: Departure
    sailing_cv: Spread = 0.0
    smaller_may_pass: bool = True


class Draught(Strict):
    """How water carries a ship: ``payload_t`` at ``full_m``, and ``t_per_cm`` less for each centimetre less."""

    payload_t: Units
    full_m: Positive
    t_per_cm: Positive
    keel_clearance_m: Amount


class Fleet(Row):
    """Ships of one kind in one service. The number may change on dates; limits are per ship.

    ``outages`` keep a ship from sailing (at sea it stops and goes on when mended). With ``draught`` the
    water at the berths of its rotation limits the weight aboard, besides ``limits``.
    """

    service: str
    count: Dated[Annotated[int, Field(strict=True, ge=0, le=LARGEST_FLEET)]]
    speed_kn: Speed
    limits: dict[Literal["teu", "wagon", "truck", "lane_m", "t"], Measure] = Field(min_length=1)
    outages: Outages | None = None
    draught: Draught | None = None
    first_port: Count = 0  # index in the rotation at which the first ship starts; the others follow in turn
