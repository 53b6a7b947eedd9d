"""Replications of one world whose number is not known beforehand: some now, more when they are needed.

A run has its number of replications in its id. A series has not: what it has stays valid when it grows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.indicators import CORRIDOR
from sim.results.locking import one_at_a_time
from sim.results.parts import part_head, part_path, part_table, read_part
from sim.results.pooling import pooled_kpis
from sim.results.store import run_folder
from sim.results.writing import RunWriter
from sim.runs.demand.settle import settled
from sim.runs.executors import replicate_all
from sim.runs.identify import identify
from sim.runs.notices import notice
from sim.runs.options import Options
from sim.runs.worker import Job

if TYPE_CHECKING:
    import pandas as pd

    from sim.indicators import Measure
    from sim.network.world import World


class Series:
    """Replications 0, 1, ... of a world, stored in ``out/<scenario>/<id>/parts``."""

    def __init__(self, world: World, options: Options) -> None:
        self.world, self.options = world, options
        self._shipping = settled(world, replace(options, progress=None))
        endless = replace(self._shipping, scenario=replace(self._shipping.scenario, replications=0))
        self.series_id = identify(endless, options.engine, options.inputs)
        self.folder = run_folder(options.out, world.scenario.name, self.series_id)
        self.count = 0
        self._kpis: list[pd.DataFrame] = []
        self._values: dict[tuple[Measure, int], np.ndarray] = {}

    def grow(self, count: int, done: Callable[[], None] = lambda: None) -> None:
        """Have at least ``count`` replications; those stored before are not repeated.

        Raises InputError or RunError as ``run_world`` does. ``done`` is called after each replication.
        """
        if count <= self.count:
            return
        with one_at_a_time(self.folder):
            have = RunWriter(self.folder, self.series_id).take_up(notice)
            missing = [k for k in range(count) if k not in have]
            job = Job(
                scenario=self._shipping.scenario,
                geodata_digest=self.world.geodata_digest,
                engine=self.options.engine,
                folder=self.folder,
                run_id=self.series_id,
                check=False,
                keep_operations=False,
                inputs=self.options.inputs,
            )
            for _ in range(self.count, count - len(missing)):
                done()
            for _ in replicate_all(job, self._shipping, missing, self.options.workers, cluster=self.options.cluster):
                done()
            for k in range(self.count, count):
                kpis = read_part(self.folder, self.series_id, k, "kpis")
                self._kpis.append(kpis[kpis["year"] == 0].astype({"kpi": str, "scope": str, "unit": str}))
        self.count = count

    @property
    def kpis(self) -> pd.DataFrame:
        """Whole-period indicators of all replications, one after another."""
        import pandas as pd

        return pd.concat(self._kpis, ignore_index=True)

    def values(self, measure: Measure, count: int | None = None) -> np.ndarray:
        """Contributions to an indicator, pooled over the first ``count`` replications (default: all there are).

        Returns: [count] values whose mean is the pooled statistic; not a number where there is nothing to count,
        infinite where a quantile lies among shipments that have not arrived.

        Raises RunError if a part cannot be read.
        """
        count = self.count if count is None else min(count, self.count)
        if (measure, count) not in self._values:
            self._values[measure, count] = self._pooled(measure, count)
        return self._values[measure, count]

    def _pooled(self, measure: Measure, count: int) -> np.ndarray:
        import pandas as pd

        kpis = pd.concat(self._kpis[:count], ignore_index=True)
        lots = (kpis["kpi"] == "transit_lots") & (kpis["scope"] == CORRIDOR)  # what time at a barrier is divided by
        own = (kpis["kpi"] == measure.kpi) & (kpis["scope"] == measure.scope)
        parts = [part_path(self.folder, k) for k in range(count)]
        found = pooled_kpis(parts, kpis[own | lots])
        rows = found.loc[(found["kpi"] == measure.kpi) & (found["scope"] == measure.scope), "contribution"]
        return rows.to_numpy(float) if len(rows) else np.full(count, np.nan)

    @property
    def unfinished(self) -> pd.DataFrame:
        """Shipments of all replications that had not arrived: replication, flow, node, cause and so on."""
        import pandas as pd

        parts = [part_path(self.folder, k) for k in range(self.count)]
        found = [
            pd.read_parquet(part_table(part, "unfinished"))
            for part in parts
            if "unfinished" in part_head(part, self.series_id)["tables"]
        ]
        columns = ("flow", "node", "cause")
        if not found:
            return pd.DataFrame(columns=["replication", *columns])
        return pd.concat([table.astype(dict.fromkeys(columns, str)) for table in found], ignore_index=True)
