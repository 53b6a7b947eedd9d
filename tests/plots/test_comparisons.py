"""The figures of comparisons: a forest of differences, causes side by side, the worth of a package's parts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.plots.forest import VERDICTS, Difference, Forest, forest
from sim.plots.inputs import FigureInputs
from sim.report.estimate import Estimate
from sim.studies.compare.figure import CauseBars
from sim.studies.compare.figure import figure as compare_figure
from sim.studies.decompose.figure import figure as decompose_figure
from sim.studies.decompose.result import BaseRun, Decomposition, IndicatorWorth, PackagePart, PackageRun, PartWorth

NONE_SHOWN = "no difference shown at this precision"


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


def bars(figure: Figure) -> list[Any]:
    """The bar series of a figure's axes (one container each)."""
    return [box for box in figure.axes[0].containers if hasattr(box, "patches")]


@pytest.fixture
def data(inputs: FigureInputs) -> Forest:
    rows = [
        Difference("transit time P50", "papers", -0.2, 0.05, "better", "−2 ± 0.5 d on 10", True),
        Difference("transit time P50", "storms", 0.1, 0.02, "worse", "+1 ± 0.2 d on 10", True),
        Difference("TEU delivered", "papers", 0.01, 0.03, NONE_SHOWN, "+9 ± 27 TEU on 900", False),
    ]
    return Forest("baseline", "papers: transit time P50 −2 ± 0.5 d (better)", rows, inputs.label)


def test_a_mark_stands_at_its_difference_in_the_colour_of_its_verdict(data: Forest) -> None:
    ax = forest(data).axes[0]
    marks = [line for line in ax.lines if line.get_marker() in ("o", "s") and len(line.get_xdata())]
    assert sorted(float(m.get_xdata()[0]) for m in marks) == pytest.approx([-20, 1, 10])
    colours = {float(m.get_xdata()[0]): m.get_color() for m in marks}
    assert colours == {-20.0: VERDICTS["better"], 10.0: VERDICTS["worse"], 1.0: VERDICTS[""]}
    assert [text.get_fontweight() for text in ax.get_yticklabels()] == ["bold", "normal"]


def test_the_forest_names_scenarios_and_verdicts_that_occur(data: Forest) -> None:
    shown = words(forest(data))
    assert {"papers", "storms", "better", "worse", "no difference shown", "+9 ± 27 TEU on 900"} <= set(shown)
    one = words(forest(replace(data, differences=data.differences[:1])))
    assert not {"storms", "worse", "no difference shown"} & set(one)
    assert any("one replication" in text for text in words(forest(replace(data, differences=()))))


def test_causes_stand_side_by_side_and_add_up(inputs: FigureInputs) -> None:
    days = [("baseline", {"moving": 6.0, "barrier": 3.0, "vessel": 2.0}), ("papers", {"moving": 6.0, "vessel": 2.5})]
    figure = compare_figure(CauseBars("In papers a lot stands longest at the ferry", days, inputs.label))
    shown = words(figure)
    assert {"baseline", "papers", "11.0 d", "8.5 d", "formalities"} <= set(shown)
    assert "handling" not in shown  # nobody was handled
    ends = [bar.get_x() + bar.get_width() for bar in bars(figure)[-1].patches]
    assert ends == pytest.approx([11.0, 8.5])
    empty = compare_figure(CauseBars("Nothing", [("a", {})], inputs.label))
    assert "No shipment departed in the period." in words(empty)


def test_differences_stand_below_bars_that_look_alike(inputs: FigureInputs) -> None:
    """6 h less of formalities and 3 h more of waiting for a vessel on 11 d: not to be seen in the bars."""
    first = {"moving": 6.0, "barrier": 3.0, "vessel": 2.0}
    close = first | {"barrier": 2.75, "vessel": 2.125}
    drawn = compare_figure(CauseBars("Papers", [("baseline", first), ("papers", close)], inputs.label))
    assert len(drawn.axes) == 2
    below = {
        (round(bar.get_x(), 6), round(bar.get_width(), 6)) for box in drawn.axes[1].containers for bar in box.patches
    }
    assert below >= {(0.0, -6.0), (0.0, 3.0)}
    assert "−3.0 h" in words(drawn)
    assert "Hours of a shipment, difference from baseline" in words(drawn)
    apart = compare_figure(CauseBars("Papers", [("baseline", first), ("papers", {"moving": 6.0})], inputs.label))
    same = compare_figure(CauseBars("Papers", [("baseline", first), ("papers", dict(first))], inputs.label))
    assert len(apart.axes) == len(same.axes) == 1


def worth(part: str, mean: float, share: float | None) -> PartWorth:
    of = Estimate(mean, 0.1, 5)
    return PartWorth(part, of, of, of, share, 0.2, 0.22)


@pytest.fixture
def result() -> Decomposition:
    measure = IndicatorWorth(
        measure="transit_p50 of cargo TEU",
        scope="cargo TEU",
        words="transit time P50",
        unit="d",
        good="lower",
        base=Estimate(10.0, 0.1, 5),
        package=Estimate(8.5, 0.1, 5),
        total=Estimate(-1.5, 0.2, 5),
        interaction=Estimate(0.0, 0.1, 5),
        parts=(worth("BAR-01", -2.0, 4 / 3), worth("CAP-01", 0.5, -1 / 3)),
        indicator="transit time P50 of containers",
    )
    parts = (PackagePart("BAR-01", ("BAR-01",), ""), PackagePart("CAP-01", ("CAP-01", "CAP-02"), ""))
    return Decomposition(
        exact=False,
        orders=16,
        subsets=4,
        parts=parts,
        measures=(measure,),
        a=BaseRun("base", "Base", "0"),
        b=PackageRun("package", "Package", "", "1"),
        not_arrived=(),
        by="intervention",
        replications=5,
        seed=1,
        left_out=(),
        runs=(),
    )


def test_each_part_has_three_bars(result: Decomposition, inputs: FigureInputs) -> None:
    figure = decompose_figure(result, inputs.label)
    widths = [[patch.get_width() for patch in series.patches] for series in bars(figure)]
    assert widths == [pytest.approx([-2.0, 0.5])] * 3
    shown = " ".join(words(figure))
    assert "−1.5 ± 0.2 days in all, the largest part of it BAR-01 (133%)" in shown.replace("\n", " ")
    assert "CAP-01 (2)" in shown  # two interventions in one part
    assert "16 orders" in shown.replace("\n", " ")


def test_no_part_is_named_where_the_whole_shows_nothing(result: Decomposition, inputs: FigureInputs) -> None:
    (measure,) = result.measures
    open_ = replace(result, measures=(replace(measure, total=Estimate(-1.5, 2.0, 5)),))
    assert "no difference of the whole package shown" in " ".join(words(decompose_figure(open_, inputs.label)))
