"""A study is there whole or not at all, and what was done to its files afterwards is noticed."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sim.errors import CheckFailed, InputError, RunError
from sim.record import Record
from sim.report.page import Page
from sim.results.store import find_folder, find_run, verify
from sim.studies.study import Study, publish

ID = "0123456789ab"


def drawn(folder: Path) -> list[Path]:
    folder.mkdir(parents=True)
    (folder / "one.png").write_bytes(b"a picture")
    return [folder / "one.png"]


@dataclass(frozen=True, slots=True)
class Answer(Record):
    answer: int


def study(out: Path, answer: int = 1, draw: Callable[[Path], list[Path]] = drawn) -> Study[Answer]:
    return publish("rank", out / "rank", ID, Answer(answer), [{"a": answer}], Page("T"), draw)


def everything(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_study_names_its_files_where_they_lie(tmp_path: Path) -> None:
    done = study(tmp_path)
    files = ["figures/one.png", "rank.csv", "rank.json", "study.json", "summary.md"]
    assert everything(tmp_path / "rank" / ID) == files
    assert [figure.read_bytes() for figure in done.figures] == [b"a picture"]
    assert (done.path / "summary.md").read_text().startswith("# T\n")
    assert verify(done.path) == ["study.json", "figures/one.png", "rank.csv", "rank.json", "summary.md"]
    assert {find_folder(text, tmp_path, studies=True) for text in ("rank", ID, ID[:5])} == {done.path}
    with pytest.raises(InputError, match="no finished run 'rank'"):
        find_run("rank", tmp_path)  # a study is no run


@pytest.mark.parametrize("written", range(5))
def test_a_disk_that_fills_up_leaves_no_study_or_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    left = written

    def full(_: int) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        if written == 4:  # so many are synchronised: three files and what names them
            study(tmp_path)
        else:
            with pytest.raises(RunError, match="the disk is full"):
                study(tmp_path)
            assert list((tmp_path / "rank").iterdir()) == []
    old = study(tmp_path)
    left = written
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        if written < 4:
            with pytest.raises(RunError, match="the disk is full"):
                study(tmp_path, answer=2)
    assert verify(old.path)
    assert '"answer": 1' in (old.path / "rank.json").read_text()


def test_the_same_study_again_takes_the_place_of_the_old_and_keeps_what_others_laid_there(tmp_path: Path) -> None:
    old = study(tmp_path)
    (old.path / "my notes.txt").write_text("look again")
    (old.path / "rank.csv").write_text("spoilt")
    assert study(tmp_path, answer=2).path == old.path
    assert verify(old.path)
    assert '"answer": 2' in (old.path / "rank.json").read_text()
    assert (old.path / "my notes.txt").read_text() == "look again"
    assert [path.name for path in (tmp_path / "rank").iterdir()] == [ID]


def test_drafts_of_killed_writers_are_swept_and_those_of_living_ones_are_not(tmp_path: Path) -> None:
    def another_at_work(folder: Path) -> list[Path]:
        draft = folder.parent
        study(tmp_path, answer=2)  # by somebody else, who ends first
        assert draft.is_dir()
        return drawn(folder)

    killed = tmp_path / "rank" / f".{ID}.999999.0.part"
    drawn(killed / "figures")
    study(tmp_path, draw=another_at_work)
    assert [path.name for path in (tmp_path / "rank").iterdir()] == [ID]
    assert '"answer": 1' in (tmp_path / "rank" / ID / "rank.json").read_text()
    assert verify(tmp_path / "rank" / ID)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a number changed": lambda path: (path / "rank.csv").write_text("a\n2\n"),
    "a picture is missing": lambda path: (path / "figures" / "one.png").unlink(),
    "a picture of another": lambda path: shutil.copy(path / "rank.csv", path / "figures" / "one.png"),
    "a folder in place of a file": lambda path: ((path / "rank.csv").unlink(), (path / "rank.csv").mkdir()),
    "another list of files": lambda path: (path / "study.json").write_text("{}"),
    "no list of files": lambda path: (path / "study.json").unlink(),
    "a folder in place of the list": lambda path: ((path / "study.json").unlink(), (path / "study.json").mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_done_to_a_study_is_noticed(tmp_path: Path, damage: str) -> None:
    done = study(tmp_path)
    DAMAGES[damage](done.path)
    with pytest.raises(CheckFailed) as error:
        verify(done.path)
    assert len(str(error.value).splitlines()) == 1
