"""``corridor appraise``: what a scenario earns against what it costs."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import Cluster, Engine, Json, Memory, NoFigures, Out, Quiet, Replications, Seed, Set, Workers
from sim.terminal import plain_errors, progress, tell


def appraise(
    base: Annotated[str, typer.Argument(metavar="BASE", help="scenario without the scheme")],
    scheme: Annotated[str, typer.Argument(metavar="SCHEME", help="scenario with it")],
    cost: Annotated[str, typer.Option(metavar="MUSD[:MUSD]", help="investment (default: as published)")] = "",
    discount: Annotated[float, typer.Option(help="discount rate a year")] = 0.05,
    years: Annotated[int, typer.Option(help="years of benefits")] = 25,
    build_years: Annotated[int, typer.Option(help="years of building")] = 3,
    upkeep: Annotated[float, typer.Option(help="share of the investment a year")] = 0.02,
    growth: Annotated[float, typer.Option(help="growth of the benefit a year")] = 0.0,
    carbon_price: Annotated[float, typer.Option(help="USD a tonne of CO2e")] = 60.0,
    time_scale: Annotated[float, typer.Option(help="values of time, times this")] = 1.0,
    reliability_ratio: Annotated[float, typer.Option(help="a day of spread over a day")] = 0.4,
    set_: Set = None,
    seed: Seed = None,
    replications: Replications = None,
    engine: Engine = "compiled",
    workers: Workers = None,
    cluster: Cluster = "",
    out: Out = "results",
    memory: Memory = "8GB",
    json_: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Set what a scenario earns against its cost.

    Benefits of a year to those who ship (charges, time, reliability, carbon), present value and rate of return, with random
    variation, and each term at its lowest and highest.
    """
    with plain_errors():
        from sim.studies.appraise import run as study

        terms = {
            "discount": discount,
            "years": years,
            "build_years": build_years,
            "upkeep": upkeep,
            "growth": growth,
            "carbon_usd_per_t": carbon_price,
            "time_scale": time_scale,
            "reliability_ratio": reliability_ratio,
        }
        with progress(quiet, workers) as told:
            done = study.appraise(
                base,
                scheme,
                cost=cost,
                terms=terms,
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


COMMANDS = (appraise,)
