"""The ways between two places: by hand on the small line, and on the corridor what differs."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

import pytest
from typer.testing import CliRunner, Result

from sim.cli import app, completion
from sim.errors import InputError
from sim.guide.ways import find_ways
from sim.network.charges import fare
from sim.network.graph import Leg
from sim.network.world import World, resolve
from sim.scenario.load import load_scenario


@pytest.fixture(scope="module")
def corridor() -> World:
    return resolve(load_scenario("baseline_2024"))


@pytest.fixture(scope="module")
def tutorial() -> World:
    return resolve(load_scenario("tutorial"))


def command(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_the_small_line_by_hand(tutorial: World) -> None:
    """500 km at 40, 400 at 35, 530 of sea at 22, 320 at 40 km/h; 30 boxes of 3 minutes at each of two ports."""
    (way,) = find_ways(tutorial, "inland", "market").ways
    assert way.nodes == ("inland", "border", "east_port", "west_port", "market")
    assert way.km == 1750
    assert way.moving_h == pytest.approx(500 / 40 + 400 / 35 + 530 / 22 + 320 / 40)
    rows = tutorial.processes
    at_border = [rows[name] for name in ("border_documents", "border_gauge_change", "east_reception")]
    dwell = [rows[name] for name in ("east_dwell", "west_dwell")]
    means = {name: row.duration.at(date(2024, 3, 31)).mean_s / 3600 for name, row in rows.items() if row.duration}
    boxes = 30 * 3 / 60 * 2
    assert way.formalities_h == pytest.approx(means["border_documents"])
    worked = sum(means[name] for name, row in rows.items() if row in (*at_border, *dwell)) - way.formalities_h
    assert way.handling_h == pytest.approx(worked + boxes)
    assert way.free_h == pytest.approx(way.moving_h + way.handling_h + way.formalities_h)
    assert [one.countries for one in way.borders] == [("CN", "KZ"), ("KZ", "AZ")]
    assert (way.usd, way.kg_co2e) == (None, None), "nothing has a price there"
    assert way.flows == ("W1",)


def test_ways_to_bulgaria_differ_in_borders_and_seas_and_cost_what_a_flow_pays(corridor: World) -> None:
    found = find_ways(corridor, "almaty", "Plovdiv", most=20)
    seas = [way.services for way in found.ways]
    assert len({(way.services, way.borders) for way in found.ways}) == len(found.ways) >= 4
    assert any("Burgas" in " ".join(one) for one in seas)
    assert any("Varna" in " ".join(one) for one in seas)
    assert any("Kapikule" in way.via for way in found.ways), "the railway by Kars is open at the end of 2024"
    assert [way.free_h for way in found.ways] == sorted(way.free_h for way in found.ways)
    assert find_ways(corridor, "almaty", "plovdiv", most=2).ways == found.ways[:2]
    day, flow = date(2024, 12, 31), corridor.flows[found.priced_as]
    for way in found.ways:
        modes = [corridor.links[link].mode for link in way.links]
        legs = [Leg(*one) for one in zip(way.links, way.nodes, way.nodes[1:], modes, strict=False)]
        usd, _ = fare(corridor, flow, legs, day)
        assert way.usd == pytest.approx(usd / flow.lot)
        assert way.kg_co2e
        assert way.kg_co2e > 500
    before = find_ways(corridor, "almaty", "plovdiv", day=date(2024, 1, 1), most=20)
    assert not any("Kapikule" in way.via for way in before.ways)


@pytest.mark.parametrize(
    ("ends", "more", "message"),
    [
        (("almaty", "plovdv"), {}, "no place 'plovdv'; nearest: 'plovdiv'"),
        (("almatty", "plovdv"), {}, "no place 'almatty'; nearest: 'almaty'"),
        (("Aktau", "aktau_port"), {}, "same place"),
        (("almaty", "poti"), {"cargo": "trucks"}, "no flow carries 'trucks'; allowed: TEU"),
        (("almaty", "poti"), {"cargo": "truck"}, "no way from .* by .* for truck"),
    ],
)
def test_what_cannot_be_answered_is_named(corridor: World, ends, more, message) -> None:
    with pytest.raises(InputError, match=message):
        find_ways(corridor, *ends, **more)


def test_where_a_link_opens_later_its_day_is_named() -> None:
    opens = "links.crossing.in_service=[{value: false}, {from: 2024-02-01, value: true}]"
    world = resolve(load_scenario("tutorial", [opens]))
    with pytest.raises(
        InputError, match=r"no way from Inland terminal to Market .* on 2024-01-15; one opens on 2024-02-01: --on"
    ):
        find_ways(world, "inland", "market", day=date(2024, 1, 15))
    assert find_ways(world, "inland", "market").ways
    with pytest.raises(InputError, match="other cargo"):
        find_ways(resolve(load_scenario("tutorial", ["links.crossing.in_service=false"])), "inland", "market")


def test_the_command_and_its_json() -> None:
    told = command("route", "inland", "market", "--scenario", "tutorial")
    assert told.exit_code == 0, told.stderr
    assert "From Inland terminal to Market: 1 way for TEU" in told.stdout
    found = json.loads(command("route", "inland", "market", "--scenario", "tutorial", "--json").stdout)
    assert found["ways"][0]["km"] == 1750
    slower = command(
        "route", "inland", "market", "--scenario", "tutorial", "--json", "--set", "links.crossing.speed_kmh=11"
    )
    assert json.loads(slower.stdout)["ways"][0]["moving_h"] == pytest.approx(found["ways"][0]["moving_h"] + 530 / 22)
    wrong = command("route", "inland", "markt", "--scenario", "tutorial")
    assert wrong.exit_code == 2
    assert "nearest: 'market'" in wrong.stderr
    assert not wrong.stdout


def completed(words: str) -> list[str]:
    """What bash is offered for the last word of a line."""
    code = "import sys; sys.argv = ['corridor']; from sim.cli import main; main()"
    env = {"_CORRIDOR_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env | {"PATH": "/bin"})
    return done.stdout.split()


def test_the_shell_completes_commands_scenarios_and_places(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "baseline_2024" in completion.scenarios("base")
    assert completion.scenarios("nothing of that name") == []
    assert completion.places("plov") == ["plovdiv"]
    monkeypatch.chdir(tmp_path)
    assert completion.results("") == []
    (tmp_path / "results" / "tutorial" / "c0ffee").mkdir(parents=True)
    assert completion.results("") == ["tutorial", "c0ffee"]
    (tmp_path / "mine.yaml").write_text("", encoding="utf-8")
    assert completion.scenarios("./mi") == ["./mine.yaml"]
    assert "--install-completion" in command("--help").stdout


def test_a_shell_asks_for_them() -> None:
    assert completed("corridor rou") == ["route"]
    assert "tutorial" in completed("corridor run tut")
