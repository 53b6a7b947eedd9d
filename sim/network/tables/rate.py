"""Prices and emissions."""

from __future__ import annotations

from typing import Literal

from sim.network.tables.row import Row
from sim.scenario.described import described
from sim.scenario.values import Dated, Number


class Rate(Row):
    """So much for each unit of what happens on a journey. The conditions say where; empty = anywhere.

    All rows that match are charged, so that a surcharge is a row of its own and a discount a dated value.
    """

    value: Dated[Number] = described(
        "The rate; a discount is a dated value or a row below zero.", "{unit}", patch="charges"
    )
    cargo: tuple[str, ...] = described("Kinds of cargo that it applies to; empty: all.", default=())
    laden: bool | None = described("true: laden shipments alone, false: empties alone; left out: both.", default=None)
    countries: tuple[str, ...] = described(
        "Countries of the ends of a link (half each), of the node, or of the side of a border; empty: all.", default=()
    )
    nodes: tuple[str, ...] = described("Ports and gauge-change stations that it applies at; empty: all.", default=())
    services: tuple[str, ...] = described("Ship services that it applies to; empty: all.", default=())


class Tariff(Rate):
    """A price, in US dollars."""

    component: Literal["rail", "road", "pipeline", "sea", "port", "gauge", "documents", "time"] = described(
        "What is paid for: carriage by mode; `port` at loading and at discharge, `gauge` where the gauge changes, "
        "`documents` on each side of a border that is crossed, `time` for each day under way."
    )
    unit: Literal[
        "USD/TEU-km",
        "USD/wagon-km",
        "USD/truck-km",
        "USD/t-km",
        "USD/TEU",
        "USD/wagon",
        "USD/truck",
        "USD/t",
        "USD/TEU-day",
        "USD/wagon-day",
        "USD/truck-day",
        "USD/t-day",
    ] = described("Unit of the value: dollars for what, and for each kilometre or day.")


class Emission(Rate):
    """Greenhouse gases, well to wheel, of carrying a tonne of goods a kilometre or of lifting a load once."""

    component: Literal["rail", "road", "pipeline", "sea", "port", "gauge"] = described(
        "What emits: carriage by mode, handling in a `port`, or the change of `gauge`."
    )
    unit: Literal["g CO2e/t-km", "kg CO2e/TEU", "kg CO2e/wagon", "kg CO2e/truck", "kg CO2e/t"] = described(
        "Unit of the value."
    )
    traction: Literal["electric", "diesel"] | None = described(
        "Traction of the lines that it applies to; rail alone.", default=None
    )
