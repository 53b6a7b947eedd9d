"""Ranges that stand somewhere, interventions that are switched, storms of another seed: as overrides."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.model.build import build
from sim.model.draws import Drawn
from sim.model.patching import Patcher
from sim.network.levels import at_level, quantile
from sim.network.uncertain import Uncertain
from sim.network.world import World, resolve
from sim.runs.sampled_inputs import Worlds
from sim.scenario.load import load_scenario

CATALOGUE = """\
FAST:
  title: A faster gauge change
  kind: capacity
  from: 2024-01-15
  source: made up
  grade: assumption
  changes: [{key: facilities.border_gantries.capacity, add: 2}]
SHIP:
  title: One more ship
  kind: service
  from: 2024-02-01
  source: made up
  grade: assumption
  changes: [{key: fleets.feeders.count, add: 1}]
"""


def world(*overrides: str, name: str | Path = "tutorial") -> World:
    return resolve(load_scenario(name, overrides))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    (folder / "interventions.yaml").write_text(CATALOGUE, encoding="utf-8")
    path = folder / "mine.yaml"
    path.write_text("schema_version: 1\ntitle: Mine\nextends: tutorial\ninterventions: [FAST]\n", encoding="utf-8")
    return path


def test_a_range_stands_at_its_ends_its_middle_and_as_it_is() -> None:
    one = Uncertain("a.b.c", "scale", 0.5, 2.0, "uniform", "s", "x", "assumption", "f", 1)
    assert [at_level(one, at) for at in ("low", 0, 0.5, 1, "high", "base")] == [0.5, 0.5, 1.25, 2.0, 2.0, 1.0]
    added = Uncertain("a.b.c", "add", -3.0, 1.0, "triangular", "s", "x", "assumption", "f", 1)
    assert at_level(added, "base") == 0.0
    assert quantile(0.0, 0.5, 2.0) == 0.5


@pytest.mark.parametrize(
    "overrides", [["ranges.papers=0.9"], ["ranges.crane_rate=low", "fleets.feeders.count=3"], ["ranges.storm_shares=1"]]
)
def test_a_range_that_is_patched_is_the_world_resolved_anew(overrides: list[str]) -> None:
    base = world("processes.border_gauge_change.duration={scale: 2}")
    patch = Patcher(base).patched(overrides)
    assert patch.model is not None, patch.reason
    whole = world("processes.border_gauge_change.duration={scale: 2}", *overrides)
    assert patch.model.world.canonical() == whole.canonical()
    a, b = patch.model.draw(0, like=Drawn.of(build(base), 0)), build(whole).draw(0)
    for name in ("timeline_s", "timeline_capacity"):
        assert np.array_equal(getattr(a, name), getattr(b, name))


def test_a_range_changes_the_data_first_as_a_sample_does() -> None:
    scenario = load_scenario("tutorial", ["processes.border_documents.duration=5 h"])
    drawn = Worlds(scenario, "sampled").ranges
    assert any(one.stream == "papers" for one in drawn)
    set_after = world("ranges.papers=high", "processes.border_documents.duration=5 h")
    assert set_after.processes["border_documents"].duration.steps[0].value.mean_s == 5 * 3600
    scaled = world("ranges.papers=high").processes["border_documents"].duration.steps[0].value
    plain = world().processes["border_documents"].duration.steps[0].value
    assert scaled.mean_s == pytest.approx(2 * plain.mean_s)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ranges.paper=0.5", "no parameter has a range of that name; nearest: 'papers'"),
        ("ranges.papers=1.2", "allowed: 0 \\(its lowest\\) to 1 \\(its highest\\), or low, base, high"),
        ("ranges.papers=true", "allowed: 0"),
        ("interventions.FASTER=on", "'FASTER' is not in interventions.yaml"),
        ("interventions.FAST=perhaps", "allowed: on, off, a date"),
    ],
)
def test_what_cannot_be_is_refused(own: Path, text: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        world(text, name=own)


def test_interventions_are_switched_on_off_and_to_a_day(own: Path) -> None:
    def gantries(*overrides: str) -> list[tuple[date | None, int]]:
        steps = world(*overrides, name=own).facilities["border_gantries"].capacity.steps
        return [(s.since, s.value) for s in steps]

    as_it_is = gantries()
    assert as_it_is == [(None, 2), (date(2024, 1, 15), 4)]
    assert gantries("interventions.FAST=on") == as_it_is
    assert gantries("interventions.FAST=off") == [(None, 2)]
    assert gantries("interventions.FAST=2024-02-10") == [(None, 2), (date(2024, 2, 10), 4)]
    assert gantries("interventions.FAST=2024-02-10", "interventions.FAST=off") == [(None, 2)]
    added = world("interventions.SHIP=on", name=own)
    assert [s.value for s in added.fleets["feeders"].count.steps] == [2, 3]
    assert {use.id for use in added.scenario.interventions} == {"FAST", "SHIP"}
    assert added.scenario.base_year is None


def test_storms_of_another_seed_are_other_storms_and_all_else_is_equal() -> None:
    plain, other = build(world()), build(world("weather.storms.seed=5"))
    a, b = plain.draw(0), other.draw(0)
    assert not np.array_equal(a.timeline_s, b.timeline_s)
    assert a.n_lot == b.n_lot
    again = Patcher(world()).patched(["weather.storms.seed=5"])
    assert again.model is not None, again.reason
    assert np.array_equal(again.model.draw(0, like=Drawn.of(plain, 0)).timeline_s, b.timeline_s)
    assert np.array_equal(build(world("weather.storms.seed=0")).draw(0).timeline_s, a.timeline_s)


def test_a_range_that_stands_is_not_drawn_too() -> None:
    with pytest.raises(InputError, match="leave out --inputs sampled"):
        Worlds(load_scenario("tutorial", ["ranges.papers=0.5"]), "sampled")
