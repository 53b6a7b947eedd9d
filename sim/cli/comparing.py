"""Commands that run several scenarios, or one in several forms, and say what the difference is worth."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from sim.cli import completion
from sim.cli.options import DRAWING, SIMULATING, Drawing, Inputs, Name, Simulating, with_shared_options
from sim.terminal import described, plain_errors, progress, tell


@with_shared_options
def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="A B [C ...]", help="scenarios or run folders; A is the base", autocompletion=completion.scenarios
        ),
    ],
    shared: Drawing = DRAWING,
    inputs: Inputs = "fixed",
    disruption_end: Annotated[
        datetime | None,
        typer.Option(
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="start of recovery (default: disruptions' end)",
        ),
    ] = None,
) -> None:
    """Compare scenarios with a base.

    Replications are paired with common random numbers; what has not been run is run.
    """
    with plain_errors():
        from sim.studies.compare.run import compare_scenarios

        with progress(shared.quiet, shared.workers) as told:
            done = compare_scenarios(
                runs,
                disruption_end=disruption_end.date() if disruption_end else None,
                inputs=inputs,
                **shared.asked(told),
            )
        tell(done, shared.json_, shared.quiet, runs=[described(run) for run in done.runs])


@with_shared_options
def decompose(
    base: Annotated[str, typer.Argument(metavar="A", help="the base: a scenario's name or file")],
    package: Annotated[str, typer.Argument(metavar="B", help="the base with interventions and settings added")],
    by: Annotated[str, typer.Option(help="what is one part: intervention, kind or package")] = "intervention",
    kpi: Annotated[
        list[str] | None, typer.Option(metavar="'KPI of SCOPE'", help="another indicator; repeatable")
    ] = None,
    orders: Annotated[int, typer.Option(min=2, help="pairs of random orders, beyond six parts")] = 8,
    shared: Drawing = DRAWING,
) -> None:
    """Value each intervention of a package.

    Alone, last in, and by Shapley value.
    """
    with plain_errors():
        from sim.studies.decompose import run as study

        with progress(shared.quiet, shared.workers) as told:
            done = study.decompose(
                base,
                package,
                by=by,
                kpis=kpi or (),
                pairs=orders,
                **shared.asked(told),
            )
        tell(done, shared.json_, shared.quiet)


@with_shared_options
def bottleneck(
    scenario: Name,
    kpi: Annotated[
        str, typer.Option(metavar="'KPI of SCOPE'", help="indicator (default: transit_mean of corridor)")
    ] = "",
    candidates: Annotated[int, typer.Option(help="candidates: longest waits, then most used")] = 12,
    shared: Drawing = DRAWING,
) -> None:
    """Rank bottlenecks by the effect of one more unit.

    Facilities, lines, fleets, acceptance slots and pools of equipment.
    """
    with plain_errors():
        from sim.studies.bottleneck import run as study

        with progress(shared.quiet, shared.workers) as told:
            done = study.bottleneck(
                scenario,
                kpi=kpi,
                candidates=candidates,
                **shared.asked(told),
            )
        tell(done, shared.json_, shared.quiet)


@with_shared_options
def capacity(
    scenario: Name,
    freeze_at: Annotated[
        datetime | None,
        typer.Option(
            metavar="DATE",
            formats=["%Y-%m-%d"],
            help="day whose network holds (default: first day)",
        ),
    ] = None,
    years: Annotated[int, typer.Option(help="years measured, after one of warm-up")] = 3,
    tolerance: Annotated[float, typer.Option(help="backlog growth allowed, share of demand a year")] = 0.01,
    precision: Annotated[float, typer.Option(help="precision of the multiple, as a share of it")] = 0.02,
    flow: Annotated[
        list[str] | None, typer.Option(metavar="FLOW", help="multiply this flow's demand alone; repeatable")
    ] = None,
    shared: Drawing = DRAWING,
) -> None:
    """Find the largest demand that can be carried.

    The multiple of demand whose backlog does not grow from year to year, and what binds.
    """
    with plain_errors():
        from sim.studies.capacity import run as study

        with progress(shared.quiet, shared.workers) as told:
            done = study.capacity(
                scenario,
                freeze_at=freeze_at.date() if freeze_at else None,
                years=years,
                tolerance=tolerance,
                precision=precision,
                flows=flow or (),
                **shared.asked(told),
            )
        tell(done, shared.json_, shared.quiet)


@with_shared_options
def rank(
    base: Annotated[str, typer.Argument(metavar="BASE", help="scenario to which the candidates are added")],
    candidates: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CANDIDATE ...]", help="interventions, packages (default: with a cost)"),
    ] = None,
    kpi: Annotated[str, typer.Option(metavar="'KPI of SCOPE'", help="indicator (default: the base's)")] = "",
    budget: Annotated[float | None, typer.Option(metavar="MUSD", help="choose the best package for this")] = None,
    cost: Annotated[list[str] | None, typer.Option(metavar="NAME=MUSD", help="a cost of your own; repeatable")] = None,
    at: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="date of interventions (default: all the run)"),
    ] = None,
    own_dates: Annotated[bool, typer.Option("--own-dates", help="they hold from the catalogue's days")] = False,
    total: Annotated[int | None, typer.Option(min=1, help="total replications (default: twice stage one)")] = None,
    confidence: Annotated[float, typer.Option(help="stop when the best is known with this probability")] = 0.95,
    shared: Drawing = DRAWING,
    inputs: Inputs = "fixed",
) -> None:
    """Rank interventions by effect per million USD.

    Packages too, with the probability of being best.
    """
    with plain_errors():
        from sim.studies.rank import run as study

        with progress(shared.quiet, shared.workers) as told:
            done = study.rank(
                base,
                candidates or (),
                kpi=kpi,
                budget_musd=budget,
                costs=study.read_costs(cost or ()),
                at=at.date() if at else None,
                own_dates=own_dates,
                total=total,
                confidence=confidence,
                inputs=inputs,
                **shared.asked(told),
            )
        tell(done, shared.json_, shared.quiet)


@with_shared_options
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
    shared: Drawing = DRAWING,
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
        with progress(shared.quiet, shared.workers) as told:
            done = study.appraise(
                base,
                scheme,
                cost=cost,
                terms=terms,
                **shared.asked(told),
            )
        tell(done, shared.json_, shared.quiet)


@with_shared_options
def promise(
    flows: Annotated[list[str], typer.Argument(metavar="FLOW [FLOW ...]", help="flows ('corridor list --flows')")],
    leaves: Annotated[datetime, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="day of departure (UTC)")],
    sure: Annotated[str, typer.Option(metavar="PERCENT", help="how many are to be there by the day")] = "95",
    by: Annotated[
        datetime | None, typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="chance of an agreed day")
    ] = None,
    intervention: Annotated[
        list[str] | None, typer.Option(metavar="ID[@DATE]", help="beside, with this one; repeatable")
    ] = None,
    months: Annotated[bool, typer.Option("--months", help="the year too, by month of departure")] = False,
    around: Annotated[int, typer.Option(metavar="DAYS", help="days before and after that count too")] = 3,
    scenario: Annotated[str, typer.Option(metavar="SCENARIO", help="(default: base of the year)")] = "",
    shared: Drawing = DRAWING,
) -> None:
    """Promise a day of arrival.

    For cargo that leaves on a day: when half, nine in ten and so on are there, with intervals over the shipments of
    all replications, and what makes the slowest slow.
    """
    with plain_errors():
        from sim.studies.promise import run as study

        with progress(shared.quiet, shared.workers) as told:
            done = study.promise(
                flows,
                leaves.date(),
                scenario=scenario,
                sure=study.read_share(sure),
                by=by.date() if by else None,
                around_d=around,
                interventions=intervention or (),
                months=months,
                **shared.asked(told),
            )
        tell(done, shared.json_, shared.quiet)


@with_shared_options
def demand(
    name: Name,
    shared: Simulating = SIMULATING,
) -> None:
    """Ask how much cargo comes, and what that rests on.

    As shippers weigh price, time and spread, and where they weigh otherwise.
    """
    with plain_errors():
        from sim.studies.demand import run as study

        with progress(shared.quiet, shared.workers) as told:
            done = study.demand(name, **shared.asked(told))
        tell(done, shared.json_, shared.quiet)


#: In the order of the command's help.
COMMANDS = (compare, decompose, bottleneck, capacity, rank, appraise, promise, demand)
