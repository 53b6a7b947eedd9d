"""The command: it says what is missing, ends cleanly, and is stopped from the page."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sim.cli import app
from sim.cli import serve as command
from sim.serve.server import Asking, Served
from tests.serve.conftest import Page

ROOT = Path(__file__).parents[2]


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    done = CliRunner().invoke(app, ["serve", "tutorial"])
    assert done.exit_code == 2
    assert "starlette and uvicorn: pip install 'middle-corridor[serve]'" in done.stderr


def test_a_scenario_that_is_not_offered_is_named(folder: Path) -> None:
    done = CliRunner().invoke(app, ["serve", "tutorail", "--no-browser"])
    assert done.exit_code == 2
    assert "nearest: 'tutorial'" in done.stderr


def test_the_page_stops_the_program(folder: Path) -> None:
    served = Served(Asking(Path()), print)
    thread = threading.Thread(target=served.run)
    thread.start()
    assert Page(served).post("stop", {}).status == 200
    thread.join(10)
    assert not thread.is_alive()


@pytest.mark.skipif(os.name == "nt", reason="signals of Windows are others")
def test_ctrl_c_ends_it_cleanly(folder: Path) -> None:
    line = [sys.executable, "-m", "sim.cli", "serve", "./small.yaml", "--no-browser"]
    own = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=own
    ) as running:
        assert running.stdout is not None
        assert running.stdout.readline().startswith("http://127.0.0.1:")
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert running.returncode == 0, told
    assert "Traceback" not in told
    assert told.splitlines()[-1] == "ended"
