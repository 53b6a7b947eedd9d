"""Runs: the same result however it was made, found again, resumed, and refused where it must be."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim.errors import CheckFailed, DrawsExhausted, InputError, RunError
from sim.results.store import find_run
from sim.runs import engines, worker
from sim.runs.identify import identify
from sim.runs.options import Options
from sim.runs.prepare import prepare
from sim.runs.replicate import open_or_run, run_scenario


def run(out: Path, **options: object):
    return run_scenario("tutorial", out=out, **{"figures": False, "replications": 2, **options})


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory):
    return run(tmp_path_factory.mktemp("results"))


def test_a_run_is_stored_and_found_again(once) -> None:
    assert not once.hit
    assert once.path.parent.name == "tutorial"
    assert once.path.name == once.run_id
    again = run(once.path.parents[1])
    assert again.hit
    assert again.run_id == once.run_id
    assert find_run("tutorial", once.path.parents[1]).run_id == once.run_id
    assert open_or_run(str(once.path), Options()).run_id == once.run_id


def test_the_manifest_says_what_determined_the_run(once) -> None:
    told = once.manifest
    assert told["scenario"] == "tutorial"
    assert told["seed"] == 7
    assert told["engine"] == "compiled"
    assert told["replications"] == 2
    assert told["resolved"]["fleets"]["feeders"]["limits"] == {"teu": 120}
    assert len(told["trace_digest"]) == 2


def test_an_override_is_told_and_makes_another_run(once, tmp_path: Path) -> None:
    other = run(tmp_path, overrides=["fleets.feeders.count=3"])
    assert other.run_id != once.run_id
    assert [(c["key"], c["value"], c["label"]) for c in other.manifest["changes"]] == [
        ("fleets.feeders.count", 3, "--set")
    ]
    assert other.manifest["trace_digest"] != once.manifest["trace_digest"]


def test_processes_and_the_other_engine_do_not_change_the_result(once, tmp_path: Path) -> None:
    spread = run(tmp_path, workers=2, engine="reference")
    assert spread.manifest["trace_digest"] == once.manifest["trace_digest"]
    pd.testing.assert_frame_equal(spread.kpis, once.kpis)


def test_threads_that_share_a_model_store_the_same_files(once, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_work = set()
    whole = worker.Worker.replicate

    def seen(self, replication, *stopped):
        at_work.add((threading.current_thread().name.split("_")[0], id(self._model)))
        return whole(self, replication, *stopped)

    monkeypatch.setattr(worker.Worker, "replicate", seen)
    spread = run(tmp_path, workers=2)
    assert len(at_work) == 1, "both threads have one model"
    assert at_work.pop()[0] == "replication"
    assert spread.manifest["trace_digest"] == once.manifest["trace_digest"]
    assert spread.manifest["files"] == once.manifest["files"]


def test_threads_stop_at_ctrl_c_and_keep_what_is_done(once, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, begun = worker.simulate, []

    def interrupt(model, engine, replication):
        begun.append(replication)
        return whole(model, engine, replication)

    def stop(done: int, total: int, name: str) -> None:
        if done == 1:
            raise KeyboardInterrupt  # as Ctrl-C does: in the main thread, while it waits

    monkeypatch.setattr(worker, "simulate", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, workers=2, replications=8, progress=stop)
    assert not [t for t in threading.enumerate() if t.name.startswith("replication")]
    before = len(begun)
    assert before < 8, "nothing begins after the interruption"
    done = run(tmp_path, workers=2, replications=8)
    assert len(begun) - before < 8, "what was finished is not done again"
    assert done.manifest["trace_digest"][:2] == once.manifest["trace_digest"]


def test_a_thread_that_fails_stops_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(model, engine, replication):
        raise RunError(f"replication {replication} is stuck")

    monkeypatch.setattr(worker, "simulate", fails)
    with pytest.raises(RunError, match=r"replication \d+ is stuck"):
        run(tmp_path, workers=2, replications=12)
    assert not list(tmp_path.rglob("manifest.json"))


def test_more_replications_keep_the_first(once, tmp_path: Path) -> None:
    more = run(tmp_path, replications=3)
    assert more.manifest["trace_digest"][:2] == once.manifest["trace_digest"]


def test_another_seed_is_another_luck(once, tmp_path: Path) -> None:
    assert run(tmp_path, seed=8).manifest["trace_digest"] != once.manifest["trace_digest"]


def test_an_interrupted_run_goes_on_where_it_stopped(once, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, calls = worker.simulate, []

    def stop_at_the_second(model, engine, replication):
        calls.append(replication)
        if replication == 1 and len(calls) == 2:
            raise KeyboardInterrupt
        return whole(model, engine, replication)

    monkeypatch.setattr(worker, "simulate", stop_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, workers=1)
    done = run(tmp_path, workers=1)
    assert calls == [0, 1, 1]
    assert done.manifest["trace_digest"] == once.manifest["trace_digest"]


def test_progress_counts_what_is_done(tmp_path: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    run(tmp_path, progress=lambda *step: seen.append(step))
    start = (0, 2, "tutorial")
    assert seen == [start, start, (1, 2, "tutorial"), (2, 2, "tutorial")]  # again when the engine is ready


def test_force_repeats(once) -> None:
    again = run(once.path.parents[1], force=True)
    assert not again.hit
    assert again.manifest["trace_digest"] == once.manifest["trace_digest"]


def test_operations_are_stored_on_request(once) -> None:
    kept = run(once.path.parents[1], keep_operations=True)
    assert {"operation", "request_utc", "release_utc"} <= set(kept.operations.columns)


def test_a_broken_invariant_stops_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(tmp_path / "sound", check=True).replications == 2
    monkeypatch.setattr(worker, "check", lambda plan, draws, trace: ["a lot is in two places"])
    with pytest.raises(CheckFailed, match=r"replication \d: a lot is in two places"):
        run(tmp_path / "broken", check=True)


def test_longer_blocks_of_voyages_are_drawn_when_they_run_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from sim.engine.reference import simulation as reference
    from sim.model.build import build

    model = build(prepare("tutorial"))
    whole, lengths = reference.simulate, []

    def short_of_luck(plan, draws):
        lengths.append(len(draws.sail_s))
        if len(lengths) < 3:
            raise DrawsExhausted("vessel feeders/1 made more calls than were drawn")
        return whole(plan, draws)

    monkeypatch.setattr(reference, "simulate", short_of_luck)
    worker.simulate(model, "reference", 0)
    assert lengths[0] < lengths[1] < lengths[2]

    def never(plan, draws):
        raise DrawsExhausted("vessel feeders/1 made more calls than were drawn")

    monkeypatch.setattr(reference, "simulate", never)
    with pytest.raises(RunError, match="even after 16 times as many"):
        worker.simulate(model, "reference", 0)


def test_geodata_that_changes_meanwhile_stops_the_run(tmp_path: Path) -> None:
    world = prepare("tutorial")
    job = worker.Job(world.scenario, "another digest", "reference", tmp_path, "0", False, False)
    with pytest.raises(RunError, match="the geodata changed while the run was going on"):
        worker.Worker(job).replicate(0)


def test_the_run_id_depends_on_what_decides_the_result_only() -> None:
    world = prepare("tutorial")
    own = identify(world, "reference")
    assert identify(prepare("tutorial"), "reference") == own
    assert identify(prepare("tutorial", ["fleets.feeders.count=3"]), "reference") != own
    assert identify(prepare("tutorial", ["seed=8"]), "reference") != own
    assert identify(prepare("tutorial", ["replications=6"]), "reference") != own
    assert identify(world, "another") != own
    assert identify(replace(world, geodata_digest="0"), "reference") != own


def test_unknown_names_are_refused_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"unknown engine 'referense'; allowed: .*nearest: 'reference'"):
        run(tmp_path, engine="referense")
    with pytest.raises(InputError, match="nearest: 'tutorial'"):
        run_scenario("tutoril", out=tmp_path)
    with pytest.raises(InputError, match="no finished run 'tutorial'"):
        find_run("tutorial", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_every_engine_can_be_found() -> None:
    for name in engines.ENGINES:
        assert callable(engines.find_engine(name))


def test_the_manifest_names_the_engine_that_ran(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sim.engine.compiled.simulation", None)  # as without Numba
    monkeypatch.setattr(engines, "_cannot_run", set())  # which would last for all tests that follow
    done = run_scenario("tutorial", replications=1, engine="compiled", out=tmp_path, figures=False)
    assert done.manifest["engine"] == "reference"


def test_a_script_without_a_main_guard_ends_with_words(tmp_path):
    """Its worker processes read it again: they must not wait for the run that waits for them."""
    script = tmp_path / "study.py"
    script.write_text("import sim\nsim.run('tutorial', replications=2, engine='reference', workers=2)\n")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("sim.errors.RunError: a worker process died")
    assert "put it under 'if __name__" in done.stderr
