"""Sweeps that are killed, interrupted, cut off from the disk, started twice, or whose input changes: nothing is lost,
nothing double, nothing half."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pandas as pd
import pytest

from sim.errors import RunError
from sim.runs.worker import Worker
from sim.studies.sweep.run import run_sweep
from tests.faults.commands import content, left_over, points, run, start
from tests.faults.test_kills import END_AT, children, until

FILE = """schema_version: 2
title: Ships
question: How many ships?
scenario: {scenario}
replications: 2
set: {{period.end: 2024-01-20, period.warm_up: 5 d, period.run_out: 20 d}}
factors: {{fleets.feeders.count: [1, 2, 3]}}
outcome: {{kpi: transit_p50, scope: corridor, words: median transit time, good: lower}}
"""
SWEEP = ("sweep", "ships.yaml", "--no-figures", "--out", "results", "-q")
#: Notes each replication that is simulated in a file.
NOTING = """
from sim.runs.worker import Worker
tables = Worker.tables
def noted(self, replication, *more):
    with open("simulated", "a") as file:
        file.write(f"{self.job.scenario.changes[-1].value} {replication}\\n")
    return tables(self, replication, *more)
Worker.tables = noted
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def world(folder: Path, scenario: str = "tutorial") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "ships.yaml").write_text(FILE.format(scenario=scenario), encoding="utf-8")
    return folder


def swept(folder: Path, **options):
    return run_sweep(folder / "ships.yaml", out=folder / "results", figures=False, **options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An undisturbed sweep."""
    folder = world(tmp_path_factory.mktemp("whole") / "w")
    swept(folder)
    assert left_over(folder) == []
    assert len(points(folder)) == 6
    return folder


@pytest.mark.parametrize(
    ("name", "nth", "code"),
    [
        ("SIGKILL", 4, -signal.SIGKILL),
        pytest.param("SIGKILL", 1, -signal.SIGKILL, marks=pytest.mark.slow),
        pytest.param("SIGKILL", 9, -signal.SIGKILL, marks=pytest.mark.slow),
        pytest.param("SIGINT", 5, 130, marks=pytest.mark.slow),
        pytest.param("SIGTERM", 6, 128 + signal.SIGTERM, marks=pytest.mark.slow),
    ],
)
def test_a_killed_sweep_goes_on_and_leaves_nothing(whole: Path, tmp_path: Path, name: str, nth: int, code: int) -> None:
    """The main process ends before it puts its n-th file in place."""
    folder = world(tmp_path / "w")
    ended = run(SWEEP, folder, patch=END_AT.format(nth=nth, name=name))
    assert ended.code == code
    before = points(folder)
    assert len(before) == min(nth - 2, 6) if nth > 1 else not before  # the first file says of which layout the store is
    swept(folder)
    after = points(folder)
    assert {path: after[path] for path in before} == before
    assert left_over(folder) == []
    assert content(folder) == content(whole)


def test_ctrl_c_keeps_what_is_done_and_the_rest_is_done_later(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, replace, left = world(tmp_path / "w"), os.replace, [4]

    def interrupted(draft, target) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        replace(draft, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", interrupted)
        with pytest.raises(KeyboardInterrupt):
            swept(folder)
    assert len(points(folder)) == 2
    assert left_over(folder) == []
    swept(folder)
    assert content(folder) == content(whole)


def test_a_full_disk_ends_a_sweep_and_what_was_stored_stays(
    whole: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, fsync, left = world(tmp_path / "w"), os.fsync, [5]

    def full(handle) -> None:
        left[0] -= 1
        if left[0] <= 0:
            raise OSError(28, "No space left on device")
        fsync(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(RunError, match=r"the disk is full: .* was not written"):
            swept(folder)
    before = points(folder)
    assert len(before) == 3
    assert left_over(folder) == []
    swept(folder)
    assert {path: at for path, at in points(folder).items() if path in before} == before
    assert content(folder) == content(whole)


def test_what_is_changed_between_two_starts_is_done_anew_and_never_mixed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = world(tmp_path / "w", "./own.yaml")
    own = folder / "own.yaml"
    monkeypatch.chdir(folder)
    own.write_text("schema_version: 1\ntitle: Own\nextends: tutorial\n", encoding="utf-8")
    first = swept(folder)
    before = points(folder)
    own.write_text(own.read_text() + "set: {flows.W1.quantity_per_year: 6000}\n", encoding="utf-8")
    second = swept(folder)
    assert first.study_id != second.study_id
    after = points(folder)
    assert len(after) == 12
    assert {path: after[path] for path in before} == before
    assert list(first.points["value"]) != list(second.points["value"])
    own.write_text("schema_version: 1\ntitle: Own\nextends: tutorial\n", encoding="utf-8")
    monkeypatch.setattr(Worker, "tables", lambda *_: pytest.fail("simulated again"))
    pd.testing.assert_frame_equal(swept(folder).points, first.points, check_exact=True)


@pytest.mark.slow
def test_two_identical_sweeps_at_once_do_everything_once(whole: Path, tmp_path: Path) -> None:
    folder = world(tmp_path / "w")
    both = [start(SWEEP, folder, patch=NOTING) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=300)
        assert (process.returncode, out, err) == (0, "", "")
    done = sorted((folder / "simulated").read_text().splitlines())
    assert done == [f"{ships} {k}" for ships in (1, 2, 3) for k in (0, 1)]
    (folder / "simulated").unlink()
    assert left_over(folder) == []
    assert content(folder) == content(whole)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="children are looked up in /proc")
def test_a_worker_that_is_killed_costs_nothing_but_its_time(tmp_path: Path) -> None:
    folder = world(tmp_path / "w")
    arguments = (*SWEEP, "--engine", "reference", "--workers", "2")
    process = start(arguments, folder)
    try:
        at_work = until(lambda: [pid for pid in children(process.pid) if b"spawn_main" in command(pid)], 120)
        assert len(at_work) >= 1
        os.kill(int(at_work[-1]), signal.SIGKILL)
        out, err = process.communicate(timeout=300)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (0, "", "")
    assert len(points(folder)) == 6
    assert left_over(folder) == []


def command(pid: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""
