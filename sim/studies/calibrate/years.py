"""What the model gives for published figures where some inputs are moved: years of a scenario each, patched and read.

Of each replication what was observed is kept, one small file each, so that a broken-off calibration goes on where it
stopped, and two commands at once share the work, each in an order of its own. A file is named by what decides it: what the
engine receives at the base and what is read from it there, the changes, and the replication.
"""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from sim.analysis.kpis import Views, kpis
from sim.analysis.movements import link_table
from sim.analysis.passages import pair_of
from sim.analysis.records import closure_table, departures, passage_table, replication_views, run_info
from sim.errors import InputError, RunError
from sim.indicators import CORRIDOR, Measure
from sim.model.build import build
from sim.model.draws import Drawn, Model
from sim.model.feasibility import refuse_impossible
from sim.model.fingerprint import fingerprint
from sim.model.patching import Patcher
from sim.network.consistency import check
from sim.network.moved import Movable, moved
from sim.network.world import resolve
from sim.results.files import write_whole
from sim.results.identity import short_id
from sim.runs.engines import DEFAULT_ENGINE, engine_that_runs
from sim.runs.executors import on_threads
from sim.runs.worker import simulate
from sim.studies.validate.measure import measured

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from sim.network.tables import Observation
    from sim.network.world import World
    from sim.runs.progress import Progress
    from sim.scenario.changes import Change

#: What lineage calls the changes of a point.
LABEL = "calibrate"


class Readable(Protocol):
    """A scenario whose inputs are moved, and what is read of each replication."""

    patcher: Patcher

    @property
    def names(self) -> tuple[str, ...]:
        """Names of what is read."""

    def read(self, model: Model, replication: int, like: Drawn | None) -> dict[str, float]:
        """Name -> what one replication of a model gives, not a number where it has nothing."""


class Year:
    """A scenario's year with the published figures that are read from it."""

    def __init__(self, world: World, rows: Mapping[str, Observation]) -> None:
        self.patcher, self.rows, self.names = Patcher(world), rows, tuple(rows)
        pairs = (pair_of(row.model_dump()) for row in rows.values())
        info = run_info(world)
        self.info = replace(info, pairs=tuple(dict.fromkeys(p for p in pairs if p)))
        self.resolved = self.patcher.canonical(world)

    def read(self, model: Model, replication: int, like: Drawn | None) -> dict[str, float]:
        """Observation -> what one replication of a model gives for it, not a number where it has nothing."""
        draws, trace = simulate(model, DEFAULT_ENGINE, replication, like)
        views = replication_views(model.plan, draws, trace, self.info)
        run = _OneReplication(views, self.resolved)
        return {name: float(measured(run, row)[0]) for name, row in self.rows.items()}  # type: ignore[arg-type]


class _OneReplication:
    """The tables of one replication as those of a run, each made when it is asked for."""

    replications = 1

    def __init__(self, views: Views, resolved: Mapping[str, Any]) -> None:
        self._views, self.manifest = views, {"resolved": resolved}
        self.tables = ("passages", "closures", *(("costs",) if views.rates is not None else ()))

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """Times between nodes; of one replication the value is what it contributes."""
        wanted = {Measure("between_mean", pair.scope) for pair in self._views.pairs}
        lines = kpis(self._views, wanted or {Measure("volume_lots", CORRIDOR)})
        return lines.assign(contribution=lines["value"], replication=0)

    @cached_property
    def shipments(self) -> pd.DataFrame:
        """``departures``."""
        return departures(self._views).assign(replication=0)

    @cached_property
    def passages(self) -> pd.DataFrame:
        """``passage_table``."""
        return passage_table(self._views.book, self._views.passed).assign(replication=0)

    @cached_property
    def voyages(self) -> pd.DataFrame:
        """``voyages``."""
        return self._views.calls.assign(replication=0)

    @cached_property
    def facilities(self) -> pd.DataFrame:
        """``facility_days``."""
        return self._views.days.assign(replication=0)

    @cached_property
    def links(self) -> pd.DataFrame:
        """``link_table``."""
        return link_table(self._views.book, self._views.moves).assign(replication=0)

    @cached_property
    def closures(self) -> pd.DataFrame:
        """``closure_table``."""
        return closure_table(self._views.book).assign(replication=0)

    @cached_property
    def costs(self) -> pd.DataFrame:
        """``cost_table``; of geodata with rates."""
        assert self._views.costs is not None
        return self._views.costs.assign(replication=0)


class Years:
    """Scenarios that are run where inputs are moved.

    Args:
        years: what is run, and what is read of it.
        what: what may be moved.
        folder: where what was read is kept.
        workers, progress: as in ``Options``.
    """

    def __init__(
        self,
        years: Sequence[Readable],
        what: Movable,
        folder: Path,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        engine_that_runs(DEFAULT_ENGINE)
        self.names = tuple(name for year in years for name in year.names)
        self._years, self._what, self.folder = years, what, folder
        self._workers, self._progress = workers or os.cpu_count() or 1, progress
        self._prints = [fingerprint(year.patcher.model) for year in years]
        self._ids = [self._id_of_base(year, found) for year, found in zip(years, self._prints, strict=True)]

    def digests(self) -> dict[str, str]:
        """Scenario -> digest of what the engine receives at the base."""
        names = [year.patcher.model.world.scenario.name for year in self._years]
        return dict(zip(names, self._prints, strict=True))

    def values(
        self, points: Sequence[Mapping[str, float]], lucks: Sequence[Sequence[int]], words: str = "points"
    ) -> NDArray[np.float64]:
        """[points, replications, observations] what the model gives where entries of the ranges are moved by factors.

        ``lucks``: [points, replications] numbers of the replications of each point.
        """
        found = np.full((len(points), max(map(len, lucks)), len(self.names)), np.nan)
        asked: dict[int, list[tuple[int, int]]] = {}
        for k, own in enumerate(lucks):
            for place, replication in enumerate(own):
                asked.setdefault(replication, []).append((k, place))
        total, done = sum(map(len, lucks)) * len(self._years), 0
        for year, base in zip(self._years, self._ids, strict=True):
            columns = [self.names.index(name) for name in year.names]
            for replication, places in sorted(asked.items()):
                paths = [self._path(base, points[k], replication) for k, _ in places]
                had = {path: _stored(path, year.names) for path in paths}
                missing = {path: k for path, (k, _) in zip(paths, places, strict=True) if had[path] is None}
                done += len(places) - len(missing)
                like = Drawn.of(year.patcher.model, replication) if len(missing) > 1 else None
                shuffled = random.Random(os.getpid()).sample(sorted(missing), len(missing))
                tasks = [partial(self._one, year, points[missing[path]], replication, like, path) for path in shuffled]
                for _ in on_threads(tasks, min(self._workers, len(tasks))) if tasks else ():
                    done += 1
                    if self._progress:
                        self._progress(done, total, words)
                for path, (k, place) in zip(paths, places, strict=True):
                    read = had[path] or _stored(path, year.names)
                    if read is None:
                        raise RunError(f"{path} was lost while the calibration ran; the same command resumes it")
                    found[k, place, columns] = list(read.values())
        return found

    def _one(
        self,
        year: Readable,
        point: Mapping[str, float],
        replication: int,
        like: Drawn | None,
        path: Path,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        if stopped() or _stored(path, year.names) is not None:
            return
        changes = moved(self._what, point, LABEL)
        patch = year.patcher.patched((), changes)
        if patch.model is None:  # more follows than a patch can make: the whole is built
            model, like = _whole(year.patcher.model.world, changes), None
        else:
            model = patch.model
        values = year.read(model, replication, like)
        plain = {name: value if np.isfinite(value) else None for name, value in values.items()}
        if not stopped():
            write_whole(path, json.dumps(plain))

    def _path(self, base: str, point: Mapping[str, float], replication: int) -> Path:
        changes = [(c.key, c.value) for c in moved(self._what, point, "")]
        return self.folder / f"{short_id([base, [c for c in changes if c[1] != 1.0], replication])}.json"

    def _id_of_base(self, year: Readable, found: str) -> str:
        """What decides a reading besides the changes: what the engine receives, and what is read of it at the base."""
        read = year.read(year.patcher.model, 0, None)
        return short_id([found, {name: repr(value) for name, value in read.items()}])


def _whole(world: World, changes: Sequence[Change]) -> Model:
    """The model of a world with changes beneath its own, checked and built. Raises InputError."""
    moved_world = resolve(replace(world.scenario, changes=(*changes, *world.scenario.changes)))
    problems = check(moved_world)
    if problems:
        raise InputError(problems)
    model = build(moved_world)
    refuse_impossible(model)
    return model


def _stored(path: Path, names: Iterable[str]) -> dict[str, float] | None:
    """What a file holds, not a number where the model had nothing; None if it is not there, or damaged."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        return {name: float("nan") if read[name] is None else float(read[name]) for name in names}
    except (OSError, ValueError, KeyError, TypeError):
        return None
