"""The compiled kernel on disk: what is not whole is compiled again, and what cannot be kept is used all the same."""

import fcntl
import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import numba
import pytest

from sim.engine.compiled import compilation
from sim.runs import engines, notices


@pytest.fixture
def kept(tmp_path):
    """A folder as it is left behind by a compilation."""
    own = tmp_path / f"{compilation._NAME}-0123"
    (own / "kernel").mkdir(parents=True)
    (own / "kernel" / "code.nbc").write_bytes(b"machine code")
    (own / compilation._LIST).write_text(json.dumps(compilation._digests(own)))
    return own


def test_a_folder_is_whole_as_it_was_written(kept):
    assert compilation._is_whole(kept)


@pytest.mark.parametrize("content", [b"", b"machine", b"machine cods"])
def test_a_damaged_file_is_noticed(kept, content):
    (kept / "kernel" / "code.nbc").write_bytes(content)
    assert not compilation._is_whole(kept)


@pytest.mark.parametrize("name", ["kernel/code.nbc", compilation._LIST])
def test_a_missing_file_is_noticed(kept, name):
    (kept / name).unlink()
    assert not compilation._is_whole(kept)


def test_kernels_of_others_stay_until_nobody_has_used_them_for_long(kept, tmp_path):
    half = tmp_path / f"{compilation._NAME}-4567"
    half.mkdir()
    compilation._forget_unused(tmp_path)
    assert kept.exists()
    assert not half.exists()
    long_ago_s = time.time() - compilation._KEPT_S - 60
    os.utime(kept / compilation._LIST, (long_ago_s, long_ago_s))
    compilation._forget_unused(tmp_path)
    assert not kept.exists()


def test_who_waits_for_another_compilation_says_so(tmp_path):
    said, lock = [], tmp_path / "lock"

    def wait():
        with compilation._one_at_a_time(lock, said.append):
            pass

    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        waiting = threading.Thread(target=wait)
        waiting.start()
        for _ in range(200):
            if said:
                break
            time.sleep(0.01)
        assert waiting.is_alive()
    waiting.join(timeout=5)
    assert said == ["waiting for another process that compiles the engine"]


def test_who_only_reads_the_kernel_neither_locks_nor_waits(kept, monkeypatch):
    """Two runs at once with a kernel that is there: nobody compiles, and nobody says so."""
    said, asked = [], []
    monkeypatch.setattr(compilation, "cache_folder", lambda: kept.parent)
    monkeypatch.setattr(compilation, "_digest", lambda: "0123")
    monkeypatch.setattr(compilation, "_loaded", [])
    monkeypatch.setattr(compilation, "_compile", lambda kernel: asked.append(kernel.stats.cache_path))
    with (kept.parent / f"{compilation._NAME}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        compilation.load_kernel(said.append)
    assert said == []
    assert [Path(path).parent for path in asked] == [kept]


def test_numba_keeps_the_code_in_the_folder_of_these_sources(tmp_path):
    """Beside the sources it asks for the age of loop.py alone, and runs code of other files that have changed since."""
    assert numba.config.CACHE_DIR == ""
    kernel = compilation._kept_in(tmp_path / "own")
    assert Path(kernel.stats.cache_path).parent == tmp_path / "own"
    assert numba.config.CACHE_DIR == ""


def test_a_folder_that_numba_does_not_take_is_told(tmp_path):
    (tmp_path / "own").write_text("in the way")
    with pytest.raises(OSError, match="own cannot be written"):
        compilation._kept_in(tmp_path / "own")


def test_a_folder_without_a_kernel_is_not_whole(tmp_path):
    (tmp_path / compilation._LIST).write_text("{}")
    assert not compilation._is_whole(tmp_path)


def test_optimised_bytecode_has_a_kernel_of_its_own():
    """Numba looks at bytecode: python -OO in the same folder compiled unseen, and made the folder look damaged."""
    ask = "from sim.engine.compiled.compilation import _digest; print(_digest())"
    found = [
        subprocess.run([sys.executable, *how, "-c", ask], capture_output=True, text=True, check=True).stdout
        for how in ([], ["-OO"])
    ]
    assert found[0] != found[1]
    assert found[0].strip() == compilation._digest()


def test_an_engine_that_cannot_run_is_tried_once(monkeypatch, capsys):
    """Each trial could cost a minute of compiling."""
    tried = []

    def fail(say):
        tried.append(say)
        raise OSError("no room")

    monkeypatch.setattr(compilation, "_loaded", [])
    monkeypatch.setattr(compilation, "_load", fail)
    monkeypatch.setattr(notices, "_said", set())
    monkeypatch.setattr(engines, "_cannot_run", set())
    assert {engines.engine_that_runs("compiled") for _ in range(3)} == {"reference"}
    assert len(tried) == 1
    assert "no room; the reference engine runs instead" in capsys.readouterr().err


def test_numba_that_must_not_compile_is_a_missing_numba(monkeypatch):
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    monkeypatch.setattr(compilation, "_loaded", [])
    with pytest.raises(ImportError, match="NUMBA_DISABLE_JIT"):
        compilation.load_kernel()
