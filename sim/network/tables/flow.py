"""Freight: its kinds, its demand and its ways, and what was observed of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.network.tables.place import Mode
from sim.network.tables.row import Row, Weights
from sim.scenario.values import (
    EARLIEST,
    LATEST,
    Amount,
    Dated,
    Draw,
    Duration,
    Measure,
    Name,
    Number,
    Positive,
    Strict,
    Title,
    Units,
    Whole,
)

#: Measures by which a lot takes room; the engine's size columns, in this order.
MEASURES = ("teu", "wagon", "truck", "lane_m", "t")

Month = Annotated[Whole, Field(ge=1, le=12)]


class Cargo(Row):
    """What one cargo unit (TEU, wagon, truck, t) takes of each measure."""

    teu: Measure = 0
    wagon: Measure = 0
    truck: Measure = 0
    lane_m: Measure = 0
    t: Measure = 0


class Way(Strict):
    """One of several continuations a flow may take, to the flow's destination or to another.

    While a link of it is closed nobody takes it. ``outside``: it leaves the corridor and takes this long;
    ``price``: then it costs so much (USD a cargo unit; ways within the corridor pay the tariffs).
    """

    name: Title
    via: tuple[str, ...] = ()
    modes: tuple[Mode, ...] | None = None  # None = the flow's
    destination: Name | None = None  # None = the flow's
    share: Amount | None = None
    outside: Draw | None = None
    price: Dated[Amount] | None = None


class Choice(Strict):
    """How lots choose among ways: by share, by the least recent time, or by logit on recent times.

    Recent time: integer mean of the last ``memory`` journeys by that way, from the choice to where the ways
    meet. ``scale`` is the logit's: a way that is longer by it is chosen e times less often. With ``money``
    the charges of a way count as time, at ``value_of_time`` (USD a cargo unit and day; None = the tariffs').
    """

    rule: Literal["share", "recent", "logit"]
    memory: Annotated[Whole, Field(ge=1, le=1_000)] = 10
    scale: Duration = 86_400
    money: bool = False
    value_of_time: Positive | None = None


class Flow(Row):
    """Demand of one commodity from origin to destination, by calendar year.

    ``ways`` with a ``choice`` replace ``via`` where there is more than one; lots that set out together
    choose alike where they choose by share or logit. A flow ``woken_by`` a stock has no demand of its own:
    its lots carry home what found no load there, as much as stood together; ``lot`` is for how many units
    times of handling are drawn. A stock may wake several flows: units go to the stock of which the greatest
    share has been taken. Processes concern woken flows only where they name their cargo.
    """

    origin: str
    destination: str
    via: tuple[str, ...] = ()
    modes: tuple[Mode, ...]
    commodity: Title
    cargo: str
    goods: str | None = Field(default=None, pattern=r"^[a-z][a-z0-9_]*$")  # class by which borders treat it
    direction: Literal["east_to_west", "west_to_east"]
    quantity_per_year: Dated[Amount]
    monthly_profile: Dated[Weights] | None = None  # that of a month's first day holds for it
    tonnes_per_unit: Amount
    net_tonnes_per_unit: Amount
    lot: Units  # units that travel together
    lots_together: Units = 1  # lots that set out at one instant
    train: Measure = 0  # units that make a train; 0 or the lot's size = a lot is a train
    formation_wait: Duration = 86_400  # longest wait of a lot for its train
    arrivals: Literal["even", "random", "poisson", "regular"] = "random"
    priority: Annotated[Whole, Field(ge=0, le=7)] = 0  # lower is served first where discipline is priority
    ways: tuple[Way, ...] = ()
    choice: Choice | None = None
    woken_by: Name | None = None
    background: bool = False
    in_corridor_total: bool = False
    promise_days: Positive | None = None  # published service time: later is not on time
    promise_from: Name | None = None  # node at which its clock starts; None = the origin
    promise_to: Name | None = None  # None = the destination


#: What can be observed -> its unit. ``border_time``: the mean stay at ``to_node`` of what comes from ``from_node``.
OBSERVED_UNITS = {"transit_time": "d", "border_time": "h", "tonnes": "t", "teu": "TEU", "wagons": "wagons",
                  "units": "units"}  # fmt: skip
ObservedRole = Literal["input", "fitted", "independent", "out of sample"]


class Observation(Row):
    """A published outcome that a run of its year stands beside.

    Its role (``sim.network.roles``) says whether the run can be tested against it. The role follows from citations;
    ``role`` with its reason declares what citations do not show, and can only lower it. ``derived_from`` are facts
    that it is computed from, ``fitted_by`` assumptions that were chosen with it in view. ``differs`` says in which
    scope, year or end points it is another quantity than the model's: then it stands beside and is not judged.
    """

    title: str = ""  # words for tables; empty = made of quantity, ends and flows
    quantity: Literal["transit_time", "border_time", "tonnes", "teu", "wagons", "units"]
    unit: Literal["d", "h", "t", "TEU", "wagons", "units"]
    year: Annotated[Whole, Field(ge=EARLIEST.year, le=LATEST.year)]
    months: tuple[Month, Month] | None = None  # first and last month of the year that it is about
    value: Number
    low: Number | None = None
    high: Number | None = None
    from_node: Name | None = None
    to_node: Name | None = None
    flows: tuple[str, ...] = ()  # empty = all flows that pass both nodes
    role: Literal["input", "fitted"] | None = None
    role_reason: str = ""
    derived_from: tuple[str, ...] = ()
    fitted_by: tuple[str, ...] = ()
    differs: str = ""

    @model_validator(mode="after")
    def _complete(self) -> Observation:
        if self.unit != OBSERVED_UNITS[self.quantity]:
            raise ValueError(f"{self.quantity} is in {OBSERVED_UNITS[self.quantity]}, not in {self.unit}")
        if self.role is not None and not self.role_reason:
            raise ValueError("'role' needs a 'role_reason'")
        if self.low is not None and self.high is not None and self.high < self.low:
            raise ValueError(f"high {self.high:g} is below low {self.low:g}")
        if self.months is not None and self.quantity not in ("transit_time", "border_time"):
            raise ValueError("'months' belong to times; volumes are those of a whole year")
        if self.months is not None and self.months[1] < self.months[0]:
            raise ValueError(f"months {self.months[0]} to {self.months[1]} lie in two years; allowed: within one")
        return self
