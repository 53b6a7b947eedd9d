"""Progress: lines where there is no terminal, the time that is left, and how to resume after Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim import terminal
from sim.terminal import Pace, about, progress


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.s = 0.0

    def __call__(self) -> float:
        return self.s


def test_the_time_left_is_that_of_the_replications_timed_so_far() -> None:
    said: list[str] = []
    clock = Clock()
    pace = Pace(said.append, workers=2, now_s=clock)
    assert (pace.line(), pace.left_s()) == ("preparing", None)
    pace(0, 40, "base")
    assert pace.line() == "base: 0 of 40 replications done"
    clock.s = 20.0
    pace(1, 40, "base")  # two at a time: the second is all but done
    assert said == ["39 replications to go, expected to take about 6 min"]
    clock.s = 21.0
    pace(2, 40, "base")
    assert pace.left_s() == pytest.approx(38 * 21 / 2)
    assert pace.line() == "base: 2 of 40 replications done, about 7 min left"
    clock.s = 400.0
    pace(40, 40, "base")
    assert pace.line() == "base: 40 of 40 replications done"
    assert len(said) == 1


def test_replications_that_were_there_say_nothing_of_the_pace() -> None:
    clock = Clock()
    pace = Pace(lambda line: None, workers=1, now_s=clock)
    for done in range(11):  # read from disk, one after another
        pace(done, 30, "series")
    pace(20, 30, "a run that was there")
    assert pace.left_s() is None
    clock.s = 6.0
    pace(21, 30, "new")
    assert pace.left_s() == pytest.approx(9 * 6.0)


def test_what_comes_before_the_replications_is_no_part_of_their_pace() -> None:
    said: list[str] = []
    clock = Clock()
    pace = Pace(said.append, workers=1, now_s=clock)
    pace(0, 50, "run")
    clock.s = 60.0  # the engine is compiled
    pace(0, 50, "run")
    clock.s = 67.0  # the first replication reads tables and libraries too
    pace(1, 50, "run")
    assert said == []
    clock.s = 69.0
    pace(2, 50, "run")
    assert said == ["48 replications to go, expected to take about 2 min"]
    for done in range(3, 12):
        clock.s += 2.0
        pace(done, 50, "run")
    assert pace.left_s() == pytest.approx(39 * 2.0)
    assert len(said) == 1


def test_two_at_a_time_are_timed_from_the_first_pair_on() -> None:
    clock = Clock()
    pace = Pace(lambda line: None, workers=2, now_s=clock)
    pace(0, 20, "run")
    for done, at_s in ((1, 9.0), (2, 9.1), (3, 13.0), (4, 13.1), (5, 17.0)):
        clock.s = at_s
        pace(done, 20, "run")
    assert pace.left_s() == pytest.approx(15 * 2.0)  # 4 s a pair


def test_short_work_has_no_expected_time() -> None:
    said: list[str] = []
    clock = Clock()
    pace = Pace(said.append, workers=1, now_s=clock)
    pace(0, 3, "quick")
    clock.s = 1.0
    pace(1, 3, "quick")
    assert said == []


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "about 5 s"),
        (42, "about 40 s"),
        (89, "about 90 s"),
        (90, "about 2 min"),
        (3000, "about 50 min"),
        (9000, "about 2.5 h"),
    ],
)
def test_lengths_of_time_are_as_rough_as_they_are_known(seconds: float, words: str) -> None:
    assert about(seconds) == words


def test_lines_come_now_and_then_and_none_when_quiet(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(terminal, "LINE_EVERY_S", 0.02)
    with progress(quiet=False) as told:
        assert told is not None
        told(1, 4, "tutorial")
        time.sleep(0.15)
    lines = capsys.readouterr().err.splitlines()
    assert 2 <= len(lines) <= 8
    assert set(lines) == {"tutorial: 1 of 4 replications done"}
    with progress(quiet=True) as told:
        assert told is None
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_says_that_the_same_command_resumes_and_it_does(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sim.cli", "run", "tutorial", "--no-figures", "--replications"]
    begun = subprocess.Popen(
        [*command, "3000"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    for _ in range(600):
        if len(list(tmp_path.glob("results/tutorial/*/parts/*"))) > 3:
            break
        time.sleep(0.05)
    begun.send_signal(signal.SIGINT)
    out, err = begun.communicate(timeout=60)
    assert (begun.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "interrupted; finished replications are kept, and the same command resumes"
    assert list(tmp_path.glob("results/tutorial/*/parts/*"))
