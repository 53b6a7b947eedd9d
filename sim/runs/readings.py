"""What one indicator comes to over the replications of a world, without the tables of a run.

A run computes every table, hashes the trace and stores it all; of that a study that looks at one number needs little.
Here only what the indicator needs is computed from each trace and kept, one small part a replication, with the digests
and the resumption of every part of a run. What comes out is what the whole run has, to the last bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sim.results.identity import short_id
from sim.results.locking import one_at_a_time
from sim.results.parts import part_head, part_path
from sim.results.pooling import pooled_kpis
from sim.results.store import RunWriter, run_folder
from sim.runs.demand.settle import settled
from sim.runs.executors import replicate_all
from sim.runs.identify import identify
from sim.runs.notices import notice
from sim.runs.sampled_inputs import refuse_unfit_inputs
from sim.runs.worker import Job, refuse_in_a_starting_worker

if TYPE_CHECKING:
    import pandas as pd

    from sim.indicators import Measure
    from sim.network.world import World
    from sim.runs.options import Options


@dataclass(frozen=True)
class Reading:
    """An indicator of all replications of a run: the lines of it that the run's table of indicators has.

    ``run_id`` is that of the run.
    """

    run_id: str
    replications: int
    lines: pd.DataFrame

    def contributions(self, year: int) -> list[float]:
        """[replication] contributions in a calendar year (0: the period), not a number where a replication has none."""
        rows = self.lines[self.lines["year"] == year]
        found: list[float] = rows.set_index("replication")["contribution"].reindex(range(self.replications)).tolist()
        return found

    def unit(self, year: int) -> str:
        """Unit of the indicator; empty where no replication has it."""
        rows = self.lines[self.lines["year"] == year]
        return str(rows["unit"].iloc[0]) if len(rows) else ""


def reading(world: World, measure: Measure, options: Options) -> Reading:
    """Simulate a resolved and checked world for one indicator; replications that are stored are not repeated.

    Parts lie in ``out/<scenario>/<id>/parts``, the id being one of the run and the indicator.

    Raises InputError, CheckFailed and RunError as ``run_world`` does.
    """
    refuse_in_a_starting_worker()
    world = settled(world, options)
    refuse_unfit_inputs(world.scenario, options.inputs, options.out)  # before anything is written
    name, replications = world.scenario.name, world.scenario.replications
    place = place_of_reading(world, identify(world, options.engine, options.inputs), measure, options.out)
    _, own_id, folder = place
    with one_at_a_time(folder):
        have = set() if options.force else RunWriter(folder, own_id).take_up(notice)
        missing = [k for k in range(replications) if k not in have]
        job = Job(
            scenario=world.scenario,
            geodata_digest=world.geodata_digest,
            engine=options.engine,
            folder=folder,
            run_id=own_id,
            check=options.check,
            keep_operations=False,
            inputs=options.inputs,
            wanted=(measure,),
        )
        say = partial(options.progress or (lambda done, total, what: None))
        before = replications - len(missing)
        say(before, replications, name)
        begin = partial(say, before, replications, name)
        for done, _ in enumerate(replicate_all(job, world, missing, options.workers, begin, options.cluster), start=1):
            say(before + done, replications, name)
        return stored_reading(*place, replications, measure)


def place_of_reading(world: World, run_id: str, measure: Measure, out: str | Path) -> tuple[str, str, Path]:
    """The run's id, that of the reading, and the folder in which its parts lie."""
    own_id = short_id([run_id, *measure])
    return run_id, own_id, run_folder(out, world.scenario.name, own_id)


def stored_reading(run_id: str, own_id: str, folder: Path, replications: int, measure: Measure) -> Reading:
    """The reading of which all parts are there. Raises RunError if one is damaged."""
    parts = [part_path(folder, k) for k in range(replications)]
    for part in parts:
        part_head(part, own_id)
    found = pooled_kpis(parts)
    lines = found[(found["kpi"] == measure.kpi) & (found["scope"] == measure.scope)]
    return Reading(run_id, replications, lines)
