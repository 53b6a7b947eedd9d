"""Sliders come from the data: any scenario has those of its own network, and each stands where the scenario does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sim.network.world import World, resolve
from sim.scenario.load import load_scenario
from sim.scenario.overrides import read_override
from sim.serve import words
from sim.serve.control import Control
from sim.serve.controls import FAMILIES, controls
from sim.serve.moved import moved

PAGE = Path(words.__file__).parent / "page"


@pytest.fixture(scope="module", params=["tutorial", "barriers_and_capacity"])
def world(request: pytest.FixtureRequest) -> World:
    return resolve(load_scenario(request.param))


@pytest.fixture(scope="module")
def known(world: World) -> dict[str, Control]:
    return controls(world)


def test_each_stands_where_the_scenario_does(world: World, known: dict[str, Control]) -> None:
    assert moved(world, known, {key: one.at for key, one in known.items()}).values == {}
    for one in known.values():
        if one.kind != "use":
            assert one.low <= float(one.at) <= one.high
            assert one.low < one.high
            steps = (float(one.at) - one.low) / one.step
            assert steps == pytest.approx(round(steps), abs=1e-6), f"{one.key}: a slider could not stand there"


def test_both_ends_are_overrides_that_the_door_reads(world: World, known: dict[str, Control]) -> None:
    ends = {
        key: ("2030-01-31" if one.kind == "use" else end) for key, one in known.items() for end in (one.low, one.high)
    }
    change = moved(world, known, ends)
    assert len(change.texts) == len(change.values) > 0
    for text in change.texts:
        read_override(text)
    for end in ("low", "high") if len(known) < 100 else ("high",):  # and rows take them
        few = {key: getattr(one, end) for key, one in known.items() if one.kind != "use"}
        resolve(load_scenario(world.scenario.path, moved(world, known, few).texts))


def test_titles_tell_sliders_of_a_group_apart(known: dict[str, Control]) -> None:
    told = [(one.group, one.title) for one in known.values()]
    assert len(set(told)) == len(told)
    for one in known.values():
        assert one.title
        assert one.grade
        assert "_" not in one.title.split(" (")[0]


def test_every_row_with_a_field_of_a_family_has_its_slider(world: World, known: dict[str, Control]) -> None:
    for family in FAMILIES:
        if family.table in ("fleets", "facilities", "weather", "barriers"):
            rows = [id_ for id_, row in world.raw.tables[family.table].items() if family.fits(id_, row.value)]
            assert {f"{family.table}.{id_}.{family.field}" for id_ in rows} <= known.keys()


def test_dates_of_a_value_stay_when_it_is_moved() -> None:
    world = resolve(load_scenario("baseline_2024"))
    known = controls(world)
    dated = next(one for one in known.values() if one.kind == "more" and one.group == "ships")
    [text] = moved(world, known, {dated.key: 1}).texts
    assert text == f"{dated.key}={{add: 1}}"


def test_all_words_of_the_page_are_in_one_place() -> None:
    script, html = ((PAGE / name).read_text(encoding="utf-8") for name in ("page.js", "page.html.jinja"))
    said = set(re.findall(r'say\("(\w+)"', script)) | set(re.findall(r'open\("(\w+)",[^)]*"(\w+)"\)', script)[0])
    said |= set(re.findall(r"words\.(\w+)", html))
    assert said <= words.WORDS.keys()
    assert {f"group_{family.group}" for family in FAMILIES} <= words.WORDS.keys()
    bare = re.sub(r"\{\{.*?\}\}", "", re.sub(r"<[^>]*>", " ", html))
    assert re.findall(r"[A-Za-z]{2,}", bare) == []
    for text in re.findall(r'(?:text|textContent)[:=] ?"([^"]*)"', script):
        assert text == ""


def test_the_page_asks_nobody_else() -> None:
    for path in PAGE.iterdir():
        text = path.read_text(encoding="utf-8")
        found = re.findall(r"(?:https?:)?//[a-z][\w.-]+\.\w+", re.sub(r"(?m)^\s*//.*$", "", text))
        assert found in ([], ["http://www.w3.org"]), path.name
        assert "innerHTML" not in text
        assert " style=" not in text
        assert "eval(" not in text
