"""How the demand of a scenario comes about: as planned, or in answer to what the corridor and its rivals offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StrictStr

from sim.scenario.described import described
from sim.scenario.values import Number, Positive, Strict, Whole

#: What shippers do: ship what is planned, or decide between one run of the period and the next.
Rule = Literal["fixed", "between_runs", "within_run"]
Size = Literal["plan", "market"]
Switch = Literal["on", "off"]
DEMAND_FIELDS = ("rule", "size", "induced", "unsourced", "reference", "damping", "tolerance", "iterations")


class DemandSettings(Strict):
    """How the demand comes about; a child may give single settings."""

    rule: Rule | None = described(
        "`fixed`: as planned. `between_runs`: shippers answer to the times and charges of the last months, and the run is "
        "repeated until they ship what it was run with. `within_run`: each shipment decides when it departs, by what is "
        "known by then of those before it, and leaves at its origin if another way is better. Default fixed.",
        default=None,
    )
    size: Size | None = described(
        "What the markets are as large as: at the base year's shares the `plan` of the scenario's flows comes, or the "
        "`market` grows from the base year on as its `total` does. Default plan.",
        default=None,
    )
    induced: Switch | None = described(
        "Whether days saved add trade to the markets that choose. Default off.", default=None
    )
    unsourced: Switch | None = described(
        "Whether the markets react whose `headline` is off. Default off.", default=None
    )
    reference: StrictStr | None = described(
        "Scenario at whose times, charges and plan the constants are fitted. Default: the nearest of this scenario and its "
        "parents that has a `base_year`.",
        default=None,
        min_length=1,
    )
    damping: Annotated[Positive, Field(le=1)] | None = described(
        "Part of the way to the answer that is gone with each iteration. Default 1.", "share", default=None
    )
    tolerance: Annotated[Number, Field(gt=0, le=0.5)] | None = described(
        "Largest part of a market by which what is shipped may differ from the answer to it. Default 0.02.",
        "share",
        default=None,
    )
    iterations: Annotated[Whole, Field(ge=1, le=12)] | None = described(
        "Runs in which it must settle. Default 12.", "runs", default=None
    )


@dataclass(frozen=True)
class DemandRule:
    """The settings that hold, as ``DemandSettings`` describes them; ``reference`` is a name or path, empty: none."""

    rule: Rule = "fixed"
    size: Size = "plan"
    induced: Switch = "off"
    unsourced: Switch = "off"
    reference: str = ""
    damping: float = 1.0
    tolerance: float = 0.02
    iterations: int = 12

    @property
    def reacts(self) -> bool:
        """Whether anything answers."""
        return self.rule != "fixed"


@dataclass(frozen=True)
class MarketMonth:
    """What became of a market's plan of one month before anything departed, in its cargo units.

    ``to_rival``: rival -> what it won from the corridor since the base year's conditions (below 0: lost to it);
    ``declined`` is not shipped at all (below 0: a captive market ships more); ``induced`` is new trade. Plan less
    all of ``to_rival`` less ``declined`` plus ``induced`` is ``offered``.
    """

    market: str
    month: date
    plan: float
    to_rival: Mapping[str, float]
    declined: float
    induced: float
    offered: float
    rivals: Mapping[str, float] = field(default_factory=dict)  #: rival -> all that it carries of the market
    mean_d: float = 0.0  #: door to door, as shippers knew it
    sd_d: float = 0.0
    price: float = 0.0  #: USD per unit


@dataclass(frozen=True)
class Weighed:
    """How shipments of one flow decide while a run goes: they go on, or leave by one of ``ways``.

    ``ways``: rivals; an empty name is cargo that is not shipped. ``usual_s`` is what the corridor takes in the base year: mean
    and worth of the spread; ``late_s``: one on its way for longer is late; ``permille``: thousandths of the standard deviation
    that count as time; ``after``, ``over``: months, as of a market. ``days``: the first days of the stretches in which the
    rivals' quotes differ; ``more_d`` [grid]: days that the corridor takes more than usual, rising; ``stays``
    [stretch][grid]: part of the plan that goes on then, never rising; ``leaves`` [stretch][cell][way]: by which ways those
    leave who go on no longer from one point of the grid to the next, adding up to 1.
    """

    ways: tuple[str, ...]
    usual_s: int
    late_s: int
    permille: int
    after: int
    over: int
    days: tuple[date, ...]
    more_d: tuple[float, ...]
    stays: tuple[tuple[float, ...], ...]
    leaves: tuple[tuple[tuple[float, ...], ...], ...]


@dataclass(frozen=True)
class SettledDemand:
    """A fixed point: what is shipped is the answer to what it makes of the corridor; or how shipments decide on their way.

    ``multiples``: flow -> the first day of each month of the run and the part of the plan that departs. ``gaps`` are those
    of all iterations, in order. ``gain_usd``: market -> what shippers gain since the base year's conditions over the
    reported period, [replication]. ``constants``: market -> way -> fitted constant, in scales.
    """

    multiples: Mapping[str, tuple[tuple[date, float], ...]]
    months: tuple[MarketMonth, ...]
    gaps: tuple[float, ...]
    gain_usd: Mapping[str, tuple[float, ...]]
    constants: Mapping[str, Mapping[str, float]]
    weighed: Mapping[str, Weighed] = field(default_factory=dict)  #: flow -> how its shipments decide
