"""What an event costs and emits: the tariffs and emission factors that match it, times what is carried.

Money: price x quantity (x km). Greenhouse gases: factor x tonnes of goods x km, or factor x quantity
for a lift (after ISO 14083:2023: the activity of goods, without the weight of containers or wagons).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.journey import Event
from sim.clock import DAY_S
from sim.network.rates import measure_and_basis

if TYPE_CHECKING:
    from sim.network.tables import Emission, Tariff

GRAM_PER_KG = 1000.0


@dataclass(frozen=True)
class Load:
    """A lot: its cargo, and how much of each measure (TEU, wagon, truck, t of goods) it is."""

    cargo: str
    amount: Mapping[str, float]

    @property
    def laden(self) -> bool:
        """Whether there are goods in it."""
        return self.amount["t"] > 0


class Sum(NamedTuple):
    """A sum, the part of it that rests on assumptions, and whether any rate matched."""

    total: float
    assumed: float
    known: bool


def charge(rates: Iterable[Tariff | Emission], event: Event, load: Load, day: date) -> Sum:
    """What one lot pays (tariffs: USD) or emits (factors: kg CO2e) for one event, by the rates of ``day``."""
    total = assumed = 0.0
    known = False
    for rate in rates:
        if _matches(rate, event, load):
            measure, basis = measure_and_basis(rate.unit)
            part = rate.value.at(day) * load.amount[measure] * (event.km if basis == "km" else 1.0)
            if rate.unit.startswith("g "):
                part /= GRAM_PER_KG
            total += part
            assumed += part if _grade(rate) == "assumption" else 0.0
            known = True
    return Sum(total, assumed, known)


def time_value(tariffs: Iterable[Tariff], load: Load, day: date) -> Sum:
    """USD of one second of one lot."""
    total, assumed, known = charge(tariffs, Event("time", "", ""), load, day)
    return Sum(total / DAY_S, assumed / DAY_S, known)


def _matches(rate: Tariff | Emission, event: Event, load: Load) -> bool:
    return (
        rate.component == event.component
        and (not rate.cargo or load.cargo in rate.cargo)
        and (rate.laden is None or rate.laden == load.laden)
        and (not rate.countries or event.country in rate.countries)
        and (not rate.nodes or event.node in rate.nodes)
        and (not rate.services or event.service in rate.services)
        and getattr(rate, "traction", None) in (None, event.traction)
    )


def _grade(rate: Tariff | Emission) -> str:
    return str(rate.evidence["value"].grade if "value" in rate.evidence else rate.grade)
