"""The store: runs are named by what decides them, written whole or not at all, and go on where they stopped."""

from __future__ import annotations

import copy
import errno
import json
import os
import zipfile

import pandas as pd
import pytest

from sim.errors import CheckFailed, InputError, RunError
from sim.results import writing
from sim.results.store import (
    RunWriter,
    code_digest,
    find_run,
    is_complete,
    open_run,
    run_folder,
    run_id,
    verify,
)

FACTS = {"scenario": "demo", "title": "A demonstration", "seed": 1, "engine": "reference", "resolved": {}}


def tables(replication: int, rows: int = 3) -> dict[str, pd.DataFrame]:
    kpis = pd.DataFrame(
        {
            "replication": replication,
            "kpi": [f"k{i}" for i in range(rows)],
            "scope": "corridor",
            "year": 0,
            "value": 1.5 * replication,
            "unit": "d",
            "weight": 1.0,
        }
    )
    when = pd.Series(pd.date_range("2024-01-01", periods=rows, tz="UTC"))
    return {"kpis": kpis, "closures": pd.DataFrame({"replication": replication, "from": when})}


def finished(folder, n: int = 2, run: str = "0123456789ab", facts=FACTS):
    writer = RunWriter(folder, run)
    for replication in reversed(range(n)):
        writer.add(replication, tables(replication), f"digest {replication}")
    return writer.finish(n, facts)


def test_the_run_id_names_what_decides_the_result_and_nothing_else():
    world = {"flows": {"a": 1, "b": [1, 2]}, "period": {"start": "2024-01-01"}}
    known = run_id(world, "geo", "reference", 1, 20, "code")
    assert len(known) == 12
    assert int(known, 16) >= 0
    assert run_id(dict(reversed(world.items())), "geo", "reference", 1, 20, "code") == known
    same = {
        "world": world,
        "geodata_digest": "geo",
        "engine": "reference",
        "seed": 1,
        "replications": 20,
        "code": "code",
    }
    changes = (
        {"world": world | {"x": 1}},
        {"geodata_digest": "map"},
        {"engine": "compiled"},
        {"seed": 2},
        {"replications": 21},
        {"code": "cod"},
    )
    others = [run_id(**(same | change)) for change in changes]
    assert len({known, *others}) == 7


def test_the_code_digest_follows_names_and_contents_of_sources(tmp_path):
    (tmp_path / "a.py").write_text("x = 1\n")
    first = code_digest(tmp_path)
    (tmp_path / "notes.txt").write_text("no source")
    assert code_digest(tmp_path) == first
    (tmp_path / "a.py").write_text("x = 2\n")
    changed = code_digest(tmp_path)
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    assert len({first, changed, code_digest(tmp_path)}) == 3
    assert len(code_digest()) == 64


def test_a_finished_run_is_read_as_it_was_written(tmp_path):
    folder = run_folder(tmp_path, "demo", "0123456789ab")
    run = open_run(finished(folder))
    assert run.tables == ["kpis", "closures"]
    written = pd.concat([tables(0)["kpis"], tables(1)["kpis"]], ignore_index=True)
    pd.testing.assert_frame_equal(run.kpis[list(written)], written, check_dtype=False)
    assert str(run.closures["from"].dt.tz) == "UTC"
    assert run.manifest["trace_digest"] == ["digest 0", "digest 1"]
    assert run.manifest["versions"]["numpy"]
    assert run.replications == 2
    assert sorted(p.name for p in folder.iterdir()) == ["closures.parquet", "kpis.parquet", "manifest.json"]
    verify(run)
    with pytest.raises(AttributeError, match="has no table 'ships'; there are: kpis, closures"):
        _ = run.ships


def test_a_run_can_be_copied(tmp_path):
    run = open_run(finished(tmp_path))
    assert copy.copy(run).kpis.equals(run.kpis)


def test_the_order_in_which_replications_finish_does_not_matter(tmp_path):
    finished(tmp_path / "a")
    writer = RunWriter(tmp_path / "b", "0123456789ab")
    for replication in (0, 1):
        writer.add(replication, tables(replication), f"digest {replication}")
    writer.finish(2, FACTS)
    files = [json.loads((tmp_path / x / "manifest.json").read_text())["files"] for x in "ab"]
    assert files[0] == files[1]


def test_a_column_empty_in_one_replication_takes_its_type_from_the_others(tmp_path):
    writer = RunWriter(tmp_path, "0123456789ab")
    writer.add(0, {"kpis": tables(0)["kpis"].iloc[:0].astype(object)}, "")
    writer.add(1, {"kpis": tables(1)["kpis"], "journeys": tables(1)["kpis"]}, "")
    writer.finish(2, FACTS)
    run = open_run(tmp_path)
    assert len(run.journeys) == 3
    assert run.kpis["value"].tolist() == pytest.approx([float("nan")] * 3 + [1.5] * 3, nan_ok=True)


def test_an_interrupted_run_goes_on_with_what_is_there(tmp_path):
    writer = RunWriter(tmp_path, "0123456789ab")
    writer.add(1, tables(1), "")
    assert RunWriter(tmp_path, "0123456789ab").have() == {1}
    assert RunWriter(tmp_path, "ba9876543210").have() == set()
    assert not is_complete(tmp_path)
    with pytest.raises(RunError, match=r"replications are missing: 0, 2"):
        writer.finish(3, FACTS)
    with pytest.raises(RunError, match="no finished run; 1 replications are done, run again to resume"):
        open_run(tmp_path)


def test_a_broken_part_does_not_count(tmp_path):
    writer = RunWriter(tmp_path, "0123456789ab")
    part = writer.add(0, tables(0), "")
    whole = part.read_bytes()
    part.write_bytes(whole[: len(whole) // 2])
    assert writer.have() == set()
    with zipfile.ZipFile(part, "w") as foreign:
        foreign.writestr("part.json", "{}")
    assert writer.have() == set()


def test_an_interruption_before_the_manifest_leaves_no_finished_run(tmp_path, monkeypatch):
    writer = RunWriter(tmp_path, "0123456789ab")
    writer.add(0, tables(0), "")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(writing, "_versions", interrupt)
    with pytest.raises(KeyboardInterrupt):
        writer.finish(1, FACTS)
    assert not is_complete(tmp_path)
    monkeypatch.undo()
    assert open_run(writer.finish(1, FACTS)).replications == 1


def test_a_full_disk_is_one_line_and_leaves_nothing_half_done(tmp_path, monkeypatch):
    writer = RunWriter(tmp_path, "0123456789ab")
    writer.add(0, tables(0), "")

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError, match="the disk is full") as caught:
        writer.add(1, tables(1), "")
    assert "\n" not in str(caught.value)
    monkeypatch.undo()
    assert writer.have() == {0}
    assert [p.name for p in (tmp_path / "parts").iterdir()] == ["00000.zip"]


def test_an_older_run_survives_a_failed_repetition(tmp_path, monkeypatch):
    finished(tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    writer = RunWriter(tmp_path, "0123456789ab")

    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(RunError):
        writer.add(0, tables(0), "")
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir() if p.is_file()} == before
    verify(open_run(tmp_path))


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(RunError, match="cannot be written"):
        RunWriter(tmp_path / "file", "0123456789ab").add(0, tables(0), "")


def test_a_changed_or_missing_file_is_noticed(tmp_path):
    run = open_run(finished(tmp_path))
    with (tmp_path / "kpis.parquet").open("ab") as handle:
        handle.write(b"x")
    with pytest.raises(CheckFailed, match=r"kpis\.parquet has changed since it was written"):
        verify(run)
    (tmp_path / "kpis.parquet").unlink()
    assert not is_complete(tmp_path)
    with pytest.raises(CheckFailed, match=r"kpis\.parquet is missing"):
        verify(run)


def test_runs_are_found_by_folder_id_or_scenario(tmp_path):
    first = finished(run_folder(tmp_path, "demo", "0123456789ab"))
    second = finished(run_folder(tmp_path, "demo", "0123aaaaaaaa"), run="0123aaaaaaaa")
    os.utime(first / "manifest.json", (1, 1))
    assert find_run(str(first), tmp_path).path == first
    assert find_run("01234", tmp_path).path == first
    assert find_run("demo", tmp_path).path == second
    with pytest.raises(InputError, match="begins several ids: 0123456789ab, 0123aaaaaaaa"):
        find_run("0123", tmp_path)
    with pytest.raises(InputError, match="no finished run 'nothing'"):
        find_run("nothing", tmp_path)


def test_a_manifest_of_another_version_is_refused(tmp_path):
    finished(tmp_path)
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    (tmp_path / "manifest.json").write_text(json.dumps(manifest | {"manifest_version": 9}))
    with pytest.raises(RunError, match="manifest version 9; this program reads 2"):
        open_run(tmp_path)
