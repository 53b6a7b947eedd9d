"""What the page shows is what a run of the saved file gives, and nothing of an older question."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.report.kpi_values import Values
from sim.report.texttable import number
from sim.runs.prepare import prepare
from sim.runs.replicate import run_scenario
from sim.scenario.load import load_scenario
from sim.serve.parts import SHOWN
from sim.serve.picture import _margin
from sim.serve.saving import scenario_text
from sim.serve.words import WORDS
from tests.serve.conftest import Page

MOVED = {
    "fleets.feeders.count": 3,
    "barriers.documents.kz.scale": 0.5,
    "processes.border_documents.duration": 1.5,
    "weather.storms.closed_share_by_month": 0.5,
    "facilities.east_berths.capacity": 2,
}


def _kinds(told: list[dict]) -> list[str]:
    return [piece["kind"] for piece in told]


def test_the_answer_grows_replication_by_replication(page: Page) -> None:
    told = page.ask({"fleets.feeders.count": 3})
    found = [piece for piece in told if piece["kind"] == "found"]
    assert [piece["done"] for piece in found] == [1, 1, 2, 3]
    assert found[0]["waits"] is None, "times are told before the waits are counted"
    assert found[1]["waits"]
    [scope] = found[-1]["scopes"]
    assert scope["title"] == WORDS["all_cargo"]
    assert sum(scope["base"]) == pytest.approx(1, abs=0.1)
    assert sum(scope["changed"]) == pytest.approx(1, abs=0.1)
    assert _kinds(told)[-1] == "done"
    verdicts = [piece["scopes"][0]["lines"][0]["verdict"] for piece in found]
    assert verdicts[0] == "one replication so far: no interval yet"
    assert verdicts[2] == "no difference shown yet: 2 replications" or verdicts[2].endswith(
        "(so far, 2 of 3 replications)"
    )
    assert "yet" not in verdicts[3]


def test_nothing_moved_is_the_scenario_itself(page: Page) -> None:
    told = page.ask({"fleets.feeders.count": 2})
    assert "changes" not in _kinds(told)
    last = told[-2]
    assert last["done"] == last["of"] == 3
    assert last["scopes"][0]["changed"] is None


@pytest.mark.parametrize(
    ("name", "base", "changes"),
    [
        ("moved", "./small.yaml", MOVED),
        pytest.param(
            "less",
            "./used.yaml",
            {"interventions.PAPERS": "off", "interventions.THIRD": "2024-01-10", "fleets.feeders.count": 1},
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_run_of_the_saved_file_gives_the_same_numbers(
    page: Page, folder: Path, name: str, base: str, changes: dict[str, object]
) -> None:
    last = [piece for piece in page.ask(changes, base) if piece["kind"] == "found"][-1]
    answer = page.post("save", {"scenario": base, "changes": changes, "name": name})
    assert answer.status == 200, answer.text
    assert answer.json()["file"] == f"{name}.yaml"
    values = Values(run_scenario(f"./{name}.yaml", figures=False, workers=1).kpis)
    before = Values(run_scenario(base, figures=False, workers=1).kpis)
    lines = last["scopes"][0]["lines"]
    assert len(lines) >= 4
    by_title = {line["title"].lower(): line for line in lines}
    for kpi in SHOWN:
        from sim.indicators import INDICATORS

        line = by_title.get(INDICATORS[kpi].words.lower())
        if line is not None:
            assert line["base"] == _margin(before.estimate(kpi, "corridor"), kpi)
            assert line["changed"] == _margin(values.estimate(kpi, "corridor"), kpi)
    (folder / f"{name}.yaml").unlink()


def test_what_waits_is_what_the_run_stores(page: Page) -> None:
    last = [piece for piece in page.ask({}) if piece["kind"] == "found"][-1]
    table = run_scenario("./small.yaml", figures=False, workers=1).node_waits
    causes = [cause for cause in last["waits"][0]["bars"][0]]
    waits = table[table["cause"].astype(str).isin(causes)]
    by_node = waits.groupby(waits["node"].astype(str))["tonne_hours"].sum() / 24 / 1000 / 3
    assert last["waits"][0]["totals"][0] == number(by_node.max())


def test_several_faults_are_told_at_once_in_the_words_of_the_door(page: Page) -> None:
    changes = {"fleets.feders.count": 3, "interventions.THRID": "on", "nodes": 1, "fleets.feeders.speed_kn": 3}
    [refused] = [piece for piece in page.ask(changes) if piece["kind"] == "refused"]
    told = "\n".join(refused["problems"])
    for text in ("fleets.feders.count=3", "interventions.THRID=on"):
        with pytest.raises(InputError) as error:
            prepare("./small.yaml", [text])
        words = str(error.value).partition(": ")[2].partition("unknown")[2] or str(error.value).partition(": ")[2]
        assert words in told
    assert "fleets.feeders.speed_kn has no slider on this page" in told


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("fleets.feeders.count", 1e9, "allowed on this page: 0 to 6 ships"),
        ("fleets.feeders.count", -1, "out of range"),
        ("fleets.feeders.count", 2.5, "should be a whole number"),
        ("fleets.feeders.count", "3", "is not a number"),
        ("fleets.feeders.count", True, "is not a number"),
        ("fleets.feeders.count", {"add": 1}, "is not a number"),
        ("fleets.feeders.count", float("nan"), "is not a number"),
        pytest.param("fleets.feeders.count", 10**400, "out of range", id="a number of 400 digits"),
        ("fleets.feeders.count", float("inf"), "out of range"),
        ("interventions.THIRD", "9999-12-31", "9999-12-31 is out of range; allowed: 1900-01-01 to 2200-01-01"),
        ("interventions.THIRD", ["2024-01-05"], "allowed: on, off, a date"),
        ("interventions.THIRD", "tomorrow", "allowed: on, off, a date"),
        ("interventions.THIRD", "2024-01-05\n  x: 1", "allowed: on, off, a date"),
        ("facilities.east_berths.capacity", 0, "east_berths"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(page: Page, key: str, value: object, words: str) -> None:
    told = page.ask({key: value})
    [refused] = [piece for piece in told if piece["kind"] in ("refused", "failed")]
    assert words in refused["problems"][0]
    assert "found" not in _kinds(told)


def _save(page: Page, name: str, **more: object):
    return page.post("save", {"scenario": "./small.yaml", "changes": {"fleets.feeders.count": 3}, "name": name, **more})


@pytest.mark.parametrize(
    "name", ["../x", "a/b", "A", "x.yaml", "x y", "é", ".hidden", "con", "a" * 61, "x\n", "interventions"]
)
def test_names_that_no_file_gets(page: Page, folder: Path, name: str) -> None:
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    answer = _save(page, name)
    assert answer.status == 422, answer.text
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_a_file_that_is_there_is_asked_about(page: Page, folder: Path) -> None:
    path = folder / "mine.yaml"
    path.write_text("schema_version: 1\nextends: small\n", encoding="utf-8")
    refused = _save(page, "mine")
    assert (refused.status, refused.json()["taken"]) == (409, True)
    assert path.read_text(encoding="utf-8") == "schema_version: 1\nextends: small\n"
    assert _save(page, "mine", over=True).status == 200
    text = path.read_text(encoding="utf-8")
    assert text.splitlines()[1:] == [
        "schema_version: 1",
        'extends: "small"',
        'title: "mine"',
        "set:",
        "  fleets.feeders.count: 3",
    ]
    assert _save(page, "mine").status == 200, "the same again is the same"
    assert _save(page, "small", over=True).status == 422, "not the scenario itself"
    assert _save(page, "tutorial", over=True).status == 422, "nor one of the library"
    assert (folder / "small.yaml").read_text(encoding="utf-8").startswith("schema_version: 1\nextends: tutorial")
    link = folder / "link.yaml"
    link.symlink_to(path)
    assert _save(page, "link", over=True).status == 422, "nor what lies elsewhere"
    link.unlink()
    path.unlink()
    nothing = page.post("save", {"scenario": "./small.yaml", "changes": {}, "name": "nothing"})
    assert "nothing is changed" in nothing.json()["problems"][0]


def test_a_file_leaves_out_what_the_parent_uses(folder: Path) -> None:
    (folder / "left.yaml").write_text("schema_version: 1\nextends: used\nwithout: [PAPERS]\n", encoding="utf-8")
    assert load_scenario("./left.yaml").changes == load_scenario("./small.yaml").changes
    (folder / "left.yaml").write_text("schema_version: 1\nextends: used\nwithout: [PAPRES]\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"left.yaml:3: without: 'PAPRES' is no intervention of the parents.*'PAPERS'"):
        load_scenario("./left.yaml")
    (folder / "left.yaml").unlink()


@pytest.mark.slow
def test_the_report_is_the_one_file_of_both(page: Page, folder: Path) -> None:
    asked = {"scenario": "./small.yaml", "changes": {"fleets.feeders.count": 3}, "name": "with_three"}
    told = page.post("report", asked).lines
    assert told[-1]["kind"] == "made", told
    report = page.get(told[-1]["address"])
    assert report.status == 200
    assert "sandbox" in report.headers["content-security-policy"]
    assert "with three" in report.text
    assert (folder / "with_three.yaml").is_file()
    assert any("replications" in piece.get("text", "") for piece in told)
    refused = page.post("report", {**asked, "name": "No"})
    assert refused.lines[-1]["kind"] == "refused"


def test_a_scenario_with_reacting_demand_is_refused_with_the_reason(page: Page) -> None:
    answer = page.post("scenario", {"scenario": "world_bank_2030"})
    assert answer.status == 422
    assert "not for this page" in answer.json()["problems"][0]


def test_words_of_a_file_are_words(page: Page) -> None:
    offered = page.get("begin").json()["scenarios"]
    assert {"name": "./used.yaml", "title": "With <b>papers</b>"}.items() <= next(
        one for one in offered if one["name"] == "./used.yaml"
    ).items()
    assert [one["name"] for one in offered][:2] == ["./small.yaml", "./used.yaml"]
    assert "interventions" not in {one["name"] for one in offered}


def test_a_file_that_switches_off_is_kept_because_its_world_is_that_of_the_page(page: Page, folder: Path) -> None:
    changes = {"interventions.PAPERS": "off", "interventions.THIRD": "2024-01-10"}
    assert page.post("save", {"scenario": "./used.yaml", "changes": changes, "name": "less"}).status == 200
    text = (folder / "less.yaml").read_text(encoding="utf-8")
    assert 'without: ["PAPERS"]' in text
    assert '- {id: "THIRD", at: 2024-01-10}' in text
    (folder / "less.yaml").unlink()


def test_a_file_that_would_be_another_question_is_not_kept(
    page: Page, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.serve.saving.scenario_text", lambda *_: "schema_version: 1\nextends: small\n")
    answer = _save(page, "other")
    assert answer.status == 500
    assert "would not be what the page shows" in answer.json()["problems"][0]
    assert not (folder / "other.yaml").exists()


def test_a_file_says_what_it_changes(folder: Path) -> None:
    from sim.serve.bases import Base
    from sim.serve.moved import moved

    base = Base("./small.yaml", "compiled")
    change = moved(base.world, base.controls, {"interventions.THIRD": "2024-01-20", "fleets.feeders.count": 2})
    assert scenario_text(base.world, change, "a_b").splitlines() == [
        "# Written by the page of corridor serve: what differs from small.",
        "schema_version: 1",
        'extends: "small"',
        'title: "a b"',
        "interventions:",
        '  - {id: "THIRD", at: 2024-01-20}',
    ]
