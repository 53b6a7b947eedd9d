"""A run is made again from its manifest alone; what is not the same is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import CheckFailed, InputError, RunError
from sim.handout.reproduce import reproduce
from sim.results.manifest import read_manifest, write_manifest
from sim.results.store import Run
from sim.runs.replicate import run_scenario
from sim.scenario.library import scenario_paths

CATALOGUE = """
SHIP: {title: A third ship, kind: capacity, from: 2024-02-01, grade: assumption, source: made up,
  changes: [{key: fleets.feeders.count, add: 1}]}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of files that are gone: a scenario, its parent and a catalogue of its own."""
    folder = tmp_path_factory.mktemp("author")
    (folder / "interventions.yaml").write_text(CATALOGUE)
    (folder / "base.yaml").write_text("schema_version: 1\nextends: tutorial\ntitle: B\nset: {flows.W1.lot: 12}\n")
    text = "schema_version: 1\nextends: base\ntitle: 'Порт'\ninterventions: [SHIP]\n"
    (folder / "plan.yaml").write_text(text, encoding="utf-8")
    overrides = ["fleets.feeders.speed_kn={scale: 1.5}", "period.end=2024-02-15", "seed=99"]
    run = run_scenario(folder / "plan.yaml", replications=2, overrides=overrides, out=folder / "results", figures=False)
    for path in folder.glob("*.yaml"):
        path.unlink()
    return run


def test_a_run_is_made_again_from_its_manifest(made: Run, tmp_path: Path) -> None:
    shutil.copy(made.path / "manifest.json", tmp_path / "manifest.json")  # nothing else is there
    done = CliRunner().invoke(app, ["reproduce", str(tmp_path / "manifest.json"), "--out", str(tmp_path / "again")])
    assert (done.exit_code, done.stderr) == (0, "")
    assert f"the same: run {made.run_id}, 2 traces equal, by the same program" in done.stdout
    assert (tmp_path / "again" / "plan" / made.run_id / "kpis.parquet").is_file()


def test_a_run_of_the_library_needs_no_files(run: Run, tmp_path: Path) -> None:
    assert run.manifest["chain"] == [{"name": "tutorial.yaml"}]
    done = reproduce(str(run.path), out=str(tmp_path))
    assert (done.run_id, done.same_program) == (run.run_id, True)


def changed(run: Run, folder: Path, **facts: object) -> str:
    manifest = read_manifest(run.path)
    assert manifest is not None
    write_manifest(folder, manifest | facts)
    return str(folder)


def test_what_is_not_the_same_is_named(made: Run, tmp_path: Path) -> None:
    chain = made.manifest["chain"]
    other = [{**chain[0], "text": chain[0]["text"].replace("[SHIP]", "[]")}, *chain[1:]]
    for facts, message in (
        ({"code_digest": "0" * 64}, "made by other source files .*--other-program"),
        ({"geodata_digest": "0" * 64}, "the geodata are others"),
        ({"chain": other}, r"resolves to another: fleets\.feeders"),
        ({"trace_digest": ["0", made.manifest["trace_digest"][1]]}, "1 of 2 traces differ: replications 0"),
    ):
        with pytest.raises(CheckFailed, match=message):
            reproduce(changed(made, tmp_path, **facts), out=str(tmp_path / "again"))
    done = reproduce(changed(made, tmp_path, code_digest="0" * 64), out=str(tmp_path / "again"), other_program=True)
    assert not done.same_program


def test_what_is_no_manifest_is_refused(made: Run, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no manifest of a finished run"):
        reproduce(str(tmp_path))
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(RunError, match="is not the manifest of a run"):
        reproduce(str(tmp_path))
    manifest = {key: value for key, value in (read_manifest(made.path) or {}).items() if key != "chain"}
    write_manifest(tmp_path, manifest)
    with pytest.raises(InputError, match="without the scenario's files"):
        reproduce(str(tmp_path))
    (tmp_path / "manifest.json").write_text((tmp_path / "manifest.json").read_text().replace("plan", "plun", 1))
    with pytest.raises(RunError, match="has changed since it was written"):
        reproduce(str(tmp_path))


def test_geodata_of_ones_own_are_named(tmp_path: Path) -> None:
    shutil.copytree(scenario_paths()["tutorial"].parent / "geodata", tmp_path / "mine")
    text = "schema_version: 1\ntitle: T\ngeodata: mine\nperiod: {start: 2024-01-01, end: 2024-01-10}\nreplications: 1\n"
    (tmp_path / "own.yaml").write_text(text)
    run = run_scenario(tmp_path / "own.yaml", out=tmp_path / "results", figures=False)
    shutil.move(tmp_path / "mine", tmp_path / "moved")
    with pytest.raises(InputError, match="geodata of its own, mine; name that folder with --geodata"):
        reproduce(str(run.path), out=str(tmp_path / "again"))
    done = reproduce(str(run.path), out=str(tmp_path / "again"), geodata=str(tmp_path / "moved"))
    assert done.run_id == run.run_id
