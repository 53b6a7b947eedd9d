"""Replications of one world whose number is not known beforehand: some now, more when they are needed.

A run has its number of replications in its id. A series has not: what it has stays valid when it grows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.executors import replicate_all
from sim.experiment.notices import notice
from sim.experiment.replicate import identify
from sim.experiment.worker import Job
from sim.results.locking import one_at_a_time
from sim.results.parts import read_part
from sim.results.store import run_folder
from sim.results.writing import RunWriter

if TYPE_CHECKING:
    import pandas as pd

    from sim.network.world import World
    from sim.scenario.indicators import Measure


class Series:
    """Replications 0, 1, ... of a world, stored in ``out/<scenario>/<id>/parts``."""

    def __init__(
        self, world: World, engine: str, out: Path, workers: int | None = None, inputs: str = "fixed"
    ) -> None:
        self.world, self.engine, self.workers, self.inputs = world, engine, workers, inputs
        self.series_id = identify(replace(world, scenario=replace(world.scenario, replications=0)), engine, inputs)
        self.folder = run_folder(out, world.scenario.name, self.series_id)
        self.count = 0
        self._kpis: list[pd.DataFrame] = []

    def grow(self, count: int, done: Callable[[], None] = lambda: None) -> None:
        """Have at least ``count`` replications; those stored before are not repeated.

        Raises InputError or RunError as ``run_world`` does. ``done`` is called after each replication.
        """
        if count <= self.count:
            return
        with one_at_a_time(self.folder):
            have = RunWriter(self.folder, self.series_id).take_up(notice)
            missing = [k for k in range(count) if k not in have]
            job = Job(scenario=self.world.scenario, geodata_digest=self.world.geodata_digest, engine=self.engine,
                      folder=self.folder, run_id=self.series_id, check=False, keep_operations=False,
                      inputs=self.inputs)  # fmt: skip
            for _ in range(self.count, count - len(missing)):
                done()
            for _ in replicate_all(job, self.world, missing, self.workers):
                done()
            for k in range(self.count, count):
                kpis = read_part(self.folder, self.series_id, k, "kpis")
                self._kpis.append(kpis[kpis["year"] == 0].astype({"kpi": str, "scope": str, "unit": str}))
        self.count = count

    @property
    def kpis(self) -> pd.DataFrame:
        """Whole-period indicators of the first replication."""
        return self._kpis[0]

    def values(self, measure: Measure) -> np.ndarray:
        """[replication] values of an indicator; not a number where a replication has none."""
        found = np.full(self.count, np.nan)
        for k, kpis in enumerate(self._kpis):
            rows = kpis.loc[(kpis["kpi"] == measure.kpi) & (kpis["scope"] == measure.scope), "value"]
            if len(rows):
                found[k] = float(rows.iloc[0])
        return found
