"""Services of ships: rotations, calls and fleets."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sim.network.tables.facility import Outages
from sim.network.tables.place import Mode, Speed
from sim.network.tables.row import Row
from sim.scenario.described import described
from sim.scenario.values import (
    Amount,
    AtLeast,
    Count,
    Dated,
    Draw,
    Duration,
    LoadAmount,
    Name,
    Positive,
    Share,
    Spread,
    Strict,
    Title,
    Units,
)

#: The most ships of one kind, and calls of one rotation.
LARGEST_FLEET, MOST_CALLS = 100_000, 1_000
#: A timetable has no shorter period.
SHORTEST_PERIOD_S = 600


class Departure(Strict):
    """When a vessel leaves: full, or after its longest wait with a least load; or by timetable."""

    rule: Literal["full", "timetable"] = described("Sails when full enough, or by timetable.")
    fill: Share = described("Part of its room that must be taken (full).", "share", default=1.0, patch="calls")
    full_when: Literal["any_limit", "nothing_fits"] = described(
        "When it is full (full): as soon as `fill` of any of its limits is taken, or only when nothing that waits fits, "
        "so that a deck for one cargo that is full does not keep another empty.",
        default="any_limit",
        patch="calls",
    )
    longest_wait: Duration | None = described(
        "Longest wait for cargo (full); left out: it waits until it is full.", "as written", default=None, patch="calls"
    )
    least: Share = described(
        "Part of its room that must be taken before it leaves after its longest wait or before a closing (full).",
        "share",
        default=0.0,
        patch="calls",
    )
    every: Annotated[Duration, AfterValidator(AtLeast(SHORTEST_PERIOD_S))] | None = described(
        "Time between two departures (timetable).", "as written", default=None, patch="calls"
    )
    first: Duration = described(
        "First departure of the timetable, counted from Monday 2000-01-03, 00:00 UTC.",
        "as written",
        default=0,
        patch="calls",
    )
    before_closing: Duration | None = described(
        "Loading ends this long before the port entry is known to close.", "as written", default=None, patch="calls"
    )


class Call(Strict):
    """A vessel's call at one port of its rotation."""

    port: str = described("Node of the port.")
    berth: str = described("Facility at which it berths.")
    entry: Name | None = described("Facility that must be open to come in and to leave.", default=None)
    entry_time: Duration = described("Pilotage, each way.", "as written", default=0, patch="calls")
    cranes: Name | None = described("Facility whose cranes load and discharge it.", default=None)
    cranes_per_vessel: Units = described("Cranes that work on it at a time.", "cranes", default=1)
    yard: Name | None = described(
        "Facility in which each shipment takes room as it is discharged, until a later step gives it back.",
        default=None,
    )
    mooring: Draw = described(
        "Time to berth, before work begins.", "as written", default=Draw.model_validate("0 s"), patch="draws"
    )
    load_per_unit: Dated[Draw] = described(
        "Time to load one cargo unit.", "as written", default=Dated[Draw].model_validate("0 s"), patch="boarding"
    )
    discharge_per_unit: Dated[Draw] = described(
        "Time to discharge one cargo unit.", "as written", default=Dated[Draw].model_validate("0 s"), patch="boarding"
    )
    departure: Departure | None = described("Rule of departure here, in place of the service's.", default=None)


class Service(Row):
    """Vessels on a rotation of ports, over sea links of one mode."""

    title: Title = described("Name for pictures and tables.", patch="reports")
    mode: Mode = described("Kind of sea link that its ships sail.")
    cargo: tuple[str, ...] = described("Kinds of cargo that it carries.")
    rotation: tuple[Call, ...] = described(
        "Port calls in order; after the last comes the first.", min_length=2, max_length=MOST_CALLS
    )
    departure: Departure = described("When its ships leave, where a call has no rule of its own.")
    sailing_cv: Spread = described("Coefficient of variation of the sailing time.", "ratio", default=0.0, patch="draws")
    smaller_may_pass: bool = described(
        "Whether a shipment that still fits is loaded before an earlier one that does not.",
        default=True,
        patch="services",
    )


class Draught(Strict):
    """How the depth of water limits the load of a ship."""

    payload_t: Units = described("Load at full draught.", "t", words="payload, t")
    full_m: Positive = described("Full draught.", "m", words="full draught, m")
    t_per_cm: Positive = described("Load lost with each centimetre of draught.", "t/cm")
    keel_clearance_m: Amount = described("Water kept under the keel.", "m", words="keel clearance, m")


class Fleet(Row):
    """Ships of one kind in one service."""

    service: str = described("Service that they sail.")
    count: Dated[Annotated[int, Field(strict=True, ge=0, le=LARGEST_FLEET)]] = described(
        "Number of ships.", "ships", words="ships", patch="ships"
    )
    speed_kn: Speed = described("Speed at sea.", "knots", words="speed, knots", patch="draws")
    limits: dict[Literal["teu", "wagon", "truck", "lane_m", "t"], LoadAmount] = described(
        "Room of one ship, by measure; a shipment must fit each.", "by key", min_length=1, patch="ships"
    )
    outages: Outages | None = described(
        "Breakdowns and repairs: a ship out of order does not sail; at sea it stops and resumes when repaired.",
        default=None,
    )
    draught: Draught | None = described(
        "How the water at the berths of the rotation limits the weight aboard, besides the limits.",
        default=None,
        patch="ships",
    )
    first_port: Count = described(
        "Place in the rotation (0: the first call) at which the first ship starts; the others follow in turn.",
        "none",
        default=0,
    )
