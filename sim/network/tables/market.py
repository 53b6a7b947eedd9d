"""Markets: which cargo may go another way or not at all, and what the other ways offer it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from sim.network.tables.row import Row
from sim.scenario.described import described
from sim.scenario.values import Amount, AtLeast, Dated, Duration, Name, Positive, Share, Strict, Title, Whole

Switch = Literal["on", "off"]
#: Classes of demand: who cannot go another way, who has another port, and who has the ocean or another railway.
Reaction = Literal["captive", "ports", "ocean", "intercontinental"]
Months = Annotated[Whole, Field(ge=1, le=12)]


class Rival(Row):
    """Another way for the same cargo, from door to door, as a shipper is quoted it on a date."""

    title: Title = described("Name for pictures and tables.")
    cargo: Name = described("Kind of cargo whose unit the price is for.")
    price: Dated[Amount] = described("Price from door to door.", "USD per {cargo}", words="price")
    time: Dated[Duration] = described("Mean time from door to door.", "as written", words="time from door to door")
    spread: Dated[Duration] = described("Standard deviation of that time.", "as written", words="spread of the time")
    available: Dated[Share] = described(
        "Part of the boxes, wagons or tonnes that find it open; 0 is closed.",
        "share",
        default_factory=lambda: Dated.model_validate(1.0),
        words="part that finds it open",
    )


class MarketRival(Strict):
    """A rival of a market, with its share in the base year."""

    rival: Name = described("Row of rivals.yaml.")
    share: Share = described(
        "Its part of the market in the base year, to which its constant is fitted; 0: it takes no part. What all "
        "rivals leave over is the corridor's.",
        "share",
    )
    alike: bool = described(
        "Whether it is like the corridor, as one railway is like another beside the ocean: these compete more closely.",
        default=False,
    )


class Market(Row):
    """Cargo that decides alike: its flows by the corridor, its size by all ways, and how it weighs price, time and spread.

    A market that is `captive` has no rival: it ships less, later, where the way takes longer. In the others each box,
    wagon or tonne takes the way whose price, time and spread cost it least, with a value of time that differs from one
    to the next. Nothing of it acts on a run unless the scenario says `demand: {rule: between_runs}`, or `within_run`.
    """

    title: Title = described("Name for pictures and tables.")
    reacts: Reaction = described(
        "Class of demand: `captive`; among `ports` of export; against the `ocean`; or `intercontinental`, against "
        "railways and the ocean.",
    )
    flows: tuple[Name, ...] = described("Flows by the corridor that belong to it; of one kind of cargo.", min_length=1)
    headline: Switch = described(
        "Whether it reacts in headline answers; `off` where its rivals or its size have no source.",
        default="on",
    )
    total: Dated[Positive] | None = described(
        "The whole market by all ways; left out of a captive one.",
        "cargo units/yr",
        default=None,
        words="size of the market",
    )
    rivals: tuple[MarketRival, ...] = described("Its other ways.", default=())
    value_of_time: Amount | None = described(
        "Median of the value of time, which is lognormal over cargo units; of a captive market it counts in the "
        "shippers' gain alone.",
        "USD per cargo unit and day",
        default=None,
        words="value of time",
    )
    value_of_time_spread: Annotated[Amount, Field(le=3)] = described(
        "Standard deviation of the logarithm of the value of time.", "ratio", default=0.0
    )
    reliability_ratio: Annotated[Amount, Field(le=10)] = described(
        "What a day of standard deviation costs, over what a day of mean time costs.",
        "ratio",
        default=0.0,
    )
    scale: Positive | None = described(
        "Scale of the logit: a way that costs this much more is chosen e times less often.",
        "USD per cargo unit",
        default=None,
        words="scale of the logit",
    )
    alike_scale: Annotated[Positive, Field(le=1)] = described(
        "Scale among the corridor and the rivals that are `alike`, over `scale`; 1: they compete like all.",
        "ratio",
        default=1.0,
    )
    captive_share: Share = described(
        "Part of the corridor's own cargo that never goes another way.", "share", default=0.0
    )
    elasticity: Annotated[Amount, Field(le=1)] | None = described(
        "Part of a captive market that is lost with each day more from door to door.",
        "share per d",
        default=None,
        words="loss with each day more",
    )
    lag: Annotated[Duration, AfterValidator(AtLeast(0))] = described(
        "How long a captive market takes to react.", "as written", default=0
    )
    induced: Annotated[Amount, Field(le=1)] = described(
        "Trade that a day saved adds, where the scenario says `induced: on`.", "share per d", default=0.0
    )
    known_after: Annotated[Months, Field(le=3)] = described(
        "Months until the times of a month are known to shippers.", "months", default=1
    )
    known_over: Months = described("Months over which what they know is taken together.", "months", default=3)
