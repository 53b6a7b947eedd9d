"""A real scheduler and two worker processes: equal results, and nothing lost whoever dies.

The tests share one cluster and stand in their order: the last takes its scheduler away.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.errors import InputError, RunError
from sim.runs import cluster
from sim.runs.cluster import Cluster, connected, leave
from sim.runs.options import Options
from sim.runs.prepare import prepare
from sim.runs.replicate import run_world
from tests.runs.test_point_runs import FEW_DAYS, lines, point_runs, ships

pytest.importorskip("distributed", exc_type=ImportError)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    """The process of the scheduler; its first line is the address."""
    command = [sys.executable, "-m", "tests.runs.cluster_server"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        leave()
        process.kill()


@pytest.fixture(scope="module")
def address(server: subprocess.Popen[str]) -> str:
    assert server.stdout is not None
    return server.stdout.readline().strip()


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> list[pd.DataFrame]:
    """What points come to without a cluster: two ships, three, and one that is rebuilt."""
    runs = point_runs(tmp_path_factory.mktemp("local"))
    planned = [*ships(runs, 2, 3), runs.plan(["period.end=2024-02-12"])]
    runs.run(planned, 2)
    return [lines(runs, one, 2) for one in planned]


def test_a_whole_run_is_the_same_though_a_worker_is_killed_in_the_middle(tmp_path: Path, address: str) -> None:
    world = prepare("tutorial", (*FEW_DAYS, "replications=4"))
    pids = connected(address).client.run(os.getpid)
    killed = threading.Event()

    def kill(done: int, total: int, what: str) -> None:
        if done == 1 and not killed.is_set():
            killed.set()
            os.kill(min(pids.values()), signal.SIGKILL)

    found = run_world(world, Options(out=tmp_path / "far", cluster=address, progress=kill))
    assert killed.is_set()
    here = run_world(world, Options(out=tmp_path / "here"))
    assert found.run_id == here.run_id
    assert found.manifest["trace_digest"] == here.manifest["trace_digest"]
    for name in here.tables:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(here, name))


def test_a_cluster_finds_the_same_to_the_last_bit_and_what_kills_its_workers_is_named(
    tmp_path: Path, address: str, local: list[pd.DataFrame]
) -> None:
    runs = point_runs(tmp_path, cluster=address)
    planned = [*ships(runs, 4, 2, 3), runs.plan(["period.end=2024-02-12"])]
    runs.run(planned, 2)
    standing = runs.standing(planned, 2)
    assert (standing.done, standing.missing, standing.failed) == (6, 0, 2)
    assert "the worker that worked at it died" in standing.reasons[planned[0].point]
    for one, expected in zip(planned[1:], local, strict=True):
        pd.testing.assert_frame_equal(lines(runs, one, 2), expected)


def test_a_cluster_with_another_program_is_refused_by_name(address: str, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sim.results.identity.code_digest", lambda: "0123456789abcdef")
    leave()
    with pytest.raises(InputError, match=r"worker tcp://127.*another version of the program.*here 0123456789ab"):
        connected(address)
    ended = CliRunner().invoke(app, ["run", "tutorial", "--cluster", address, "--out", str(tmp_path / "out")])
    assert ended.exit_code == 2
    assert not (tmp_path / "out").exists()


def test_a_worker_without_a_nanny_is_refused_and_so_is_a_cluster_without_workers(monkeypatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(cluster, "WITHOUT_WORKERS_S", 0.5)
    here = {"processes": False, "protocol": "tcp", "host": "127.0.0.1", "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(n_workers=0, threads_per_worker=1, **here) as own:
        with pytest.raises(RunError, match="has had no worker for"):
            Cluster(own.scheduler_address)
        own.scale(1)
        monkeypatch.setattr(cluster, "WITHOUT_WORKERS_S", 60.0)
        with pytest.raises(InputError, match=r"worker tcp://127\..* has no nanny, so that .* without --no-nanny"):
            Cluster(own.scheduler_address)


@pytest.mark.parametrize(
    "given",
    [
        "here",
        "tcp://",
        "tcp://host:99999999",
        "tcp://host:0",
        "http://127.0.0.1:80",
        "tcp://127.0.0.1",
        "127.0.0.1:8786",
    ],
)
def test_what_is_no_scheduler_is_refused_by_name(given: str) -> None:
    with pytest.raises(InputError, match="is no scheduler; allowed: local, tcp://HOST:PORT"):
        connected(given)


def test_a_scheduler_that_is_not_there_is_told_within_a_bounded_time(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(cluster, "REACH_S", 1.0)
    begun_s = time.monotonic()
    ended = CliRunner().invoke(app, ["run", "tutorial", "--cluster", "tcp://127.0.0.1:1", "--out", str(tmp_path / "o")])
    assert ended.exit_code == 2
    assert "--cluster: the scheduler tcp://127.0.0.1:1 cannot be reached within 1 s" in ended.stderr
    assert time.monotonic() - begun_s < 60
    assert list(tmp_path.iterdir()) == []


def test_a_scheduler_that_is_lost_is_told_nothing_is_lost_and_it_goes_on_without(
    tmp_path: Path, address: str, server: subprocess.Popen[str], local: list[pd.DataFrame]
) -> None:
    def lose(done: int, total: int, what: str) -> None:
        if done == 1:
            server.kill()

    far = point_runs(tmp_path, cluster=address, progress=lose)
    planned = [*ships(far, 2, 3), far.plan(["period.end=2024-02-12"])]
    with pytest.raises(RunError, match=r"the scheduler of the cluster tcp.* is lost; finished replications are kept"):
        far.run(planned, 2)
    kept = far.standing(planned, 2)
    assert kept.done >= 1
    assert kept.missing == 6 - kept.done
    here = point_runs(tmp_path)
    here.run(planned, 2)
    for one, expected in zip(planned, local, strict=True):
        pd.testing.assert_frame_equal(lines(here, one, 2), expected)
