"""Overrides as a program gives them: a mapping, texts, or one text; anything else is one clear line."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.errors import InputError
from sim.scenario.load import load_scenario
from sim.scenario.overrides import override_texts, read_override


def test_a_mapping_means_what_its_values_are():
    given = {
        "fleets.feeders.count": 3,
        "a.b.share": np.float64(0.5),
        "a.b.n": np.int64(2),
        "a.b.x": None,
        "a.b.y": True,
        "title": "Ships: a third",
        "a.b.duration": "30 min",
        "period.start": date(2024, 3, 1),
        "a.b.dated": [{"value": 2}, {"from": date(2024, 3, 1), "value": 3}],
    }
    changes = [read_override(text) for text in override_texts(given)]
    values = [change.value for change in changes if hasattr(change, "value")]
    assert values == [3, 0.5, 2, None, True, "30 min", [{"value": 2}, {"from": date(2024, 3, 1), "value": 3}]]
    assert load_scenario("tutorial", {"title": "Ships: a third"}).title == "Ships: a third"


def test_one_text_is_one_override():
    assert override_texts("seed=4") == ("seed=4",)
    assert load_scenario("tutorial", "seed=4").seed == 4
    with pytest.raises(InputError) as caught:
        load_scenario("tutorial", "a=b")
    assert len(caught.value.problems) == 1


@pytest.mark.parametrize("wrong", [3, [3], [("a", 1)], object()])
def test_other_types_are_refused_in_one_line(wrong):
    with pytest.raises(InputError, match=r"^overrides: .* write {'fleets.feeders.count': 3} or "):
        load_scenario("tutorial", wrong)


@pytest.mark.parametrize("wrong", [None, 5, ["tutorial"], True])
def test_a_name_that_is_no_text_is_refused_in_one_line(wrong):
    with pytest.raises(InputError, match="is not a scenario; give its name"):
        load_scenario(wrong)


def test_names_in_place_of_runs_and_worlds_are_one_line_with_the_way():
    import sim

    with pytest.raises(InputError, match=r"^'a' is not a run; sim\.compare_scenarios"):
        sim.compare("a", "b")
    with pytest.raises(InputError, match=r"^'tutorial' is a name; resolve it first: sim\.explain"):
        sim.explain("tutorial", "fleets.feeders.count")


@pytest.mark.parametrize("day", ["1899-12-31", "9999-12-31"])
def test_a_day_of_an_intervention_lies_within_the_centuries_that_are_simulated(day: str) -> None:
    with pytest.raises(InputError, match=f"interventions.CAP-01: {day} is out of range; allowed: 1900-01-01 to"):
        read_override(f"interventions.CAP-01={day}")
