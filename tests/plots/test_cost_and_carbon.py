"""The figure of money and carbon says what its table says, per TEU or, without containers, per tonne."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.plots.cost_and_carbon import cost_and_carbon
from sim.plots.inputs import FigureInputs


def title(figure: Figure) -> str:
    return figure.texts[0].get_text().replace("\n", " ")


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


@pytest.fixture
def charged(inputs: FigureInputs) -> FigureInputs:
    """A TEU pays 900 USD by rail, 300 at sea, 300 for closed ports, and emits 1000 kg; a tonne of oil pays 40 USD."""
    inputs = dataclasses.replace(inputs, shipments=inputs.shipments.assign(net_tonnes=inputs.shipments["tonnes"]))
    landed = inputs.shipments[inputs.shipments["reported"] & inputs.shipments["landed"].notna()]
    lots = landed.groupby(landed["flow"].astype(str))[["teu", "net_tonnes"]].sum()
    rows = [
        (0, flow, component, "KZ", usd * teu, 0.8 * usd * teu, kg * teu)
        for flow, teu in lots["teu"].items()
        for component, usd, kg in (
            ("rail", 900.0, 700.0),
            ("sea", 300.0, 290.0),
            ("port", 0.0, 10.0),
            ("time:closure", 300.0, 0.0),
        )
    ]
    oil_t = lots.loc["F30", "net_tonnes"]
    rows.append((0, "F30", "rail", "KZ", 40.0 * oil_t, 0.0, 9.0 * oil_t))
    columns = ["replication", "flow", "component", "place", "usd", "usd_assumed", "kg_co2e"]
    return dataclasses.replace(inputs, costs=pd.DataFrame(rows, columns=columns))


def test_the_title_gives_the_cost_of_a_teu_and_the_share_of_standing_time(charged: FigureInputs) -> None:
    figure = cost_and_carbon(charged)
    assert title(figure) == "A TEU costs 1,500 USD (20% of it for time standing still) and emits 1,000 kg CO₂e"
    assert "80% of it rests on assumptions" in words(figure).replace("\n", " ")
    assert "F30" not in words(figure)  # oil has no TEU


def test_without_containers_a_tonne_is_the_measure(charged: FigureInputs) -> None:
    oil = charged.shipments[charged.shipments["flow"] == "F30"]
    costs = charged.costs[charged.costs["flow"] == "F30"]
    figure = cost_and_carbon(dataclasses.replace(charged, shipments=oil, costs=costs[costs["usd"] > 0]))
    assert title(figure).startswith("A tonne of goods costs 40 USD (0% of it")


def test_a_run_without_rates_says_so(inputs: FigureInputs) -> None:
    assert "No tariffs or emission factors in this run" in words(cost_and_carbon(inputs))
