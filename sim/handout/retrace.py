"""A stored run's replication simulated again, so that what its tables do not keep can be shown; the trace is the same."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sim.analysis.records import replication_views, run_info
from sim.contract.trace import digest
from sim.errors import InputError, Problem, RunError
from sim.handout.again import overrides_of
from sim.handout.movie import Scene
from sim.handout.reproduce import period_overrides, written
from sim.language.shown import shown
from sim.language.words import tr
from sim.results.identity import code_digest
from sim.results.store import Run
from sim.runs.demand.settle import settled
from sim.runs.options import Options
from sim.runs.prepare import header_overrides, prepare
from sim.runs.worker import Job, Worker

_OTHERS = "the program or its data have changed since this run was made; run it again"


def scene_of_run(run: Run, replication: int = 0) -> Scene:
    """One replication of a stored run, ready for a moving map.

    Raises:
        InputError: its scenario cannot be read any more, or has geodata of its own.
        RunError: the program or the geodata are others than then, and so is the trace.
    """
    from sim.plots.from_run import basemap_dir

    manifest = run.manifest
    if "chain" not in manifest:
        raise InputError([Problem("an older version of the program made this run, without its scenario's files")])
    engine, inputs = str(manifest["engine"]).split(", ")[0], str(manifest.get("inputs", "fixed"))
    if manifest.get("demand") and manifest["code_digest"] != code_digest():
        raise RunError(_OTHERS)  # to find what its shippers settle on would take as long as the run, for nothing
    with tempfile.TemporaryDirectory(prefix="corridor-") as place:
        scenario = written(manifest, Path(place), "")
        own = overrides_of(manifest.get("changes") or ())
        own += period_overrides(manifest, scenario, own)
        world = prepare(scenario, header_overrides(own, int(manifest["replications"]), int(manifest["seed"])))
        world = settled(world, Options(engine=engine, out=run.path.parent.parent, figures=False, inputs=inputs))
        job = Job(world.scenario, world.geodata_digest, engine, run.path, run.run_id, False, False, inputs)
        model, draws, trace = Worker(job).trace(replication)
    if digest(trace) != manifest["trace_digest"][replication]:
        raise RunError(_OTHERS)
    book = replication_views(model.plan, draws, trace.by_columns(), run_info(model.world), replication).book
    told = tr(
        "Run {run_id}, replication {number} of {replications}, seed {seed}",
        run_id=run.run_id,
        number=replication + 1,
        replications=run.replications,
        seed=manifest["seed"],
    )
    return Scene(
        shown(str(manifest["title"] or manifest["scenario"])), told, manifest["resolved"], book, basemap_dir(manifest)
    )
