"""A disk that is full or cannot be written, and an output that nobody takes: one line, and nothing half done."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from tests.faults.commands import left_over, run

RUN = ("run", "tutorial", "--replications", "2", "--out", "results")
STUDIES = {
    "run": (*RUN, "--no-figures"),
    "compare": ("compare", "tutorial", "three.yaml", "--replications", "2", "--out", "results"),
    "decompose": ("decompose", "tutorial", "three.yaml", "--replications", "2", "--no-figures", "--out", "results"),
    "bottleneck": (
        "bottleneck",
        "tutorial",
        "--candidates",
        "1",
        "--replications",
        "2",
        "--no-figures",
        "--out",
        "results",
    ),
    "sweep": ("sweep", "two.yaml", "--no-figures", "--out", "results"),
}
SWEEP = """schema_version: 1
title: Two fleets
question: How many ships?
scenario: tutorial
replications: 2
grid: {fleets.feeders.count: [2, 3]}
outcome: {kpi: transit_mean, scope: corridor, words: mean transit time, good: lower}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which all studies have been made once: what they are made from is there."""
    folder = tmp_path_factory.mktemp("disk")
    three = "schema_version: 1\ntitle: Three\nextends: tutorial\nset: {fleets.feeders.count: 3}\n"
    (folder / "three.yaml").write_text(three)
    (folder / "two.yaml").write_text(SWEEP)
    return folder


@pytest.mark.parametrize("command", STUDIES)
def test_a_full_disk_is_one_line_in_every_study(folder: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """The disk fills up after so many files, and is empty again when the command is called the next time."""
    monkeypatch.chdir(folder)
    for written in (0, 2, 12, 64):
        monkeypatch.setattr(os, "fsync", full_after(written))
        ended = CliRunner().invoke(app, STUDIES[command])
        assert left_over(folder / "results") == []
        if ended.exit_code == 0:
            break
        assert ended.exit_code == 3
        assert ended.stderr.strip().splitlines()[-1].startswith("the disk is full: ")
        assert "Traceback" not in ended.stderr
    assert ended.exit_code == 0, ended.stderr
    assert written > 0


def full_after(files: int) -> Callable[[int], None]:
    left = [files]

    def fsync(_: int) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    return fsync


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("most_bytes", [2_000, 60_000])
def test_a_file_that_may_not_grow_is_one_line(tmp_path: Path, most_bytes: int) -> None:
    """The system's own refusal, in the middle of a file: of a part, and of a picture."""
    import resource

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    ended = run([*RUN, "-q"], tmp_path, before=limit)
    assert ended.code == 3
    assert ended.is_one_line
    assert "cannot be written: File too large" in ended.err
    assert left_over(tmp_path) == []


def test_a_folder_of_studies_that_cannot_be_written_is_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(folder)
    (tmp_path / "compare").write_text("in the way")
    arguments = ["compare", "tutorial", "three.yaml", "--replications", "2", "--out", str(tmp_path)]
    ended = CliRunner().invoke(app, arguments)
    assert ended.exit_code == 3
    assert "cannot be written" in ended.stderr.strip().splitlines()[-1]
    assert "Traceback" not in ended.stderr
    assert (tmp_path / "compare").read_text() == "in the way"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", [("--help",), ("list",), ("check", "tutorial", "--json")])
def test_an_output_that_is_full_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        ended = run(arguments, tmp_path, stdout=full)
    assert ended.code == 3
    assert ended.err == "the output cannot be written: No space left on device\n"


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors of POSIX")
def test_an_output_that_is_closed_is_one_line_unless_nothing_is_to_be_shown(tmp_path: Path) -> None:
    def close() -> None:
        os.close(1)

    ended = run(("list",), tmp_path, before=close, stdout=subprocess.DEVNULL)
    assert ended.code == 3
    assert ended.err == "the output cannot be written: Bad file descriptor\n"
    assert run(("check", "tutorial", "-q"), tmp_path, before=close, stdout=subprocess.DEVNULL) == (
        type(ended)(0, "", "")
    )


def test_letters_that_the_output_does_not_know_are_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    ended = run(("list",), tmp_path)
    assert (ended.code, ended.err) == (0, "")
    assert "T?rkiye" in ended.out
