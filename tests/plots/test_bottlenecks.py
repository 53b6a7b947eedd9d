"""The figures of bottlenecks: the effect of one more unit, and the search for the capacity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.plots.inputs import FigureInputs
from sim.report.estimate import Estimate
from sim.studies.bottleneck.figure import COLOURS
from sim.studies.bottleneck.figure import figure as bottleneck_figure
from sim.studies.bottleneck.page import page
from sim.studies.bottleneck.result import Bottlenecks, RankedUnit
from sim.studies.capacity.figure import figure as capacity_figure
from sim.studies.capacity.result import Binding, Capacity, CargoGrowth, Point, Relief


def words(figure: Figure) -> list[str]:
    return [text.get_text().replace("\n", " ") for text in figure.findobj(Text)]


def row(name: str, mean: float | None, half: float | None, verdict: str) -> RankedUnit:
    return RankedUnit(
        name=name,
        kind="fleet",
        title=name.replace("_", " "),
        key=f"fleets.{name}.count",
        now=2.0,
        step=1.0,
        unit="ships",
        shipments_wait_h=1.0,
        queue_h=1.0,
        used=0.5,
        run_id="1",
        effect=Estimate(mean, half, 5),
        relative=None,
        p_value=None,
        p_adjusted=None,
        verdict=verdict,
        others={},
    )


def ranked(*rows: RankedUnit) -> Bottlenecks:
    return Bottlenecks(
        measure="transit_mean of corridor",
        words="mean transit time",
        scope="corridor",
        unit="d",
        good="lower",
        base=Estimate(9.0, 1.0, 2),
        other_units={},
        rows=rows,
        indicator="mean transit time of all shipments",
        scenario="today",
        title="Today",
        run_id="0",
        seed=1,
        replications=2,
        candidates=20,
        waits_of=(),
        not_arrived=(),
    )


def test_a_bar_is_as_long_as_the_effect_in_the_colour_of_its_verdict(inputs: FigureInputs) -> None:
    result = ranked(
        row("big_ferry", -0.5, 0.1, "helps"),
        row("berth", -0.1, 0.3, "no effect shown"),
        row("crane", 0.2, 0.1, "harms"),
        row("late", None, None, "not reached"),
    )
    figure = bottleneck_figure(result, inputs.label)
    bars = [box.patches[0] for box in figure.axes[0].containers if hasattr(box, "patches")]
    assert [bar.get_width() for bar in bars] == pytest.approx([-0.5, -0.1, 0.2])
    shown = words(figure)
    assert any("One more unit of big ferry helps most" in text and "0.5 ± 0.1 days" in text for text in shown)
    assert any("4 of 20 were tried" in text for text in shown)
    assert len(COLOURS) == 2


def test_what_is_not_shown_is_not_said_to_help(inputs: FigureInputs) -> None:
    shown = words(bottleneck_figure(ranked(row("ferry", -0.5, 0.9, "no effect shown")), inputs.label))
    said = [text.replace("\n", " ") for text in shown]
    assert "One more unit of no single thing is shown to help the mean transit time of all shipments" in said
    unfinished = words(bottleneck_figure(ranked(row("ferry", None, None, "not reached")), inputs.label))
    assert "Mean transit time of all shipments: nothing to rank" in unfinished


def test_cargo_that_waits_for_nothing_is_said_to(inputs: FigureInputs) -> None:
    result = replace(ranked(), scope="F03", waits_of=("F03",))
    nothing = "F03 waits for nothing that could be one unit larger"
    assert any(nothing in text for text in words(bottleneck_figure(result, inputs.label)))
    assert nothing in page(result).text(200)


def test_the_search_is_drawn_with_its_bracket(inputs: FigureInputs) -> None:
    def point(multiple: float, share: float) -> Point:
        verdict = "grows" if share > 0.03 else "not shown"
        growth = CargoGrowth("TEU", Estimate(100 * share, 2.0, 8), 100.0, share, 1.0, verdict)
        return Point(multiple, verdict, "0", (growth,))

    ships = Relief("ships", "fleet", "Ships", "fleets.ships.count", 1.0, "ships", Estimate(-3.0, 1.0, 8), 0.01)
    result = Capacity(
        scenario="today",
        title="Today",
        freeze_at=date(2025, 1, 1),
        years=2,
        tolerance=0.01,
        precision=0.02,
        seed=1,
        replications=8,
        flows=("F01",),
        multiple=1.5,
        above=2,
        undecided=(1.6, 1.6),
        least=1 / 16,
        most=16.0,
        demand={"TEU": 100.0},
        binding=Binding("TEU", 3, (), (ships,)),
        points=(point(1, 0.0), point(1.5, 0.005), point(1.6, 0.02), point(2, 0.2)),
    )
    figure = capacity_figure(result, inputs.label)
    line = figure.axes[0].lines[0]
    assert list(line.get_xdata()) == [1, 1.5, 1.6, 2]
    assert list(line.get_ydata()) == pytest.approx([0, 0.5, 2, 20])
    shown = " ".join(words(figure))
    assert "Capacity lies between 1.50 x the demand, where the backlog is steady, and 2.00 x, where it grows" in shown
    assert "At 2.00 x it grows by 20 ± 2 TEU a year, 1 are allowed" in shown
    assert "What binds: Ships; one more unit takes 3 ± 1 TEU a year off the growth" in shown
