"""Prices and emissions."""

from __future__ import annotations

from typing import Literal

from sim.network.tables.row import Row
from sim.scenario.values import Dated, Number


class Rate(Row):
    """So much for each unit of what happens on a journey. The conditions say where; empty = anywhere.

    All rows that match are charged, so that a surcharge is a row of its own and a discount a dated value.
    """

    value: Dated[Number]
    cargo: tuple[str, ...] = ()
    laden: bool | None = None  # True: only lots with goods, False: only empties
    countries: tuple[str, ...] = ()  # of the link's ends (half each), the node, or the side of a border
    nodes: tuple[str, ...] = ()  # ports and gauge-change stations
    services: tuple[str, ...] = ()


class Tariff(Rate):
    """A price. ``port`` is paid at loading and at discharge, ``gauge`` where the gauge of the way changes,
    ``documents`` on each side of a border that is crossed, ``time`` is the value of a day on the way.
    """

    component: Literal["rail", "road", "pipeline", "sea", "port", "gauge", "documents", "time"]
    unit: Literal[
        "USD/TEU-km", "USD/wagon-km", "USD/truck-km", "USD/t-km", "USD/TEU", "USD/wagon", "USD/truck", "USD/t",
        "USD/TEU-day", "USD/wagon-day", "USD/truck-day", "USD/t-day",
    ]  # fmt: skip


class Emission(Rate):
    """Greenhouse gases, well to wheel, of carrying a tonne of goods a kilometre or of lifting a load once."""

    component: Literal["rail", "road", "pipeline", "sea", "port", "gauge"]
    unit: Literal["g CO2e/t-km", "kg CO2e/TEU", "kg CO2e/wagon", "kg CO2e/truck", "kg CO2e/t"]
    traction: Literal["electric", "diesel"] | None = None
