"""A ranking as plain data, from effects that are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from sim.indicators import Measure
from sim.record import fields_of
from sim.report.stranded import Stranded
from sim.studies.rank.page import page
from sim.studies.rank.ranking import Order, RankBase, Ranking, UnrankedCandidate
from sim.studies.rank.result import among, chances_of, hold_together, order, ranking_rows

DAYS = Measure("transit_p50", "corridor")


def shown(found: Order, **more) -> str:
    """The page of a ranking."""
    facts = {
        "indicator": "transit time P50 of all shipments",
        "inputs": "fixed",
        "not_arrived": (),
        "base": RankBase("base", "Today", "0"),
        "seed": 1,
        "since": None,
        "first_stage": 5,
        "replications": 5,
        "stopped": "",
        "left_out": (),
    }
    return page(Ranking(**(fields_of(found) | facts | more))).text(200)


@dataclass(frozen=True)
class Thing:
    name: str
    cost_musd: float | None
    title: str = "something"
    kind: str = "capacity"
    members: tuple[str, ...] = ()
    cost_year: int | None = 2024
    cost_given: bool = False
    unpriced: tuple[str, ...] = ()
    grade: str = "claimed"


def around(mean: float, spread: float = 0.1) -> np.ndarray:
    """Five values with exactly this mean and a standard deviation of about ``spread``."""
    return mean + spread * np.array([-1.2, -0.5, 0.0, 0.5, 1.2])


def rank_of(entries, measure=DAYS, **options):
    return order(measure, "d", entries, 0.95, 1, **options)


def test_less_is_gain_where_less_is_better() -> None:
    entries = [(Thing("dear", 100), around(-2)), (Thing("cheap", 10), around(-1)), (Thing("harm", 1), around(3))]
    found = rank_of(entries)
    assert [row.candidate for row in found.ranked] == ["cheap", "dear", "harm"]
    assert [row.gain_per_musd.mean for row in found.ranked] == pytest.approx([0.1, 0.02, -3.0])
    assert found.known
    volume = rank_of(entries, Measure("volume_teu", "corridor"))
    assert [row.candidate for row in volume.ranked] == ["harm", "dear", "cheap"]


def test_doing_nothing_wins_ties_and_beats_what_does_harm() -> None:
    assert chances_of([np.zeros(5)], 1) == [0.0, 1.0]
    found = rank_of([(Thing("idle", 5), np.zeros(5)), (Thing("harm", 5), around(2))])
    assert found.nothing_best == pytest.approx(1.0, abs=0.001)
    assert "No candidate with a cost does any good" in shown(found)
    assert "none does any good: probability > 99 %" in shown(found)
    doubtful = rank_of([(Thing("maybe", 5), around(0.1, 1.0))])
    text = shown(doubtful)
    assert "No candidate is shown to do any good at this precision: that none does has probability" in text
    assert "doing nothing" not in text.split("\n\n")[0]


def test_lots_that_never_land_leave_a_candidate_unranked() -> None:
    stuck = np.array([-1.0, -1.0, np.inf, -1.0, -1.0])
    found = rank_of(
        [(Thing("stuck", 5), stuck), (Thing("good", 5), around(-1)), (Thing("other", 5), around(-0.5))],
        conflicts={frozenset({0, 1}), frozenset({1, 2})},
        budget_musd=10,
    )
    assert [row.candidate for row in found.ranked] == ["good", "other"]
    why = "not reached: too many shipments have not arrived"
    assert found.not_finite == (UnrankedCandidate("stuck", "something", why),)
    assert "stuck something: not reached" in shown(found, budget=None)
    assert found.budget.members == ("good",)  # 'other' bars it, though both are within the budget
    assert among([frozenset({0, 1}), frozenset({1, 2})], [1, 2]) == {frozenset({0, 1})}


def test_a_replication_without_such_cargo_is_left_out_of_the_pairs_alone() -> None:
    """The candidate that lacks it in one of six is ranked by the other five, as if it had never been."""
    own, other = around(-1), around(-0.2)
    with_gap = np.array([*own[:2], np.nan, *own[2:]])
    found = rank_of([(Thing("gap", 5), with_gap), (Thing("other", 5), np.append(other, -0.2))])
    row = next(row for row in found.ranked if row.candidate == "gap")
    assert row.effect.mean == pytest.approx(-1)
    assert row.effect.n == 5
    alone = rank_of([(Thing("x", 5), own)]).ranked[0]
    assert row.effect.half_width == pytest.approx(alone.effect.half_width)
    assert found.ranked[0].candidate == "gap"
    nothing = rank_of([(Thing("none", 5), np.full(5, np.nan)), (Thing("other", 5), other)])
    assert nothing.not_finite[0].why == "no such cargo, or in one replication only"


def test_candidates_without_a_cost_are_ranked_by_effect() -> None:
    entries = [(Thing("small", None), around(-1)), (Thing("large", None), around(-4)), (Thing("harm", None), around(2))]
    found = rank_of(entries)
    assert [row.candidate for row in found.cost_unknown] == ["large", "small", "harm"]
    assert sum(row.most for row in found.cost_unknown) == pytest.approx(1)
    text = shown(found)
    assert "no candidate has a cost; large (something) has the largest effect: probability > 99 %" in text
    close = rank_of([(Thing("a", None), around(-1, 0.5)), (Thing("b", None), around(-1, 0.5)[::-1])])
    assert "no candidate has a cost; the largest effect is not known: " in shown(close)
    none = rank_of([(Thing("a", None), around(0.1, 1))])
    assert "none is shown to do any good" in shown(none)


def test_what_was_left_out_is_shown_with_flow_replication_and_place() -> None:
    def left(candidate: str, flow: str, replication: int, shipments: int, of: int) -> Stranded:
        return Stranded(candidate, flow, replication, shipments, "Aktau", "vessel", of)

    rows = [
        left("", "F09", 3, 1, 17),
        left("", "F09", 16, 1, 17),
        left("same", "F09", 3, 1, 5),
        left("all", "F09", 3, 1, 17),
        left("all", "F09", 16, 1, 17),
        left("more", "F09", 3, 2, 5),
        left("more", "F10", 4, 1, 5),
    ]
    text = shown(rank_of([(Thing("same", 5), around(-1))]), not_arrived=rows)
    assert "base: F09: 2 shipments in replications 3, 16, most at Aktau, waiting for a vessel" in text
    assert "the same as in the base: same, all" in text
    assert (
        "more: F09: 2 shipments in replication 3, most at Aktau, waiting for a vessel; F10: 1 shipment in "
        "replication 4, at Aktau, waiting for a vessel"
    ) in text


def test_a_cost_that_is_not_known_ranks_nowhere() -> None:
    found = rank_of(
        [
            (Thing("a", 10), around(-1)),
            (Thing("free_looking", None, unpriced=("x",)), around(-4)),
            (Thing("useless", None, unpriced=("y",)), around(1)),
        ]
    )
    assert [row.candidate for row in found.ranked] == ["a"]
    worth = {row.candidate: row.worth_musd for row in found.cost_unknown}
    assert worth["free_looking"] == pytest.approx(40)  # four times the gain of 'a', which costs 10
    assert worth["useless"] is None
    rows = {row["candidate"]: row["rank"] for row in ranking_rows(found)}
    assert rows == {"a": 1, "free_looking": None, "useless": None}
    nothing = rank_of([(Thing("b", None, unpriced=("b",)), around(-4))], budget_musd=5)
    assert nothing.ranked == ()
    assert "Nothing can be ranked" in shown(nothing)


def test_the_package_is_best_in_total_not_per_usd() -> None:
    """Per USD 'small' leads, but with it the budget has no room for 'large'."""
    found = rank_of([(Thing("small", 2), around(-1)), (Thing("large", 9), around(-4))], budget_musd=10)
    assert found.ranked[0].candidate == "small"
    assert found.budget.members == ("large",)
    assert found.budget.chance > 0.99
    assert found.budget.included == {"large": 1.0}


def test_what_the_members_do_together_beyond_their_sum() -> None:
    found = hold_together(around(-5), {"a": around(-1), "b": around(-2)})
    assert (found.sum.mean, found.together.mean) == pytest.approx((-3, -5))
    assert found.beyond.mean == pytest.approx(-2)
