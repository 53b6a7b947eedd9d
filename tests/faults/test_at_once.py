"""Several at once: one at a time writes a run, and all find the same."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from sim.results.files import sweep_drafts, whole_file, write_whole
from sim.results.locking import one_at_a_time
from tests.faults.commands import left_over, start


def test_one_at_a_time_is_inside_however_often_the_lock_is_removed(tmp_path: Path) -> None:
    inside, most, rounds = [0], [0], [0]
    guard = threading.Lock()

    def work() -> None:
        for _ in range(40):
            try:
                with one_at_a_time(tmp_path / "results" / "demo" / "0123456789ab"):
                    with guard:
                        inside[0] += 1
                        most[0] = max(most[0], inside[0])
                        rounds[0] += 1
                    time.sleep(0.0005)
                    with guard:
                        inside[0] -= 1
                    if rounds[0] % 3 == 0:
                        raise KeyboardInterrupt
            except KeyboardInterrupt:
                pass

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 1
    assert rounds[0] == 320
    assert list(tmp_path.iterdir()) == []


def test_drafts_of_the_living_stay_and_those_of_the_dead_are_swept(tmp_path: Path) -> None:
    left = [tmp_path / name for name in (".kpis.parquet.4711.tmp", ".1_map.png.4711.part", ".a.json.4711.3.tmp")]
    kept = [tmp_path / name for name in (".hidden", "notes.4711.tmp", ".git.tmp", ".x.part")]
    for path in (*left, *kept):
        path.write_text("x")
    (tmp_path / ".folder.1.tmp").mkdir()
    with whole_file(tmp_path / "table") as handle:
        handle.write(b"half")
        sweep_drafts(tmp_path)
        handle.write(b" and half")
    assert (tmp_path / "table").read_text() == "half and half"
    assert not [path for path in left if path.exists()]
    assert all(path.exists() for path in kept)
    assert left_over(tmp_path) == sorted([*(path.name for path in kept if path.name[0] == "."), ".folder.1.tmp"])


def test_many_writers_of_one_file_leave_it_whole(tmp_path: Path) -> None:
    texts = [str(k) * 10_000 for k in range(8)]
    threads = [
        threading.Thread(target=lambda t=text: [write_whole(tmp_path / "page", t) for _ in range(10)]) for text in texts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (tmp_path / "page").read_text() in texts
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_an_old_file_stays_when_the_new_one_is_not_finished(tmp_path: Path) -> None:
    write_whole(tmp_path / "page", "old")

    def break_off() -> None:
        with whole_file(tmp_path / "page") as handle:
            handle.write(b"new")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert (tmp_path / "page").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["page"]


def test_two_equal_commands_at_once_make_one_run(tmp_path: Path) -> None:
    arguments = ("run", "tutorial", "--replications", "3", "--no-figures", "--json", "--out", "results")
    both = [start(arguments, tmp_path) for _ in range(2)]
    said = [process.communicate(timeout=300) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sorted('"hit": true' in out for out, _ in said) == [False, True]
    assert left_over(tmp_path) == []
