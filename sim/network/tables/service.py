"""Services of ships: rotations, calls and fleets."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.network.tables.facility import Outages
from sim.network.tables.place import Mode
from sim.network.tables.row import Row
from sim.scenario.values import Dated, Draw, Duration, Number, Strict, Whole


class Departure(Strict):
    """When a vessel leaves: with ``fill`` of its room taken or after ``longest_wait``; or by timetable."""

    rule: Literal["full", "timetable"]
    fill: Number = Field(default=1.0, ge=0, le=1)
    longest_wait: Duration | None = None  # None = waits for ever
    every: Duration | None = None
    first: Duration = 0
    before_closing: Duration | None = None  # closes loading this long before the entry is known to close


class Call(Strict):
    """A vessel's call at one port of its rotation."""

    port: str
    berth: str
    entry: str | None = None  # facility that must be open to come in and to leave
    entry_time: Duration = 0  # pilotage, each way
    cranes: str | None = None
    cranes_per_vessel: Whole = Field(default=1, ge=1)
    yard: str | None = None  # room taken by each lot as it is discharged; released by a later step
    mooring: Draw = Draw.model_validate("0 s")
    load_per_unit: Dated[Draw] = Dated[Draw].model_validate("0 s")
    discharge_per_unit: Dated[Draw] = Dated[Draw].model_validate("0 s")
    departure: Departure | None = None  # instead of the service's rule


class Service(Row):
    """Vessels on a rotation of ports, over sea links of one mode."""

    title: str
    mode: Mode
    cargo: tuple[str, ...]
    rotation: tuple[Call, ...] = Field(min_length=2)
    departure: Departure
    sailing_cv: Number = Field(default=0.0, ge=0, le=2)
    smaller_may_pass: bool = True


class Draught(Strict):
    """How water carries a ship: ``payload_t`` at ``full_m``, and ``t_per_cm`` less for each centimetre less."""

    payload_t: Whole = Field(gt=0)
    full_m: Number = Field(gt=0)
    t_per_cm: Number = Field(gt=0)
    keel_clearance_m: Number = Field(ge=0)


class Fleet(Row):
    """Ships of one kind in one service. The number may change on dates; limits are per ship.

    ``outages`` keep a ship from sailing (at sea it stops and goes on when mended). With ``draught`` the
    water at the berths of its rotation limits the weight aboard, besides ``limits``.
    """

    service: str
    count: Dated[Whole]
    speed_kn: Number = Field(gt=0)
    limits: dict[Literal["teu", "wagon", "truck", "lane_m", "t"], Whole] = Field(min_length=1)
    outages: Outages | None = None
    draught: Draught | None = None
    first_port: Whole = 0  # index in the rotation at which the first ship starts; the others follow in turn
