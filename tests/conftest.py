"""What holds for all tests."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# a busy machine is slow at drawing inputs, which says nothing of what is tested
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")

TESTS = Path(__file__).parent
#: Folders whose tests, nearly all, need no engine: they run first, while another process compiles it.
WITHOUT_ENGINE = ("network", "scenario", "statistics")
_compiling: list[subprocess.Popen[bytes]] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=needs_engine)


def pytest_collection_finish(session: pytest.Session) -> None:
    """The first of several workers has the engine compiled at once, so that it is there when it is needed."""
    worker = getattr(session.config, "workerinput", {"workerid": ""})["workerid"]
    if worker == "gw0" and any(map(needs_engine, session.items)):
        code = "from sim.engine.compiled.compilation import load_kernel; load_kernel()"
        _compiling.append(subprocess.Popen([sys.executable, "-c", code], cwd=TESTS.parent, stderr=subprocess.DEVNULL))


def pytest_sessionfinish() -> None:
    for child in _compiling:
        child.kill()  # it has ended, unless the tests were broken off
        child.wait()


def needs_engine(item: pytest.Item) -> bool:
    """Whether a test may simulate."""
    return item.path.relative_to(TESTS).parts[0] not in WITHOUT_ENGINE


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """The kernel is compiled before a test that needs it, so that none meets the line that says so, or waits for another."""
    if needs_engine(item):
        from sim.engine.compiled.compilation import load_kernel

        load_kernel()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """No test leaves this process without an engine: those after it would run on the other one, in other processes."""
    engines = sys.modules.get("sim.runs.engines")
    lost = set() if engines is None else set(engines._cannot_run)
    if lost:
        engines._cannot_run.clear()
        pytest.fail(f"{item.nodeid} leaves the engine {', '.join(sorted(lost))} marked as one that cannot run")
