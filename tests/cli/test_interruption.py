"""Signals that are really sent: whatever a command is at, it ends at once, says so, and keeps what is finished."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.commands import stored

#: A busy machine may take so long; what cannot be interrupted would take minutes.
PATIENCE_S = 8
ROOT = Path(__file__).parents[2]
#: A simulation of hundreds of millions of events: empties at a depot look every second whether they are needed.
LONG = """
import dataclasses, pathlib, sys
import numpy as np
from sim.engine.compiled import simulation as compiled
from sim.engine.compiled.compilation import load_kernel
from tests.oracle.test_stocks import lots, railway
from tests.oracle.world import model

flows = {"F": lots("c", "b", 40), "G": lots("b", "c", 40)}
built = model(pathlib.Path(sys.argv[1]), railway({"a": 4, "b": 0, "c": 40}, flows, idle="1 h"),
              start="2025-01-01", end="2026-12-31")
stocks = built.plan.stocks
plan = dataclasses.replace(built.plan, stocks=dataclasses.replace(stocks, wait_s=np.minimum(stocks.wait_s, 1)))
luck = built.draw(0)
load_kernel()
"""
IN_MAIN_THREAD = """
print("at work", flush=True)
try:
    compiled.simulate(plan, luck)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""
IN_A_THREAD = """
import threading
from sim.engine.interruption import asking

stop, ended = threading.Event(), threading.Event()

def go_on():
    if stop.is_set():
        raise InterruptedError

def work():
    try:
        with asking(go_on):
            compiled.simulate(plan, luck)
    except InterruptedError:
        print("stopped")
    ended.set()

threading.Thread(target=work).start()
print("at work in a thread", flush=True)
try:
    ended.wait()
except KeyboardInterrupt:
    stop.set()
    ended.wait()
    print("interrupted")
"""


def begin(*command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
    )


def end(child: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str, str]:
    """Send a signal; exit code, output and errors of the child that it ends in time."""
    child.send_signal(number)
    try:
        out, errors = child.communicate(timeout=PATIENCE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise
    return child.returncode, out, errors


def test_the_kernel_heeds_ctrl_c_in_whatever_thread_it_runs(tmp_path: Path) -> None:
    child = begin("-c", LONG + IN_MAIN_THREAD + IN_A_THREAD, str(tmp_path))
    assert child.stdout is not None
    assert child.stdout.readline() == "at work\n"
    time.sleep(0.3)
    child.send_signal(signal.SIGINT)
    assert [child.stdout.readline(), child.stdout.readline()] == ["interrupted\n", "at work in a thread\n"]
    time.sleep(0.3)
    assert child.poll() is None, "it is at work for long"
    assert end(child, signal.SIGINT) == (0, "stopped\ninterrupted\n", "")


@pytest.mark.parametrize(("workers", "number", "code"), [(1, signal.SIGINT, 130), (2, signal.SIGTERM, 143)])
def test_a_run_ends_at_a_signal_and_keeps_what_is_finished(tmp_path: Path, workers: int, number, code: int) -> None:
    command = [
        "-m",
        "sim.cli",
        "run",
        "tutorial",
        "--replications",
        "2000",
        "--workers",
        str(workers),
        "--no-figures",
        "--out",
        str(tmp_path),
    ]
    child = begin(*command)
    waited_until = time.monotonic() + 60
    while len(done := stored(tmp_path)) < 3 and child.poll() is None:
        assert time.monotonic() < waited_until
        time.sleep(0.02)
    found, out, errors = end(child, number)
    assert (found, out) == (code, ""), errors
    assert "interrupted; finished replications are kept, and the same command resumes" in errors
    assert "Traceback" not in errors
    assert not list(tmp_path.rglob("manifest.json"))
    assert all(path.exists() for path in done)
