"""The moving map as a part of a report: its JSON, its script and style, or why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.errors import CorridorError
from sim.handout.again import run_command
from sim.handout.movie import as_text, movie
from sim.handout.retrace import scene_of_run
from sim.language.words import tr
from sim.results.store import Run

HERE = Path(__file__).parent
#: What begins the player in a report; the script above it is that of any page.
_BEGIN = """
mount(document.getElementById("movie"), JSON.parse(document.getElementById("movie-data").textContent));
"""


@dataclass(frozen=True, slots=True)
class MovingMap:
    """``text`` is the JSON; empty where it could not be made, and ``missing`` says why."""

    text: str
    missing: str = ""

    @property
    def script(self) -> str:
        """The script that draws it; empty without a map."""
        return (HERE / "movie.js").read_text(encoding="utf-8") + _BEGIN if self.text else ""

    @property
    def style(self) -> str:
        """Its style; empty without a map."""
        return (HERE / "movie.css").read_text(encoding="utf-8") if self.text else ""


def moving_map(runs: Sequence[Run]) -> MovingMap:
    """The first replication of one or two runs, simulated again; their traces are held against those of the runs."""
    try:
        return MovingMap(as_text(movie([scene_of_run(run) for run in runs])))
    except CorridorError as error:
        again = ", ".join(f"'{run_command(run.manifest)} --force'" for run in runs)
        missing = tr(
            "There is no moving map: {reason}. It is made of the run's first replication; after {command} the report has "
            "one, if the scenario stands on the program's own geodata.",
            reason=str(error).rstrip("."),
            command=again,
        )
        return MovingMap("", missing)
