"""The command that says what comes where demand answers, and what that rests on."""

from __future__ import annotations

from sim.cli.options import Cluster, Engine, Json, Memory, Name, Out, Quiet, Replications, Seed, Set, Workers
from sim.runs.engines import DEFAULT_ENGINE
from sim.terminal import plain_errors, progress, tell


def demand(
    name: Name,
    set_: Set = None,
    seed: Seed = None,
    replications: Replications = None,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    cluster: Cluster = "",
    out: Out = "results",
    memory: Memory = "8GB",
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Ask how much cargo comes, and what that rests on.

    As shippers weigh price, time and spread, and where they weigh otherwise.
    """
    with plain_errors():
        from sim.studies.demand import run as study

        with progress(quiet, workers) as told:
            done = study.demand(
                name,
                overrides=set_ or (),
                replications=replications,
                seed=seed,
                engine=engine,
                workers=workers,
                cluster=cluster,
                out=out,
                progress=told,
            )
        tell(done, json_, quiet)


COMMANDS = (demand,)
