"""Damaged, missing, swapped, renamed or edited files of a run are noticed before anybody relies on them."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from sim.errors import CheckFailed, InputError, RunError
from sim.results import locking
from sim.results.locking import one_at_a_time
from sim.results.manifest import MANIFEST
from sim.results.parts import PARTS, read_part
from sim.results.store import RunWriter, find_folder, open_run, run_folder, stored_run, verify
from sim.scenario.filenames import folder_fault
from tests.results.test_store import FACTS, finished, tables

RUN = "0123456789ab"


def rewritten(part: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write a part again with other content."""
    with zipfile.ZipFile(part) as old:
        items = {name: old.read(name) for name in old.namelist()}
    change(items)
    with zipfile.ZipFile(part, "w") as new:
        for name, content in items.items():
            new.writestr(name, content)


def other_numbers(items: dict[str, bytes]) -> None:
    table = pd.read_parquet(io.BytesIO(items["kpis.parquet"]))
    content = io.BytesIO()
    table.assign(value=table["value"] + 1e6).to_parquet(content, index=False)
    items["kpis.parquet"] = content.getvalue()


def head_with(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(items: dict[str, bytes]) -> None:
        items["part.json"] = json.dumps(json.loads(items["part.json"]) | changes).encode()

    return change


def swap(first: Path, second: Path) -> None:
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)


DAMAGES: dict[str, tuple[Callable[[Path], object], set[int]]] = {
    "cut off": (lambda p: p.write_bytes(p.read_bytes()[:500]), {0, 2}),
    "empty": (lambda p: p.write_bytes(b""), {0, 2}),
    "garbage": (lambda p: p.write_bytes(b"x" * 5000), {0, 2}),
    "one byte": (lambda p: p.write_bytes(p.read_bytes()[:200] + b"?" + p.read_bytes()[201:]), {0, 2}),
    "other numbers": (lambda p: rewritten(p, other_numbers), {0, 2}),
    "a table less": (lambda p: rewritten(p, lambda items: items.pop("kpis.parquet")), {0, 2}),
    "a table more": (lambda p: rewritten(p, lambda items: items.update({"x.parquet": b""})), {0, 2}),
    "no head": (lambda p: rewritten(p, lambda items: items.pop("part.json")), {0, 2}),
    "head null": (lambda p: rewritten(p, lambda items: items.update({"part.json": b"null"})), {0, 2}),
    "head deep": (lambda p: rewritten(p, lambda items: items.update({"part.json": b"[" * 100_000})), {0, 2}),
    "another run": (lambda p: rewritten(p, head_with(run_id="0" * 12)), {0, 2}),
    "another number": (lambda p: rewritten(p, head_with(replication="x")), {0, 2}),
    "another digest of the trace": (lambda p: rewritten(p, head_with(trace_digest="1")), {0, 2}),
    "another name": (lambda p: p.rename(p.with_name("00007.zip")), {0, 2}),
    "swapped": (lambda p: swap(p, p.with_name("00002.zip")), {0}),
    "copied over another": (lambda p: shutil.copy(p, p.with_name("00002.zip")), {0, 1}),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_part_is_thrown_away_and_what_is_done_again_makes_the_same_run(tmp_path: Path, damage: str) -> None:
    change, left = DAMAGES[damage]
    whole = json.loads((finished(tmp_path / "whole", 3) / MANIFEST).read_text())
    writer = RunWriter(tmp_path / "run", RUN)
    for replication in range(3):
        writer.add(replication, tables(replication), f"digest {replication}")
    change(tmp_path / "run" / PARTS / "00001.zip")
    with pytest.raises(RunError):
        RunWriter(tmp_path / "run", RUN).finish(3, FACTS)
    assert writer.have() == left
    said: list[str] = []
    assert writer.take_up(said.append) == left
    assert len(said) >= 1
    assert all("thrown away" in line and "\n" not in line for line in said)
    for replication in set(range(3)) - left:
        writer.add(replication, tables(replication), f"digest {replication}")
    manifest = json.loads((writer.finish(3, FACTS) / MANIFEST).read_text())
    assert manifest["files"] == whole["files"]
    assert manifest["trace_digest"] == whole["trace_digest"]


def test_a_part_is_read_only_if_it_is_as_it_was_written(tmp_path: Path) -> None:
    part = RunWriter(tmp_path, RUN).add(0, tables(0), "")
    assert len(read_part(tmp_path, RUN, 0, "kpis")) == 3
    with pytest.raises(RunError, match="has no table ships"):
        read_part(tmp_path, RUN, 0, "ships")
    rewritten(part, other_numbers)
    with pytest.raises(RunError, match="has another table kpis than was written; delete it"):
        read_part(tmp_path, RUN, 0, "kpis")


def test_an_edited_table_is_no_hit_and_is_never_read(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    path = folder / "kpis.parquet"
    table = pd.read_parquet(path)
    table.assign(value=table["value"] * 2).to_parquet(path, index=False)
    run, damage = stored_run(folder)
    assert run is None
    assert damage.endswith("kpis.parquet has changed since it was written")
    with pytest.raises(CheckFailed, match=r"kpis\.parquet has changed"):
        verify(folder)


def test_a_table_of_the_same_size_that_is_another_is_not_read(tmp_path: Path) -> None:
    folder = finished(tmp_path)
    opened = open_run(folder)
    path = folder / "kpis.parquet"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(RunError, match=r"kpis\.parquet has changed since it was written"):
        _ = opened.kpis
    assert len(opened.closures) == 6
    assert stored_run(folder)[0] is None


def test_tables_of_another_run_and_missing_ones_are_named(tmp_path: Path) -> None:
    one, other = finished(tmp_path / "one", 2), finished(tmp_path / "other", 3)
    shutil.copy(other / "kpis.parquet", one / "kpis.parquet")
    (one / "closures.parquet").unlink()
    with pytest.raises(CheckFailed, match=r"kpis\.parquet has changed since .*; closures\.parquet is missing"):
        verify(one)
    with pytest.raises(RunError, match=r"closures\.parquet is missing"):
        open_run(one)


def shapes() -> dict[str, Callable[[dict], str]]:
    """Texts that stand in the place of a manifest."""
    edits: dict[str, Callable[[dict], object]] = {
        "a list": lambda m: [],
        "null": lambda m: None,
        "a number": lambda m: 7,
        "a text": lambda m: "x",
        "no files": lambda m: {**m, "files": {}},
        "a list of files": lambda m: {**m, "files": []},
        "files without digests": lambda m: {**m, "files": dict.fromkeys(m["files"])},
        "a file elsewhere": lambda m: {**m, "files": {**m["files"], "../../../etc/passwd": {"bytes": 1}}},
        "an older version": lambda m: {**m, "manifest_version": 1},
        "version true": lambda m: {**m, "manifest_version": True},
        "no version": lambda m: {k: v for k, v in m.items() if k != "manifest_version"},
        "no digest": lambda m: {k: v for k, v in m.items() if k != "digest"},
        "no seed": lambda m: {k: v for k, v in m.items() if k != "seed"},
        "no resolved": lambda m: {**m, "resolved": None},
        "other replications": lambda m: {**m, "replications": "x"},
        "NaN": lambda m: {**m, "seed": float("nan")},
        "another run": lambda m: {**m, "run_id": "../../x"},
        "another title": lambda m: {**m, "title": "x"},
        "digest null": lambda m: {**m, "digest": None},
    }
    texts: dict[str, Callable[[dict], str]] = {
        name: (lambda m, edit=edit: json.dumps(edit(m)))
        for name, edit in edits.items()  # type: ignore[misc]
    }
    return texts | {
        "nothing": lambda m: "",
        "a brace": lambda m: "{",
        "deep": lambda m: "[" * 100_000,
        "a mark before": lambda m: "\ufeff" + json.dumps(m),
    }


@pytest.mark.parametrize("shape", shapes())
def test_a_manifest_of_any_other_shape_is_refused_in_one_line(tmp_path: Path, shape: str) -> None:
    folder = finished(tmp_path)
    path = folder / MANIFEST
    path.write_text(shapes()[shape](json.loads(path.read_text())))
    with pytest.raises(RunError) as caught:
        open_run(folder)
    assert str(folder) in str(caught.value)
    assert "\n" not in str(caught.value)
    run, damage = stored_run(folder)
    assert run is None
    assert damage
    with pytest.raises(CheckFailed):
        verify(folder)
    finished(tmp_path)  # writing it anew heals it
    verify(folder)


def test_a_manifest_that_was_only_laid_out_anew_is_the_same(tmp_path: Path) -> None:
    path = finished(tmp_path) / MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()), indent=4, sort_keys=True))
    verify(tmp_path)


def test_what_is_left_of_a_run_can_be_verified(tmp_path: Path) -> None:
    finished(tmp_path)
    (tmp_path / MANIFEST).unlink()
    with pytest.raises(CheckFailed, match=r"manifest\.json is missing"):
        verify(find_folder(str(tmp_path)))
    with pytest.raises(InputError, match="no finished run 'nothing'"):
        find_folder("nothing", tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        ".hidden",
        "a/b",
        "a\\b",
        "/etc",
        "a\0b",
        "a\nb",
        "a\x1b[2J",
        "a\u202eb",
        "a ",
        "a.",
        "con",
        "NUL.x",
        "lpt1",
        "x" * 256,
        "ж" * 128,
    ],
)
def test_results_never_leave_their_folder(tmp_path: Path, name: str) -> None:
    assert folder_fault(name)
    with pytest.raises(RunError, match="cannot be a folder of results"):
        run_folder(tmp_path, name, RUN)
    with pytest.raises(RunError, match="cannot be a folder of results"):
        run_folder(tmp_path, "demo", name)


@pytest.mark.parametrize("name", ["tutorial", "a b", "сценарий один", "x.y", "console", "-x", "a+b", "ж" * 127])
def test_ordinary_names_are_folders(tmp_path: Path, name: str) -> None:
    assert run_folder(tmp_path, name, RUN) == tmp_path / name / RUN


def test_a_lock_whose_file_is_removed_lets_one_in_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "demo" / RUN
    with one_at_a_time(folder):
        lock = next(folder.parent.glob(".*.lock"))
        with lock.open("a") as waiting:
            lock.unlink()  # as the first does when it ends, and then a third makes the file anew
            with lock.open("a") as third:
                assert locking.hold(third, wait=False)
                assert not locking.has_name(waiting, lock), "who waited sees that what it holds is no lock any more"
    assert not folder.parent.exists(), "neither a lock nor an empty folder stays"
