"""Published outcomes: what was observed of the corridor, and what each figure may be used for."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

from pydantic import Field, model_validator

from sim.network.tables.flow import Month
from sim.network.tables.row import Row
from sim.scenario.described import described
from sim.scenario.values import EARLIEST, LATEST, Name, Number, Share, Whole

#: What an observation is to a run: what it is built on, what a value was chosen in view of, or what can test it.
ObservedRole = Literal["input", "fitted", "independent", "out of sample"]
#: What the entries of ``places`` are.
PlacesOf = Literal["", "services", "fleets", "facilities", "links"]

QuantityName = Literal[
    "transit_time",
    "border_time",
    "tonnes",
    "teu",
    "wagons",
    "units",
    "trains",
    "boxes_aboard",
    "share_aboard",
    "handled_teu",
    "handled_wagons",
    "handled_trucks",
    "handled_tonnes",
    "calls",
    "calls_per_month",
    "sailings_per_week",
    "wagons_per_call",
    "trucks_per_call",
    "tonnes_per_call",
    "wagons_per_day",
    "round_trip",
    "port_time",
    "waiting",
    "trains_waiting",
    "closed_days",
    "closed_share",
    "link_tonnes",
    "link_teu",
    "charges",
]


class Quantity(NamedTuple):
    """What can be observed: its unit, and what a row of it must name.

    ``ends``: both nodes of a way; ``at``: ``to_node``, the port; ``places``: what its places are, ``need_places``
    whether there must be some (else none means all). ``whole_year``: a run knows no single months of it.
    """

    unit: str
    ends: bool = False
    at: bool = False
    places: PlacesOf = ""
    need_places: bool = False
    need_flows: bool = False
    whole_year: bool = False


#: Every quantity that can be observed; ``sim.studies.validate.measure`` knows how a run gives it.
QUANTITIES: dict[QuantityName, Quantity] = {
    "transit_time": Quantity("d", ends=True),
    "border_time": Quantity("h", ends=True),
    "tonnes": Quantity("t"),
    "teu": Quantity("TEU"),
    "wagons": Quantity("wagons"),
    "units": Quantity("units"),
    "trains": Quantity("trains", ends=True, need_flows=True),
    "boxes_aboard": Quantity("TEU", places="fleets", need_places=True),
    "share_aboard": Quantity("share", places="fleets", need_places=True),
    "handled_teu": Quantity("TEU", at=True, places="services"),
    "handled_wagons": Quantity("wagons", at=True, places="services"),
    "handled_trucks": Quantity("trucks", at=True, places="services"),
    "handled_tonnes": Quantity("t", at=True, places="services"),
    "calls": Quantity("calls", at=True, places="services"),
    "calls_per_month": Quantity("calls/month", at=True, places="services"),
    "sailings_per_week": Quantity("calls/week", at=True, places="services"),
    "wagons_per_call": Quantity("wagons", at=True, places="services"),
    "trucks_per_call": Quantity("trucks", at=True, places="services"),
    "tonnes_per_call": Quantity("t", at=True, places="services"),
    "wagons_per_day": Quantity("wagons/day", at=True, places="services"),
    "round_trip": Quantity("d", places="services", need_places=True),
    "port_time": Quantity("h", at=True, places="services"),
    "waiting": Quantity("units", places="facilities", need_places=True, need_flows=True),
    "trains_waiting": Quantity("trains", places="facilities", need_places=True),
    "closed_days": Quantity("d", places="facilities", need_places=True),
    "closed_share": Quantity("share", places="facilities", need_places=True),
    "link_tonnes": Quantity("t", places="links", need_places=True, whole_year=True),
    "link_teu": Quantity("TEU", places="links", need_places=True, whole_year=True),
    "charges": Quantity("USD/FEU", need_flows=True, whole_year=True),
}
#: Quantities that are indicators of a run for a whole year (times also of some months).
OF_RUNS = ("transit_time", "border_time", "tonnes", "teu", "wagons", "units")


class Observation(Row):
    """A published outcome that a run of its year is held against.

    Its role (``sim.network.roles``) says whether the run can be tested against it: the declared one, or a lower one
    that follows from citations.
    """

    title: str = described("Name for tables; empty: made of quantity, ends and flows.", default="")
    quantity: QuantityName = described(
        "What was observed; `border_time`: the mean stay at `to_node` of what comes from `from_node`."
    )
    unit: str = described("Unit of value, low and high, which follows from the quantity.")
    year: Annotated[Whole, Field(ge=EARLIEST.year, le=LATEST.year)] = described(
        "Year that it is about.", "calendar year"
    )
    months: tuple[Month, Month] | None = described(
        "First and last month that it is about; left out: all of the year.",
        "month of the year",
        default=None,
    )
    value: Number = described("The published figure.", "{unit}")
    low: Number | None = described("Lower end of a published range.", "{unit}", default=None)
    high: Number | None = described("Upper end of a published range.", "{unit}", default=None)
    tolerance: Share = described(
        "Where no range is published: how far off the model's mean may be to be a hit; twice as far is near.",
        "share of value",
        default=0.1,
    )
    from_node: Name | None = described("Node at which it begins; left out: each flow's origin.", default=None)
    to_node: Name | None = described(
        "Node at which it ends, or port at which it is counted; left out: each flow's destination.", default=None
    )
    places: tuple[str, ...] = described(
        "Services, fleets, facilities or links that it is about, as the quantity says; empty: all.", default=()
    )
    flows: tuple[str, ...] = described("Flows that it is about; empty: all that pass both nodes.", default=())
    direction: Literal["east_to_west", "west_to_east", "both"] = described(
        "Direction that it is about.", default="both"
    )
    cargo: str = described("Cargo that it is about, in words.", default="all")
    train_class: str = described("Class of train that it is about, in words.", default="")
    counted: str = described("What the published figure counts: its scope.", default="")
    role: ObservedRole | None = described("What it is to be; citations can lower it to input or fitted.", default=None)
    role_reason: str = described("Why it has the declared role.", default="")
    derived_from: tuple[str, ...] = described("Ids of facts that it is computed from.", default=())
    fitted_by: tuple[str, ...] = described("Ids of assumptions that were chosen with it in view.", default=())
    differs: str = described(
        "In which scope, year or end points it is another quantity than the model's: then it is shown and not judged.",
        default="",
    )
    earlier_base: Number | None = described(
        "What the base of November 2026, before the standing times and departure rules, gave.", "{unit}", default=None
    )
    why_missed: str = described(
        "Why the base misses it, and what data would decide it; shown where it is missed.", default=""
    )

    @model_validator(mode="after")
    def _complete(self) -> Observation:
        known = QUANTITIES[self.quantity]
        if self.unit != known.unit:
            raise ValueError(f"{self.quantity} is in {known.unit}, not in {self.unit}")
        if self.role in ("input", "fitted") and not self.role_reason:
            raise ValueError("'role' needs a 'role_reason'")
        if self.low is not None and self.high is not None and self.high < self.low:
            raise ValueError(f"high {self.high:g} is below low {self.low:g}")
        if self.months is not None and known.whole_year:
            raise ValueError(f"{self.quantity} is that of a whole year; 'months' are not known")
        if self.months is not None and self.months[1] < self.months[0]:
            raise ValueError(f"months {self.months[0]} to {self.months[1]} lie in two years; allowed: within one")
        return self
