"""What is done to freight at a place, by whom, and what of it is a barrier."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.network.tables.row import Row
from sim.scenario.values import Amount, Dated, Draw, Name, Share, Strict, Title, Units, Whole


class Operator(Row):
    """A railway, or whoever else takes trains over at a border."""

    title: Title
    country: str = Field(pattern=r"^[A-Z]{2}$")


class JointOperator(Row):
    """Operators that work as one while it is in force: no hand-over between two of its members."""

    title: Title
    members: tuple[str, ...] = Field(min_length=2)
    in_force: Dated[bool]


class RiskLane(Strict):
    """One of several treatments that an assessed risk leads to: so many of the movers, for so long."""

    share: Dated[Share]
    duration: Dated[Draw]


class Process(Row):
    """A step that movers undergo at a node when the way they come and go matches.

    ``scope: train`` acts on the whole train (before it is split, after it is formed), ``scope: lot``
    on single lots. ``action: acquire`` takes ``units`` of the facility until a later ``release``.
    ``units: load`` means as many as the mover's load in the facility's unit. ``share`` of the movers
    are concerned, the others pass. ``per: unit`` multiplies the duration by the load of a lot, for a
    train by that of its oldest lot: where lots can be handled one by one, use ``scope: lot``.
    ``risk_lanes`` stand in place of duration and share: each mover gets one of them, or none, by its
    share. ``barrier`` names the avoidable part it stands for; its time is multiplied by the barrier's
    strength (see ``Barrier``), that of ``barrier_country`` where it is not the node's country that asks
    for it. A barrier whose facility is a quota is the wait for a pass: its strength divides the passes.
    ``between`` names the two operators of a hand-over; it takes no time where both are one, or members of
    a joint operator in force. ``action: gather`` says how trains form at this node instead of what the
    flow says: at ``units``, or after the longest wait ``duration``.
    ``action: reform`` does the same for trains that come and go by rail: they split into their lots,
    and what the next line allows leaves as one train. What a mover holds already is not taken again, so that
    a row may take room ahead of the place where it is needed. A row not ``in_force`` on the day on which a lot
    sets out is no part of its journey.
    """

    node: str
    order: Whole = 0
    scope: Literal["train", "lot"] = "train"
    action: Literal["process", "acquire", "release", "gather", "reform"] = "process"
    arrive: tuple[str, ...] = ()  # modes or "origin"; empty = any
    leave: tuple[str, ...] = ()  # modes or "destination"; empty = any
    arrive_from: tuple[str, ...] = ()  # neighbouring nodes; empty = any
    leave_to: tuple[str, ...] = ()
    cargo: tuple[str, ...] = ()
    goods: tuple[str, ...] = ()  # classes of goods as the flows name them; empty = any, and flows that name none
    background: bool | None = None  # None = all flows
    facility: Name | None = None
    units: Units | Literal["load"] = 1
    duration: Dated[Draw] = Dated[Draw].model_validate("0 s")
    per: Literal["mover", "unit"] = "mover"  # "unit": the duration is for one unit of the load
    share: Dated[Share] | None = None
    risk_lanes: dict[str, RiskLane] = Field(default_factory=dict)
    cause: Literal["handling", "moving", "barrier"] = "handling"
    barrier: Name | None = None
    barrier_country: str | None = Field(default=None, pattern=r"^[A-Z]{2}$")  # None = the node's
    between: tuple[str, str] | None = None
    holds_until_next: bool = False  # keeps its units until the next operation is granted
    in_force: Dated[bool] = Dated[bool].model_validate(True)


class Barrier(Row):
    """Strength of one barrier: 1 as today, 0 removed; of a wait for passes 2 is half the passes, 0 no limit.

    The row's key is a country (lower case), a node, or a class of goods. The strengths of
    all rows that fit a step are multiplied.
    """

    scale: Dated[Amount]
