"""The ``corridor`` command: parse, call, print one summary, give an exit code. No logic lives here.

Exit codes: 0 done, 1 a check did not hold, 2 invalid input, 3 the run failed, 130 interrupted (143 by SIGTERM).
Everything but typer is imported inside the commands, so that ``corridor --help`` answers at once.
"""

from __future__ import annotations

import gc
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from sim.cli import appraise, calibrate, completion, demand, finding, futures, handing_on, route
from sim.cli.options import (
    Check,
    Cluster,
    Engine,
    Force,
    Inputs,
    Json,
    KeepOperations,
    Memory,
    Most,
    Name,
    NoFigures,
    Out,
    Quiet,
    Replications,
    Seed,
    Set,
    Until,
    Workers,
)
from sim.runs.engines import DEFAULT_ENGINE
from sim.terminal import (
    described,
    drop_output,
    heed_termination,
    interrupted,
    leave,
    open_output,
    plain_errors,
    print_json,
    progress,
    put,
    report_line,
    say,
    system_words,
    tell,
    terminal_width,
)

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib import import_module

        put(f"corridor {import_module('sim').__version__}")
        raise typer.Exit


@app.callback()
def _corridor(
    version: Annotated[
        bool, typer.Option("--version", help="print the version", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Simulate freight on the Middle Corridor, from China over the Caspian to Europe."""


@app.command()
def run(
    scenario: Name,
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
    force: Force = False,
    check: Check = False,
    no_figures: NoFigures = False,
    keep_operations: KeepOperations = False,
    inputs: Inputs = "fixed",
    until: Until = "",
    most: Most = 200,
) -> None:
    """Simulate a scenario; print a summary and figures."""
    with plain_errors():
        from sim.report.summary import summarise, summary_text
        from sim.report.texttable import page_width
        from sim.runs.replicate import run_scenario

        with progress(quiet, workers) as told:
            done = run_scenario(
                scenario,
                overrides=set_ or (),
                replications=replications,
                seed=seed,
                engine=engine,
                workers=workers,
                cluster=cluster,
                out=out,
                force=force,
                check=check,
                keep_operations=keep_operations,
                figures=not no_figures,
                inputs=inputs,
                until=until,
                most=most,
                progress=told,
            )
        summary = summarise(done)
        if json_:
            print_json(described(done) | {"summary": summary})
        elif not quiet:
            if done.hit:
                put("This run was already there; --force repeats it.\n")
            put(summary_text(summary, width=page_width(), prose=terminal_width()))
            put(f"\nTables: {done.path}" + ("" if no_figures else f"\nFigures: {done.path / 'figures'}"))
            put(report_line(done.path))


@app.command()
def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="A B [C ...]", help="scenarios or run folders; A is the base", autocompletion=completion.scenarios
        ),
    ],
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

        with progress(quiet, workers) as told:
            done = compare_scenarios(
                runs,
                overrides=set_ or (),
                replications=replications,
                seed=seed,
                engine=engine,
                workers=workers,
                cluster=cluster,
                disruption_end=disruption_end.date() if disruption_end else None,
                out=out,
                figures=not no_figures,
                inputs=inputs,
                progress=told,
            )
        tell(done, json_, quiet, runs=[described(run) for run in done.runs])


@app.command()
def decompose(
    base: Annotated[str, typer.Argument(metavar="A", help="the base: a scenario's name or file")],
    package: Annotated[str, typer.Argument(metavar="B", help="the base with interventions and settings added")],
    by: Annotated[str, typer.Option(help="what is one part: intervention, kind or package")] = "intervention",
    kpi: Annotated[
        list[str] | None, typer.Option(metavar="'KPI of SCOPE'", help="another indicator; repeatable")
    ] = None,
    orders: Annotated[int, typer.Option(min=2, help="pairs of random orders, beyond six parts")] = 8,
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
    """Value each intervention of a package.

    Alone, last in, and by Shapley value.
    """
    with plain_errors():
        from sim.studies.decompose import run as study

        with progress(quiet, workers) as told:
            done = study.decompose(
                base,
                package,
                by=by,
                kpis=kpi or (),
                pairs=orders,
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


@app.command()
def bottleneck(
    scenario: Name,
    kpi: Annotated[
        str, typer.Option(metavar="'KPI of SCOPE'", help="indicator (default: transit_mean of corridor)")
    ] = "",
    candidates: Annotated[int, typer.Option(help="candidates: longest waits, then most used")] = 12,
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
    """Rank bottlenecks by the effect of one more unit.

    Facilities, lines, fleets, acceptance slots and pools of equipment.
    """
    with plain_errors():
        from sim.studies.bottleneck import run as study

        with progress(quiet, workers) as told:
            done = study.bottleneck(
                scenario,
                kpi=kpi,
                candidates=candidates,
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


@app.command()
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
    """Find the largest demand that can be carried.

    The multiple of demand whose backlog does not grow from year to year, and what binds.
    """
    with plain_errors():
        from sim.studies.capacity import run as study

        with progress(quiet, workers) as told:
            done = study.capacity(
                scenario,
                freeze_at=freeze_at.date() if freeze_at else None,
                years=years,
                tolerance=tolerance,
                precision=precision,
                flows=flow or (),
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


@app.command()
def validate(
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="scenarios with base_year (default: all)")
    ] = None,
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
    """Hold the base against published figures by year.

    Misses first, with the role of each figure; what the base is built on or fitted to is never counted.
    """
    with plain_errors():
        from sim.studies.validate import run as study

        with progress(quiet, workers) as told:
            done = study.validate(
                scenarios or (),
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


@app.command()
def talks(
    replications: Replications = None,
    seed: Seed = None,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    cluster: Cluster = "",
    out: Out = "results",
    docs: Annotated[Path, typer.Option(help="folder of the page")] = Path("docs"),
    from_results: Annotated[bool, typer.Option("--from-results", help="simulate nothing, use stored runs")] = False,
    from_summary: Annotated[bool, typer.Option("--from-summary", help="lay the page out anew from talks.json")] = False,
    inputs: Inputs = "fixed",
    report_file: Annotated[str, typer.Option("--report", metavar="FILE", help="write one HTML file besides")] = "",
    force: Annotated[bool, typer.Option("--force", help="write over a report that is there")] = False,
    json_: Json = False,
    quiet: Quiet = False,
    no_figures: NoFigures = False,
) -> None:
    """Answer the talks: write docs/talks.md.

    Their scenarios are run, or opened, and compared. The tables stand in docs/talks_tables.md.
    """
    with plain_errors():
        from sim.handout.talks_report import report_path, write_talks_report
        from sim.studies.talks.run import write_talks

        if report_file:
            report_path(report_file, force)
        with progress(quiet, workers) as told:
            done = write_talks(
                replications=replications,
                seed=seed,
                engine=engine,
                workers=workers,
                cluster=cluster,
                out=out,
                docs=docs,
                from_results=from_results,
                from_summary=from_summary,
                inputs=inputs,
                figures=not no_figures,
                progress=told,
            )
        files = [str(path) for path in done.files]
        if report_file:
            files.append(str(write_talks_report(done.summary, report_file, force)))
        if json_:
            print_json(done.summary)
        elif not quiet:
            put("\n".join(files))


@app.command()
def sweep(
    file: Annotated[str, typer.Argument(metavar="SWEEP", help="name or path of a sweep file")],
    set_: Set = None,
    replications: Replications = None,
    seed: Seed = None,
    engine: Engine = DEFAULT_ENGINE,
    workers: Workers = None,
    cluster: Cluster = "",
    out: Out = "results",
    memory: Memory = "8GB",
    json_: Json = False,
    quiet: Quiet = False,
    force: Force = False,
    no_figures: NoFigures = False,
    inputs: Inputs = "fixed",
    status: Annotated[bool, typer.Option("--status", help="run nothing: what is done, missing and failed")] = False,
) -> None:
    """Run a scenario over a grid of parameters.

    Exit code 3 if a point fails.
    """
    with plain_errors():
        from sim.studies.sweep.run import run_sweep
        from sim.studies.sweep.status import sweep_status

        if status:
            found = sweep_status(
                file, overrides=set_ or (), replications=replications, seed=seed, engine=engine, out=out, inputs=inputs
            )
            if json_:
                print_json(found)
            elif not quiet:
                put(found.text())
            raise typer.Exit(3 if found.failures else 0)

        with progress(quiet, workers) as told:
            done = run_sweep(
                file,
                overrides=set_ or (),
                replications=replications,
                seed=seed,
                engine=engine,
                workers=workers,
                cluster=cluster,
                out=out,
                force=force,
                figures=not no_figures,
                inputs=inputs,
                progress=told,
            )
        tell(done, json_, quiet)
        if failed := done.result.failed:
            say(f"{failed} of {len(done.result.points)} points failed; {done.path / 'summary.md'} says why")
            raise typer.Exit(3)


@app.command()
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
    inputs: Inputs = "fixed",
) -> None:
    """Rank interventions by effect per million USD.

    Packages too, with the probability of being best.
    """
    with plain_errors():
        from sim.studies.rank import run as study

        with progress(quiet, workers) as told:
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
                overrides=set_ or (),
                replications=replications,
                seed=seed,
                engine=engine,
                workers=workers,
                cluster=cluster,
                out=out,
                figures=not no_figures,
                inputs=inputs,
                progress=told,
            )
        tell(done, json_, quiet)


@app.command()
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
    """Promise a day of arrival.

    For cargo that leaves on a day: when half, nine in ten and so on are there, with intervals over the shipments of
    all replications, and what makes the slowest slow.
    """
    with plain_errors():
        from sim.studies.promise import run as study

        with progress(quiet, workers) as told:
            done = study.promise(
                flows,
                leaves.date(),
                scenario=scenario,
                sure=study.read_share(sure),
                by=by.date() if by else None,
                around_d=around,
                interventions=intervention or (),
                months=months,
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


@app.command()
def plot(
    name: Annotated[
        str,
        typer.Argument(
            metavar="RUN", help="run folder, or scenario name (newest run)", autocompletion=completion.results
        ),
    ],
    out: Out = "results",
    flow: Annotated[list[str] | None, typer.Option(metavar="FLOW", help="this flow alone; repeatable")] = None,
    to: Annotated[list[str] | None, typer.Option(metavar="PLACE", help="flows that end there; repeatable")] = None,
    focus: Annotated[list[str] | None, typer.Option(metavar="COUNTRY", help="flows to or from it, such as BG")] = None,
    svg: Annotated[bool, typer.Option("--svg", help="write SVG files too")] = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Draw the figures of a finished run again.

    With --flow, --to or --focus those of some flows alone, in a folder of their own.
    """
    with plain_errors():
        from sim.plots.figures import draw_figures, draw_flows
        from sim.results.store import find_run

        with progress(quiet) as told:
            if told:
                told(0, 0, "drawing figures")
            run, some = find_run(name, out), flow or to or focus
            figures = draw_flows(run, flow or (), to or (), focus or (), svg) if some else draw_figures(run, svg=svg)
        if json_:
            print_json({"figures": [str(f) for f in figures]})
        elif not quiet:
            put("\n".join(str(f) for f in figures))


@app.command()
def verify(
    name: Annotated[
        str,
        typer.Argument(
            metavar="RUN|STUDY", help="folder or id, or scenario name (newest run)", autocompletion=completion.results
        ),
    ],
    out: Out = "results",
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Verify the files of a finished run or study.

    Every file is read again and held against what was written.
    """
    with plain_errors():
        from sim.results.store import find_folder
        from sim.results.store import verify as verify_run

        folder = find_folder(name, out, studies=True)
        files = verify_run(folder)
        if json_:
            print_json({"ok": True, "path": str(folder), "files": files})
        elif not quiet:
            put(f"ok: {len(files)} files of {folder} are as they were written")


@app.command()
def check(
    scenario: Name,
    set_: Set = None,
    inputs: Inputs = "fixed",
    memory: Memory = "8GB",
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Check a scenario without simulating it.

    Its geodata too; every problem is printed at once.
    """
    with plain_errors():
        from sim.model.build import build
        from sim.model.effects import effects
        from sim.model.feasibility import refuse_impossible
        from sim.network.tables import TABLES
        from sim.report.effects_page import check_lines
        from sim.runs.prepare import prepare
        from sim.runs.sampled_inputs import check_inputs, refuse_unfit_inputs

        check_inputs(inputs)
        world = prepare(scenario, set_ or ())
        refuse_unfit_inputs(world.scenario, inputs, "results")
        refuse_impossible(build(world))  # what only shows when the flows' operations are laid out
        counts = {table: len(getattr(world, table)) for table in TABLES}
        found = effects(world)
        if json_:
            print_json(
                {
                    "ok": True,
                    "scenario": world.scenario.name,
                    "rows": counts,
                    "effects": found,
                    "notes": world.notes,
                    "notes_of_parent": world.notes_of_parent,
                }
            )
        elif not quiet:
            put("ok: " + ", ".join(f"{count} {table}" for table, count in counts.items() if count))
            put("\n".join(check_lines(found, world.notes, world.notes_of_parent, scenario, terminal_width())), end="")


@app.command()
def explain(
    key: Annotated[str, typer.Argument(metavar="KEY", help="such as facilities.aktau_cranes.capacity")],
    scenario: Annotated[str, typer.Option(help="scenario in which the parameter stands")] = "baseline_2024",
    set_: Set = None,
    json_: Json = False,
) -> None:
    """Show where a parameter's value comes from.

    And what it comes to in the run.
    """
    with plain_errors():
        from sim.network.world import resolve
        from sim.report.effects_page import explained, explained_text
        from sim.scenario.load import load_scenario

        found = explained(resolve(load_scenario(scenario, set_ or ())), key)
        print_json(found) if json_ else put(explained_text(found, scenario, terminal_width()))


@app.command()
def schema(
    geodata: Annotated[bool, typer.Option("--geodata", help="that of the tables of a geodata folder")] = False,
) -> None:
    """Print the JSON schema of scenarios or geodata."""
    with plain_errors():
        from sim.network.jsonschema import geodata_schema
        from sim.scenario.jsonschema import scenario_schema

        print_json(geodata_schema() if geodata else scenario_schema())


_MORE = (
    *appraise.COMMANDS,
    *finding.COMMANDS,
    *route.COMMANDS,
    *handing_on.COMMANDS,
    *calibrate.COMMANDS,
    *futures.COMMANDS,
    *demand.COMMANDS,
)
for _command in _MORE:
    app.command(_command.__name__.rstrip("_"))(_command)


def main() -> None:
    """Entry point of the ``corridor`` command."""
    gc.set_threshold(50_000, 10, 10)  # imports make many objects and no garbage: look seldom
    heed_termination()
    try:
        open_output()
        app()
    except SystemExit as end:
        leave(end.code)
        raise
    except OSError as error:  # outside of a command's own work, e.g. the help on a full disk
        drop_output()
        say(system_words(error))
        sys.exit(3)
    except KeyboardInterrupt as stop:  # outside of a command's own work, e.g. while it starts
        sys.exit(interrupted(stop))
    except Exception:
        import traceback

        traceback.print_exc()
        say("This is a fault of the program, not of your input; please report it with the lines above.")
        sys.exit(3)
    finally:
        gc.disable()  # at exit Python would look through all modules for garbage: a third of a second for nothing
