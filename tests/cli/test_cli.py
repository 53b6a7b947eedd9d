"""The command: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sim import cli
from sim.errors import CheckFailed, InputError, Problem, RunError
from sim.terminal import print_json


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("work")


@pytest.fixture
def corridor(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator:
    monkeypatch.chdir(folder)

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(cli.app, [str(a) for a in arguments])

    return call


QUICK = ("tutorial", "--replications", "2", "--no-figures")


def test_run_prints_a_summary_and_where_the_results_are(corridor, folder: Path) -> None:
    done = corridor("run", *QUICK)
    assert done.exit_code == 0
    assert "Transit time, days" in done.stdout
    assert done.stderr == ""
    path = folder / done.stdout.split("Tables: ")[1].splitlines()[0]
    assert (path / "manifest.json").is_file()
    assert not (path / "figures").exists()
    assert "already there" in corridor("run", *QUICK).stdout
    assert "already there" not in corridor("run", *QUICK, "--force").stdout


def test_a_stored_run_is_shown_with_todays_words(corridor, folder: Path) -> None:
    corridor("run", *QUICK)
    today = (
        "--set",
        "title=Another title",
        "--set",
        "question=Another question?",
        "--set",
        "primary_kpi=transit_p90 of corridor",
    )
    done = corridor("run", *QUICK, *today)
    assert "already there" in done.stdout
    assert "\nAnother title\n  Another question?\n" in done.stdout
    found = json.loads(corridor("run", *QUICK, *today, "--json").stdout)
    assert found["hit"]
    assert (found["summary"]["title"], found["summary"]["question"]) == ("Another title", "Another question?")
    assert "Another title" not in corridor("run", *QUICK).stdout


def test_running_text_is_as_wide_as_the_terminal(corridor, monkeypatch) -> None:
    question = "question=How " + "very " * 40 + "long?"
    for columns in ("60", "90"):
        monkeypatch.setenv("COLUMNS", columns)
        lines = corridor("run", *QUICK, "--set", question).stdout.splitlines()
        asked = [line for line in lines if "very" in line]
        assert len(asked) > 2
        assert int(columns) - 6 <= max(map(len, asked)) <= int(columns)


def test_version_and_indicators_are_told(corridor) -> None:
    assert corridor("--version").stdout.startswith("corridor ")
    assert "transit_p50" in corridor("list", "--indicators").stdout
    assert {"name": "on_time", "words": "on-time share", "good": "higher"} in json.loads(
        corridor("list", "--indicators", "--json").stdout
    )
    wrong = corridor("check", "tutorial", "--set", "primary_kpi=speed of corridor")
    assert wrong.exit_code == 2
    assert "'corridor list --indicators' shows all" in wrong.stderr


@pytest.mark.parametrize(
    "environment", [{"PYTHONIOENCODING": "cp1251"}, {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}]
)
def test_letters_that_the_console_lacks_are_replaced(environment) -> None:
    command = [sys.executable, "-c", "from sim.cli import main; main()", "list"]
    done = subprocess.run(command, capture_output=True, env=os.environ | environment, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"tutorial" in done.stdout


@pytest.mark.parametrize(
    ("command", "file", "content", "expected"),
    [
        ("run", "tutorial.yaml", None, "no such file; for the scenario of the library write tutorial"),
        ("run", "./tutorail.yaml", None, "no such file; nearest: 'tutorial'"),
        ("run", ".", None, "is a folder; give a scenario file in it"),
        ("run", "plan.xlsx", None, "is an Excel file; a scenario is a text file in YAML"),
        ("run", "beside", "schema_version: 1\n", "no scenario named 'beside'; for the file here write ./beside.yaml"),
        (
            "run",
            "grid.yaml",
            "schema_version: 1\nscenario: tutorial\ngrid: {}\n",
            "is a sweep; run it with: corridor sweep grid.yaml",
        ),
        ("run", "manifest.json", '{"run_id": "abc", "files": {}}', "is the manifest of a finished run, not a scenario"),
        (
            "run",
            "interventions.yaml",
            "CAP-01: {kind: capacity, from: 2024-01-01}\n",
            "is a catalogue of interventions",
        ),
        ("run", "rows.yaml", "a: {source: b, grade: assumption}\n", "is a table of geodata"),
        ("run", "text.yaml", "title:Ships\n", "is not a mapping (key: value); a space is missing after the colon"),
        (
            "sweep",
            "scenario.yaml",
            "schema_version: 1\nextends: tutorial\n",
            "is a scenario; run it with: corridor run scenario.yaml",
        ),
    ],
)
def test_what_is_given_is_named(corridor, tmp_path, monkeypatch, command, file, content, expected) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / (file if "." in file else f"{file}.yaml")).write_text(content)
    done = corridor(command, file)
    assert (done.exit_code, done.stdout) == (2, "")
    assert expected in done.stderr
    assert done.stderr.count("\n") == 1


def test_names_in_any_script(corridor, tmp_path, monkeypatch) -> None:
    import shutil
    import unicodedata

    from sim.scenario.library import scenarios_dir

    monkeypatch.chdir(tmp_path)
    tutorial = next(scenarios_dir().rglob("tutorial.yaml")).parent
    for name in ("геоданные", "geo data 2.0"):
        shutil.copytree(next(p.parent for p in tutorial.rglob("nodes.geojson")), tmp_path / name)
        text = (tutorial / "tutorial.yaml").read_text().replace("geodata:", f"geodata: '{name}' #")
        (tmp_path / "сценарий один.yaml").write_text(text, encoding="utf-8")
        child = unicodedata.normalize("NFD", "сценарий один")
        (tmp_path / "2026 вариант (1).yaml").write_text(f"schema_version: 1\nextends: {child}\n", encoding="utf-8")
        done = corridor("check", "./2026 вариант (1).yaml")
        assert done.exit_code == 0, done.stderr


def test_json_is_all_there_is_on_stdout(corridor) -> None:
    done = corridor("run", *QUICK, "--json")
    result = json.loads(done.stdout)
    assert result["hit"] in (True, False)
    assert result["summary"]["scenario"] == "tutorial"
    assert Path(result["path"]).name == result["run_id"]
    assert done.stderr == ""


def test_quiet_is_quiet(corridor) -> None:
    done = corridor("run", *QUICK, "--quiet")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "", "")


def test_figures_are_drawn_and_drawn_again(corridor, folder: Path) -> None:
    from sim.plots.figures import FIGURES

    first = json.loads(corridor("run", "tutorial", "--replications", "2", "--json").stdout)
    assert len(first["figures"]) == len(FIGURES)
    again = corridor("plot", "tutorial", "--svg")
    assert [Path(line).suffix for line in again.stdout.split()] == [".png", ".svg"] * len(FIGURES)
    assert all((folder / line).is_file() for line in again.stdout.split())


def test_compare_runs_what_is_missing_and_tells_the_difference(corridor, folder: Path) -> None:
    (folder / "more_ships.yaml").write_text(
        "schema_version: 1\ntitle: A third ship\nextends: tutorial\nset: {fleets.feeders.count: 3}\n", encoding="utf-8"
    )
    done = corridor("compare", "tutorial", "./more_ships.yaml", "--replications", "3", "--json")
    assert done.exit_code == 0, done.stderr
    result = json.loads(done.stdout)
    lines = {(line["kpi"], line["scope"]): line for line in result["comparisons"][0]["lines"]}
    assert lines["time_vessel", "corridor"]["difference"]["mean"] < 0
    assert result["runs"][0]["run_id"] != result["runs"][1]["run_id"]
    assert "B - A" in corridor("compare", *(run["path"] for run in result["runs"])).stdout


def test_check_counts_and_tells_every_problem_at_once(corridor, folder: Path) -> None:
    assert corridor("check", "tutorial").stdout.startswith("ok: 5 nodes, 4 links, ")
    (folder / "faulty.yaml").write_text(
        "schema_version: 1\ntitle: Faulty\nextends: tutorial\nset:\n"
        "  fleets.feeders.cuont: 3\n  facilities.east_berths.capacity: many\n",
        encoding="utf-8",
    )
    done = corridor("check", "./faulty.yaml")
    assert done.exit_code == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert any(line.startswith("faulty.yaml:5: ") and "nearest: 'count'" in line for line in lines), lines
    assert any(line.startswith("faulty.yaml:6: ") for line in lines), lines


def test_explain_tells_where_a_value_comes_from(corridor) -> None:
    done = corridor("explain", "fleets.feeders.count", "--scenario", "tutorial", "--set", "fleets.feeders.count=4")
    assert done.exit_code == 0
    assert "fleets.feeders.count = 4" in done.stdout
    assert "--set" in done.stdout
    assert corridor("explain", "fleets.feeder.count", "--scenario", "tutorial").exit_code == 2


def test_list_and_schema_are_machine_readable(corridor) -> None:
    names = [entry["name"] for entry in json.loads(corridor("list", "--json").stdout)]
    assert {"tutorial", "baseline_2024"} <= set(names)
    listed = corridor("list").stdout
    assert [name for name in names if name not in listed] == []
    assert "hindcast_2022_shock: In baseline_2022 the stay" in listed
    entries = {entry["id"]: entry for entry in json.loads(corridor("list", "--interventions", "--json").stdout)}
    assert entries["CAP-01"]["cost_musd"] == 1994
    assert entries["CAP-42"]["effect"] == "not_modelled"
    assert "Second crossing" not in (table := corridor("list", "--interventions").stdout)  # notes stay in the file
    assert [id_ for id_ in entries if f"\n{id_} " not in table] == []
    assert json.loads(corridor("schema").stdout)["properties"]["extends"]


WITH_A_FOLDER = (
    ("run", "tutorial"),
    ("compare", "tutorial", "baseline_2024"),
    ("decompose", "baseline_2024", "fleet_2027"),
    ("bottleneck", "tutorial"),
    ("capacity", "tutorial"),
    ("rank", "tutorial", "CAP-09"),
    ("sweep", "feeder_vessels"),
    ("talks",),
    ("plot", "tutorial"),
    ("verify", "tutorial"),
)


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "tutoril"),
        ("run", "tutorial", "--set", "fleets.feeders.count"),
        ("run", "tutorial", "--engine", "fast"),
        ("run", "tutorial", "--replications", "0"),
        ("run", "tutorial", "--seed", "-1"),
        ("run",),
        ("rum", "tutorial"),
        ("plot", "nothing"),
        ("sweep", "nothing"),
        ("compare", "tutorial", "tutoril"),
        ("compare", "tutorial"),
        ("decompose", "tutorial", "tutorial"),
        ("decompose", "tutorial", "tutorial", "--by", "kinds"),
        ("bottleneck", "tutorial", "--kpi", "transit_p51"),
        ("capacity", "tutorial", "--flow", "W2"),
        ("rank", "tutorial", "CAP-9"),
        ("rank", "tutorial", "CAP-09", "--cost", "CAP-09"),
        ("check", "missing.yaml"),
        ("run", "tutorial", "--set", "seed=x"),
        ("run", "."),
        *((command, *names, "--out", "") for command, *names in WITH_A_FOLDER),
        *((command, *names, "--out", __file__) for command, *names in WITH_A_FOLDER[:-2]),
        ("explain", "fleets"),
        ("explain", "fleets."),
    ],
)
def test_a_users_mistake_is_told_in_plain_words_with_exit_code_2(corridor, arguments: tuple[str, ...]) -> None:
    done = corridor(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    if "--out" in arguments:
        assert done.stderr.startswith("--out: ")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("period.end=2023-01-01",), "--set period.end=2023-01-01: period: end 2023-01-01 is before start 2024-01-01"),
        (("period.start=2030-01-01", "period.warm_up=1 d"), "--set period.start=2030-01-01: period: end"),
    ],
)
def test_a_period_that_was_overridden_is_told_at_the_override(corridor, given: tuple[str, ...], told: str) -> None:
    done = corridor("check", "tutorial", *(part for text in given for part in ("--set", text)))
    assert (done.exit_code, done.stderr.startswith(told)) == (2, True), done.stderr


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (
            InputError([Problem("wrong", "a.yaml", 3), Problem("worse", "a.yaml", 4)]),
            2,
            "a.yaml:3: wrong\na.yaml:4: worse\n",
        ),
        (CheckFailed("a lot is lost"), 1, "a lot is lost\n"),
        (RunError("the disk is full"), 3, "the disk is full\n"),
        (KeyboardInterrupt(), 130, "interrupted; finished replications are kept, and the same command resumes\n"),
        (MemoryError(), 3, "not enough memory; fewer --workers need less, and finished replications are kept\n"),
    ],
)
def test_every_end_has_its_exit_code(
    corridor, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, told: str
) -> None:
    from sim.runs import replicate

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(replicate, "run_scenario", fail)
    done = corridor("run", "tutorial")
    assert (done.exit_code, done.stdout, done.stderr) == (code, "", told)


def test_a_fault_of_the_program_is_told_as_such(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from sim.scenario import listing

    def fail() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(listing, "list_scenarios", fail)
    monkeypatch.setattr(sys, "argv", ["corridor", "list"])
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 3
    assert "a fault of the program" in capsys.readouterr().err


def test_infinite_times_become_null(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"p95": float("inf"), "lots": [1, float("nan")]})
    assert json.loads(capsys.readouterr().out) == {"p95": None, "lots": [1, None]}
