"""The figure of borders gives each passing shipment its mean hours, by barrier, and names the costliest place."""

from __future__ import annotations

import dataclasses

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.plots.border_hours import BARRIERS, barrier_look, border_hours
from sim.plots.inputs import FigureInputs


def words(figure: Figure) -> str:
    return "\n".join(text.get_text() for text in figure.findobj(Text))


def widths(ax: Axes) -> dict[str, list[float]]:
    """Bar lengths of a panel by their words, one a row."""
    return {str(bars.get_label()): [bar.get_width() for bar in bars] for bars in ax.containers}


def test_bars_are_hours_of_a_shipment_that_passes(inputs: FigureInputs) -> None:
    figure = border_hours(inputs)
    containers, wagons = figure.axes
    # Altynkol, Poti, Batumi from east to west; 600 containers pass Altynkol, 30 of them are inspected
    assert [t.get_text() for t in containers.get_yticklabels()] == ["Altynkol", "Poti", "Batumi"]
    assert widths(containers) == {
        "documents": pytest.approx([2.0, 5.0, 0.0]),
        "inspection of the cargo": pytest.approx([0.5, 0.0, 0.0]),
        "handover between railways": pytest.approx([1.5, 0.0, 0.0]),
    }
    assert widths(wagons)["documents"] == pytest.approx([0.0, 0.0, 4.0])
    assert {"4.0 h", "600", "5.0 h", "300"} <= set(words(figure).splitlines())


def test_the_title_names_the_longest_bar_and_the_place_that_costs_most(inputs: FigureInputs) -> None:
    title = border_hours(inputs).texts[0].get_text().replace("\n", " ")
    assert title == (
        "Formalities take longest at Poti: 5.0 h of a container shipment, all of it documents. "
        "With the number that pass, Altynkol costs most: 4.0 h each"
    )


def test_wagons_alone_have_the_page_to_themselves(inputs: FigureInputs) -> None:
    alone = dataclasses.replace(inputs, delays=inputs.delays[inputs.delays["flow"] == "F21"])
    figure = border_hours(alone)
    assert len(figure.axes) == 1
    assert "4.0 h of a wagon group, all of it documents" in words(figure).replace("\n", " ")


def test_barriers_of_a_scenario_get_a_colour_of_their_own() -> None:
    look = barrier_look(["documents", "road_permit"])
    assert look["documents"] == BARRIERS["documents"]
    assert look["road_permit"][0] == "road permit"
    assert look["road_permit"][1] not in {colour for _, colour in BARRIERS.values()}


@pytest.mark.parametrize("cause", ["capacity", "none"])
def test_without_barriers_a_note_says_so(cause: str, inputs: FigureInputs) -> None:
    none = dataclasses.replace(inputs, delays=inputs.delays[inputs.delays["cause"] == cause])
    assert "No container or wagon met a barrier in this run." in words(border_hours(none))
