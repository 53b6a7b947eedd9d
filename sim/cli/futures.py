"""Commands that ask many points at once: what rules an outcome, and under which conditions it fails."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import Cluster, Engine, Json, Memory, NoFigures, Out, Quiet, Replications, Seed, Set, Workers
from sim.runs.engines import DEFAULT_ENGINE
from sim.terminal import plain_errors, progress, tell

Asked = Annotated[list[str] | None, typer.Option("--kpi", metavar="'KPI of SCOPE'", help="indicator; repeatable")]


def sensitivity(
    name: Annotated[str, typer.Argument(metavar="SCENARIO|SWEEP", help="a scenario, or a sweep file with its factors")],
    kpi: Asked = None,
    groups: Annotated[int, typer.Option(help="groups of a scenario's uncertain inputs at most")] = 40,
    trajectories: Annotated[int | None, typer.Option(help="of the screening (Morris); 0: none (default: 10)")] = None,
    keep: Annotated[int, typer.Option(help="inputs whose shares of variance are asked for")] = 8,
    base_points: Annotated[int | None, typer.Option(help="of the Sobol shares, a power of two (default: 128)")] = None,
    most_points: Annotated[int, typer.Option(help="refuse a study with more points")] = 10_000,
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
    no_figures: NoFigures = False,
) -> None:
    """Find which inputs rule an outcome.

    Of a scenario: all that is uncertain in its data, grouped by fact. Screened first, then weighed.
    """
    with plain_errors():
        from sim.studies.sensitivity import run as study

        with progress(quiet, workers) as told:
            done = study.sensitivity(
                name,
                kpis=kpi or (),
                groups=groups,
                trajectories=trajectories,
                keep=keep,
                base_points=base_points,
                most_points=most_points,
                overrides=set_ or (),
                replications=replications,
                seed=seed,
                engine=engine,
                workers=workers,
                cluster=cluster,
                out=out,
                figures=not no_figures,
                progress=told,
            )
        tell(done, json_, quiet)


def discover(
    name: Annotated[str, typer.Argument(metavar="SWEEP", help="a sweep file whose outcome has a target")],
    fresh: Annotated[int, typer.Option(help="new points on which the rule is checked")] = 40,
    set_: Set = None,
    seed: Seed = None,
    replications: Replications = None,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    out: Out = "results",
    memory: Memory = "8GB",
    json_: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Find when a target is missed.

    One rule over a few factors, with how much it covers and how often it is right, checked on fresh points.
    """
    with plain_errors():
        from sim.studies.discovery import run as study

        with progress(quiet, workers) as told:
            done = study.discover(
                name,
                fresh=fresh,
                overrides=set_ or (),
                replications=replications,
                seed=seed,
                engine=engine,
                workers=workers,
                out=out,
                figures=not no_figures,
                progress=told,
            )
        tell(done, json_, quiet)


COMMANDS = (sensitivity, discover)
