"""Commands that ask many points at once: what comes of them, what rules an outcome, and when it fails."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.options import DRAWING, Drawing, Force, Inputs, Most, Until, with_shared_options
from sim.terminal import plain_errors, print_json, progress, put, say, tell

Asked = Annotated[list[str] | None, typer.Option("--kpi", metavar="'KPI of SCOPE'", help="indicator; repeatable")]


@with_shared_options
def sweep(
    file: Annotated[str, typer.Argument(metavar="SWEEP", help="name or path of a sweep file")],
    shared: Drawing = DRAWING,
    force: Force = False,
    inputs: Inputs = "fixed",
    until: Until = "",
    most: Most = None,
    status: Annotated[bool, typer.Option("--status", help="run nothing: what is done, missing and failed")] = False,
) -> None:
    """Run a scenario over a grid of parameters.

    Exit code 3 if a point fails.
    """
    with plain_errors():
        from sim.studies.sweep.run import run_sweep
        from sim.studies.sweep.status import sweep_status

        if status:
            found = sweep_status(file, inputs=inputs, until=until, most=most, **shared.asked())
            if shared.json_:
                print_json(found)
            elif not shared.quiet:
                put(found.text())
            raise typer.Exit(3 if found.failures else 0)

        with progress(shared.quiet, shared.workers) as told:
            done = run_sweep(
                file,
                force=force,
                inputs=inputs,
                until=until,
                most=most,
                **shared.asked(told),
            )
        tell(done, shared.json_, shared.quiet)
        if failed := done.result.failed:
            say(f"{failed} of {len(done.result.points)} points failed; {done.path / 'summary.md'} says why")
            raise typer.Exit(3)


@with_shared_options
def sensitivity(
    name: Annotated[str, typer.Argument(metavar="SCENARIO|SWEEP", help="a scenario, or a sweep file with its factors")],
    kpi: Asked = None,
    groups: Annotated[int, typer.Option(help="groups of a scenario's uncertain inputs at most")] = 40,
    trajectories: Annotated[int | None, typer.Option(help="of the screening (Morris); 0: none (default: 10)")] = None,
    keep: Annotated[int, typer.Option(help="inputs whose shares of variance are asked for")] = 8,
    base_points: Annotated[int | None, typer.Option(help="of the Sobol shares, a power of two (default: 128)")] = None,
    most_points: Annotated[int, typer.Option(help="refuse a study with more points")] = 10_000,
    shared: Drawing = DRAWING,
) -> None:
    """Find which inputs rule an outcome.

    Of a scenario: all that is uncertain in its data, grouped by fact. Screened first, then weighed.
    """
    with plain_errors():
        from sim.studies.sensitivity import run as study

        with progress(shared.quiet, shared.workers) as told:
            done = study.sensitivity(
                name,
                kpis=kpi or (),
                groups=groups,
                trajectories=trajectories,
                keep=keep,
                base_points=base_points,
                most_points=most_points,
                **shared.asked(told),
            )
        tell(done, shared.json_, shared.quiet)


@with_shared_options
def discover(
    name: Annotated[str, typer.Argument(metavar="SWEEP", help="a sweep file whose outcome has a target")],
    fresh: Annotated[int, typer.Option(help="new points on which the rule is checked")] = 40,
    shared: Drawing = DRAWING,
) -> None:
    """Find when a target is missed.

    One rule over a few factors, with how much it covers and how often it is right, checked on fresh points.
    """
    with plain_errors():
        from sim.studies.discovery import run as study

        with progress(shared.quiet, shared.workers) as told:
            done = study.discover(
                name,
                fresh=fresh,
                **shared.asked(told),
            )
        tell(done, shared.json_, shared.quiet)


#: In the order of the command's help.
COMMANDS = (sweep, sensitivity, discover)
