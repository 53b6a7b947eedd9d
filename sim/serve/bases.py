"""The scenarios of the page, each checked and built once, with the replications of it that are done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from dataclasses import dataclass
from pathlib import Path

from sim.analysis.records import run_info
from sim.errors import InputError, Problem, nearest
from sim.model.draws import Drawn
from sim.model.patching import Patcher
from sim.network.world import resolve
from sim.record import Record
from sim.runs.kept import Kept
from sim.runs.sampled_inputs import varies
from sim.scenario.library import CATALOGUE_FILE, scenario_paths
from sim.scenario.load import load_header, load_scenario
from sim.serve.control import Control
from sim.serve.controls import controls
from sim.serve.parts import Part, Replication
from sim.serve.picture import Painter, Side

#: Draws of a scenario that are kept, its first replications: with these each question begins. Some 55 MB each of a year
#: of the corridor.
_DRAWS = 3
#: Scenarios that are kept, and files of the folder that are listed.
_BASES, _MOST_LISTED = 2, 100
_LIBRARY, _FOLDER = "library", "folder"


@dataclass(frozen=True, slots=True)
class Offered(Record):
    """A scenario that the page offers; ``name`` is what ``corridor run`` takes, ``fault`` why it cannot be read."""

    name: str
    title: str
    question: str
    of: str
    fault: str = ""


class Base:
    """A scenario as it is: built, with its controls, and replications that any question may use.

    Raises InputError if it does not pass its checks, or is one that the page cannot work at.
    """

    def __init__(self, name: str, engine: str) -> None:
        scenario = load_scenario(name)
        if scenario.demand.reacts:
            told = "its demand answers between runs, which takes minutes for each change; use corridor compare"
            raise InputError([Problem(f"{name} is not for this page: {told}")])
        if varies(scenario, "fixed"):
            told = "its delays are drawn anew for each replication; use corridor compare"
            raise InputError([Problem(f"{name} is not for this page: {told}")])
        world = resolve(scenario)
        self.name, self.world = name, world
        self.patcher = Patcher(world)  # which checks it
        self.controls: dict[str, Control] = controls(world)
        self.of = world.scenario.replications
        self.painter = Painter(world, self.of)
        self.bars: dict[str, float] = {}
        self._engine, self._info = engine, run_info(world)
        self._parts: Kept[int, Part] = Kept(self.of)
        self._draws: dict[int, Drawn] = {}
        self._sides: Kept[int, Side] = Kept(2)
        self._lock = threading.Lock()

    def part(self, replication: int, stopped: Callable[[], None]) -> Part:
        """A replication of the scenario as it is, made once; ``stopped`` raises what ends the making."""
        while True:
            try:
                return self._parts.get(replication, lambda: self._made(replication, stopped))
            except CancelledError:  # by whoever was making it: then it is ours
                stopped()

    def side(self, n: int, stopped: Callable[[], None]) -> Side:
        """The first ``n`` replications, pooled."""
        return self._sides.get(n, lambda: Side([self.part(k, stopped) for k in range(n)]))

    def like(self, replication: int) -> Drawn | None:
        """The draws of one of the first replications; None for a later one, which each question draws itself."""
        if replication >= _DRAWS:
            return None
        with self._lock:
            if replication not in self._draws:
                self._draws[replication] = Drawn.of(self.patcher.model, replication)
            return self._draws[replication]

    def _made(self, replication: int, stopped: Callable[[], None]) -> Part:
        like = self.like(replication)
        found = Replication(self.patcher.model, self._info, replication, self._engine, stopped, like)
        part = found.with_waits(found.times())
        stopped()
        return part


class Bases:
    """The scenarios of the library and of the folder in which the program was started; the last few stay built."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder, self._engine = folder, engine
        self._kept: Kept[tuple[str, tuple[tuple[str, int], ...]], Base] = Kept(_BASES)

    def offered(self) -> list[Offered]:
        """All that can be chosen, those of the folder first."""
        return [*self._of_folder(), *self._of_library()]

    def base(self, name: str) -> Base:
        """The scenario of that name. Raises InputError if none is offered by it, or it has faults."""
        known = [*self._files(), *scenario_paths()]
        if name not in known:
            raise InputError([Problem(f"no scenario named {name[:60]!r} is offered here{nearest(name[:60], known)}")])
        return self._kept.get((name, self._stamps(name)), lambda: Base(name, self._engine))

    def _files(self) -> dict[str, Path]:
        """Scenario files of the folder, by the name under which they are run."""
        if (self.folder / "nodes.geojson").exists():
            return {}
        paths = sorted(path for path in self.folder.glob("*.yaml") if path.is_file() and path.name != CATALOGUE_FILE)
        return {f"./{path.name}": path for path in paths[:_MOST_LISTED]}

    def _stamps(self, name: str) -> tuple[tuple[str, int], ...]:
        """When a file of the folder and its parents were written: it is built anew where one of them has changed."""
        if name not in self._files():
            return ()
        return tuple((str(path), path.stat().st_mtime_ns) for path in load_scenario(name).chain)

    def _of_folder(self) -> list[Offered]:
        found = []
        for name, path in self._files().items():
            try:
                title, question = load_header(path)
            except InputError as error:
                if _is_scenario(error):
                    found.append(Offered(name, path.stem, "", _FOLDER, str(error)))
                continue
            except OSError as error:  # it may not be read, or is gone
                found.append(Offered(name, path.stem, "", _FOLDER, str(error.strerror or error)))
                continue
            found.append(Offered(name, title, question, _FOLDER))
        return found

    def _of_library(self) -> list[Offered]:
        return [Offered(name, *load_header(path), _LIBRARY) for name, path in scenario_paths().items()]


def _is_scenario(error: InputError) -> bool:
    """Whether a file that cannot be read is meant as a scenario, not a sweep or a table."""
    return not any(" is a " in problem.message or " is the " in problem.message for problem in error.problems)
