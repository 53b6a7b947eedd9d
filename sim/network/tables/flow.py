"""Freight: its kinds, its demand and route alternatives, and what was observed of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.network.choice_rules import RULES, ChoiceRule, RuleName
from sim.network.tables.place import Mode
from sim.network.tables.row import Row, Weights
from sim.scenario.described import described
from sim.scenario.values import (
    Amount,
    Dated,
    Draw,
    Duration,
    LoadAmount,
    Name,
    Positive,
    Strict,
    Title,
    Units,
    Whole,
)

#: Units in which a load is counted; the engine's size columns, in this order.
LOAD_UNITS = ("teu", "wagon", "truck", "lane_m", "t")

Month = Annotated[Whole, Field(ge=1, le=12)]


class Cargo(Row):
    """What one cargo unit (TEU, wagon, truck, tonne) takes of each measure."""

    teu: LoadAmount = described("Room in containers, TEU.", "teu per unit", default=0)
    wagon: LoadAmount = described("Wagons or platforms.", "wagon per unit", default=0)
    truck: LoadAmount = described("Trucks.", "truck per unit", default=0)
    lane_m: LoadAmount = described("Length of lane aboard a ferry.", "lane_m per unit", default=0)
    t: LoadAmount = described("Weight.", "t per unit", default=0)


class Way(Strict):
    """A route alternative: one of several continuations, to the flow's destination or to another.

    While a link of it is closed nobody takes it.
    """

    name: Title = described("Name for pictures and tables.")
    via: tuple[str, ...] = described("Nodes that it passes, in order.", default=())
    modes: tuple[Mode, ...] | None = described("Modes that it may use; left out: those of the flow.", default=None)
    destination: Name | None = described("Where it ends; left out: at the flow's destination.", default=None)
    share: Amount | None = described(
        "Weight of the alternative among all (rule `share`).", "share", default=None, patch="choice"
    )
    outside: Draw | None = described("It leaves the corridor, and takes this long.", "as written", default=None)
    price: Dated[Amount] | None = described(
        "Price of an alternative that leaves the corridor; those within it pay the tariffs.",
        "USD per unit",
        default=None,
    )


class Choice(Strict):
    """How shipments choose their route among the alternatives.

    The recent time of an alternative is the integer mean of its last journeys, from the choice to where the
    alternatives meet.
    """

    rule: RuleName = described("By fixed shares, by the least recent time, or by logit on recent times.")
    memory: Annotated[Whole, Field(ge=1, le=1_000)] = described(
        "Journeys by each alternative that its recent time is the mean of.", "journeys", default=10, patch="choice"
    )
    scale: Duration = described(
        "Scale of the logit: an alternative that is longer by it is chosen e times less often.",
        "as written",
        default=86_400,
        patch="choice",
    )
    money: bool = described("Whether the charges of an alternative count as time.", default=False)
    value_of_time: Positive | None = described(
        "Value of time that turns charges into time; left out: that of the tariffs.",
        "USD per unit and day",
        default=None,
        patch="charges",
    )

    @property
    def by(self) -> ChoiceRule:
        """What the rule is, beyond its name."""
        return RULES[self.rule]


class Flow(Row):
    """Demand of one commodity from origin to destination, by calendar year.

    Shipments that depart together choose alike where they choose by share or logit. A flow ``woken_by`` a depot is its
    empty repositioning: it has no demand of its own, and its shipments carry to another depot of the pool what found
    no load, to that of which the greatest part has been taken.
    """

    origin: str = described("Node at which it begins.")
    destination: str = described("Node at which it ends.")
    via: tuple[str, ...] = described("Nodes that it passes, in order.", default=())
    modes: tuple[Mode, ...] = described("Modes that it may use.")
    commodity: Title = described("What is carried, in words.", patch="reports")
    cargo: str = described("Kind of cargo, by which it takes room.")
    goods: str | None = described(
        "Class of goods, by which borders treat it.", default=None, pattern=r"^[a-z][a-z0-9_]*$"
    )
    train_class: str | None = described(
        "Class of train, by which railways and borders treat it, such as block or ordinary.",
        default=None,
        pattern=r"^[a-z][a-z0-9_]*$",
    )
    direction: Literal["east_to_west", "west_to_east"] = described("Direction for totals.")
    quantity_per_year: Dated[Amount] = described(
        "Demand of a calendar year.", "{cargo}/yr", words="demand a year", patch="demand"
    )
    monthly_profile: Dated[Weights] | None = described(
        "Weights of the months, January first; what holds on a month's first day is used for it; left out: even.",
        "weights",
        default=None,
        patch="demand",
    )
    tonnes_per_unit: Amount = described("Gross weight of a cargo unit.", "t per unit", patch="demand")
    net_tonnes_per_unit: Amount = described("Weight of the goods in a cargo unit.", "t per unit", patch="charges")
    lot: Units = described(
        "Cargo units of a shipment; of empty repositioning those for which handling times are drawn.", "{cargo}"
    )
    lots_together: Units = described("Shipments that depart at one instant.", "shipments", default=1)
    train: LoadAmount = described(
        "Cargo units that make a train; 0 or those of a shipment: a shipment is a train.", "{cargo}", default=0
    )
    formation_wait: Duration = described(
        "Longest wait of a shipment for its train to fill.", "as written", default=86_400
    )
    arrivals: Literal["even", "random", "poisson", "regular"] = described(
        "How departures lie in a month: `even` apart but for one random shift, at `random` instants, as a `poisson` "
        "process whose number is random too, or at `regular` distances.",
        default="random",
        patch="demand",
    )
    priority: Annotated[Whole, Field(ge=0, le=7)] = described(
        "Rank where a facility serves by priority; the lower is served first.", "none", default=0, patch="demand"
    )
    ways: tuple[Way, ...] = described("Route alternatives, in place of `via`.", default=())
    choice: Choice | None = described("How shipments choose among the alternatives.", default=None)
    woken_by: Name | None = described("Depot whose idle equipment this flow repositions empty.", default=None)
    background: bool = described("Other traffic that takes capacity and is not reported.", default=False)
    in_corridor_total: bool = described(
        "Whether it counts in the totals of the corridor.", default=False, patch="reports"
    )
    promise_days: Positive | None = described(
        "Published service time; a shipment that takes longer is not on time.", "d", default=None, patch="reports"
    )
    promise_from: Name | None = described("Node at which its clock starts; left out: the origin.", default=None)
    promise_to: Name | None = described("Node at which it ends; left out: the destination.", default=None)
