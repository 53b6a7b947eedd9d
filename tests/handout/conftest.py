"""A run, and a comparison with a scenario whose words try to be more than words."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.results.store import Run
from sim.runs.replicate import run_scenario
from sim.studies.compare.run import Comparison, compare_scenarios

#: A title and a question that are formulas, marks of pages, and letters of several scripts.
TITLE = '=HYPERLINK("http://x.y") & <b>Порт 中亚</b>'
QUESTION = "+1 -1 @SUM(A1) </script><script>alert(1)</script> {{ 7 * 7 }}?"


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("handout")


@pytest.fixture(scope="session")
def hostile(folder: Path) -> Path:
    path = folder / "third.yaml"
    path.write_text(
        f"schema_version: 1\nextends: tutorial\ntitle: '{TITLE}'\nquestion: '{QUESTION}'\n"
        "set:\n  fleets.feeders.count: {add: 1}\n",
        encoding="utf-8",
    )
    return path


@pytest.fixture(scope="session")
def run(folder: Path) -> Run:
    return run_scenario("tutorial", replications=2, out=str(folder / "results"), figures=False)


@pytest.fixture(scope="session")
def comparison(folder: Path, hostile: Path) -> Comparison:
    return compare_scenarios(["tutorial", str(hostile)], replications=2, out=str(folder / "results"))
