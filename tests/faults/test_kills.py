"""Commands that are killed between any two of their writes, then called again: nothing lost, wrong or left over.

``make kill`` does the same at hundreds of random moments.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from tests.faults.commands import content, left_over, run, start, stored

RUN = ("run", "tutorial", "--replications", "2", "--no-figures", "--out", "results", "-q")
COMPARE = ("compare", "tutorial", "three.yaml", "--replications", "2", "--no-figures", "--out", "results", "-q")
#: Ends the process by a signal at its n-th step of writing: before a file is put in its place.
END_AT = """
import os, signal
left, replace = [{nth}], os.replace
def ends(draft, target):
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), signal.{name})
        import time; time.sleep(60 if "{name}" == "SIGKILL" else 0)
    replace(draft, target)
os.replace = ends
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def world(folder: Path) -> Path:
    folder.mkdir()
    head = "schema_version: 1\ntitle: Three ships\nextends: tutorial\n"
    (folder / "three.yaml").write_text(head + "set: {fleets.feeders.count: 3}\n")
    return folder


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What an uninterrupted comparison leaves."""
    folder = world(tmp_path_factory.mktemp("whole") / "w")
    assert run(COMPARE, folder).code == 0
    assert left_over(folder) == []
    return content(folder)


@pytest.mark.parametrize(
    ("name", "nth", "code"),
    [
        ("SIGKILL", 6, -signal.SIGKILL),  # while tables are merged
        ("SIGTERM", 24, 128 + signal.SIGTERM),  # while the study is written
    ],
)
def test_a_killed_command_goes_on_and_leaves_nothing(
    whole: dict[str, str], tmp_path: Path, name: str, nth: int, code: int
) -> None:
    folder = world(tmp_path / "w")
    ended = run(COMPARE, folder, patch=END_AT.format(nth=nth, name=name))
    assert ended.code == code
    again = run(COMPARE, folder)
    assert (again.code, again.err) == (0, "")
    assert left_over(folder) == []
    assert content(folder) == whole


def test_ctrl_c_says_how_to_go_on_and_leaves_no_draft(tmp_path: Path) -> None:
    ended = run(RUN, tmp_path, patch=END_AT.format(nth=2, name="SIGINT"))
    assert ended.code == 130
    assert ended.is_one_line
    assert [path for path in left_over(tmp_path) if path.endswith(".tmp")] == []


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="children are looked up in /proc")
def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    arguments = ("run", "tutorial", "--replications", "60", "--engine", "reference", "--workers", "2", "-q")
    parent = start([*arguments, "--out", "results", "--no-figures"], tmp_path)
    try:
        at_work = until(lambda: children(parent.pid) if stored(tmp_path) else [], 120)
        assert len(at_work) >= 2
        parent.kill()
        parent.wait(20)
        assert until(lambda: not [pid for pid in at_work if is_alive(pid)], 20)
    finally:
        parent.kill()
        parent.communicate()


def until(found, seconds: float):
    """The first true answer within so many seconds, or the last one."""
    for _ in range(int(seconds / 0.05)):
        if answer := found():
            return answer
        time.sleep(0.05)
    return found()


def stat(pid: str) -> list[str]:
    """State, parent, ... of a process; nothing if there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []


def children(parent: int) -> list[str]:
    pids = [name for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if stat(pid)[1:2] == [str(parent)]]


def is_alive(pid: str) -> bool:
    return stat(pid)[:1] not in ([], ["Z"])
