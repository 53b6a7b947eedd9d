"""The figure of a ranking: bars as long as the gains, probabilities in words, costs that are marked as given."""

from __future__ import annotations

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from sim.plots.inputs import FigureInputs
from sim.report.estimate import Estimate
from sim.studies.rank.figure import figure as rank_figure
from sim.studies.rank.ranking import PricedCandidate, RankBase, Ranking


def row(name: str, cost: float, gain: float, best: float, given: bool = False) -> PricedCandidate:
    return PricedCandidate(
        candidate=name,
        title=f"Title of {name}",
        kind="capacity",
        members=(name,),
        grade="claimed",
        cost_musd=cost,
        cost_year=2024,
        cost_given=given,
        replications=5,
        effect=Estimate(-gain * cost, abs(gain) / 2, 5),
        gain_per_musd=Estimate(gain, abs(gain) / 2, 5),
        helps=0.5,
        best=best,
    )


def result(*rows: PricedCandidate, known: bool = True) -> Ranking:
    return Ranking(
        measure="transit_p50 of cargo TEU",
        words="transit time P50",
        scope="cargo TEU",
        unit="d",
        good="lower",
        confidence=0.95,
        ranked=rows,
        nothing_best=1 - sum(r.best for r in rows),
        known=known,
        cost_unknown=(),
        not_finite=(),
        budget=None,
        indicator="transit time P50 of containers",
        inputs="fixed",
        not_arrived=(),
        base=RankBase("base", "Today", "0"),
        seed=1,
        since=None,
        first_stage=5,
        replications=5,
        stopped="",
        left_out=(),
    )


def words(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.findobj(Text)]


def test_bars_are_as_long_as_gains_and_chances(inputs: FigureInputs) -> None:
    figure = rank_figure(result(row("A", 38, 0.02, 0.96), row("B", 1994, 0.001, 0.03, True)), inputs.label)
    gains, chances = figure.axes
    assert [bar.get_width() for bar in gains.patches] == pytest.approx([0.02, 0.001])
    assert [bar.get_width() for bar in chances.patches] == pytest.approx([96, 3])
    assert {"96 %", "3 %", "Gain per million USD, days"} <= set(words(figure))
    assert any("B: 1,994 million USD*" in text for text in words(figure))
    assert any("A (Title of A) gains most per USD" in text for text in words(figure))


def test_the_title_says_what_is_not_known(inputs: FigureInputs) -> None:
    close = rank_figure(result(row("A", 1, 0.2, 0.55), row("B", 1, 0.19, 0.45), known=False), inputs.label)
    assert any(
        "not known at this precision: A (Title of A) 55 % and B (Title of B) 45 %" in text
        for text in [" ".join(words(close)).replace("\n", " ")]
    )
    harm = rank_figure(result(row("A", 1, -0.2, 0.0), known=False), inputs.label)
    assert any("No candidate with a cost does any good" in text for text in words(harm))
    doubt = rank_figure(result(row("A", 1, 0.2, 0.3), known=False), inputs.label)
    said = " ".join(words(doubt)).replace("\n", " ")
    assert "that none does has probability 70 %, A (Title of A) 30 %" in said
    assert "doing nothing" not in said
    assert any("Nothing to rank" in text for text in words(rank_figure(result(), inputs.label)))


def test_a_long_list_is_cut_and_says_so(inputs: FigureInputs) -> None:
    rows = [row(f"C{k}", 10, 1 / (k + 1), 0.9 if k == 0 else 0.005) for k in range(15)]
    figure = rank_figure(result(*rows), inputs.label)
    assert len(figure.axes[0].patches) == 12
    assert any("3 more are not" in text.replace("\n", " ") for text in words(figure))
