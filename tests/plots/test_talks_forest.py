"""The picture of the talks: every row has its mark or arrow, its words, and its talk's name above."""

from __future__ import annotations

import numpy as np
import pytest

from sim.plots.style import BLUE, VERMILLION
from sim.studies.talks.figure import EDGE, TalkRow, TalksForest
from sim.studies.talks.figure import figure as talks_figure


def row(scenario: str, difference: float | None, verdict: str = "better", talk: str = "A and B, 2023") -> TalkRow:
    return TalkRow(talk, scenario, "base", "transit time P50 of containers", difference, 0.05, verdict, f"{scenario} d")


@pytest.fixture
def figure():
    rows = [
        row("inside", -0.2),
        row("beyond", EDGE + 0.5, "worse"),
        row("no_share", None, "neutral"),
        row("other", 0.1, "worse", "C and D, 2026"),
    ]
    return talks_figure(TalksForest("A finding", rows, ["c0ffee", "c0ffee", "beef00"], "seed 7"))


def test_a_mark_for_each_share_and_an_arrow_beyond_the_edge(figure) -> None:
    ax = figure.axes[0]
    marks = [line for line in ax.lines if line.get_marker() in ("o", "s", ">", "<")]
    drawn = {float(np.asarray(line.get_xdata())[0]): line for line in marks}
    assert sorted(drawn) == pytest.approx([-20, 10, 100 * EDGE])  # per cent of the base; without a share, no mark
    assert drawn[100 * EDGE].get_marker() == ">"
    assert [drawn[x].get_color() for x in sorted(drawn)] == [BLUE, VERMILLION, VERMILLION]


def test_every_row_and_talk_is_named(figure) -> None:
    ax = figure.axes[0]
    texts = [text.get_text() for text in ax.texts]
    assert [t for t in texts if t.endswith("(against: base)")] == [
        f"{name} d  (against: base)" for name in ("inside", "beyond", "no_share", "other")
    ]
    assert [t for t in texts if " and " in t] == ["A and B, 2023", "C and D, 2026"]
    assert [t.get_text() for t in ax.get_yticklabels()] == [
        f"{name} · transit time P50 of containers" for name in ("inside", "beyond", "no_share", "other")
    ]
    heights = [text.get_position()[1] for text in ax.texts if " and " in text.get_text()]
    assert heights[0] < ax.get_yticks()[0] < ax.get_yticks()[2] < heights[1] < ax.get_yticks()[3]


def test_the_foot_names_each_comparison_once(figure) -> None:
    foot = next(text.get_text() for text in figure.texts if "Comparisons" in text.get_text())
    assert foot == "Comparisons c0ffee, beef00 · seed 7"
