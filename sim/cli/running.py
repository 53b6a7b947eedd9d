"""The commands of one run: to simulate it, to check it before, to draw and verify it after."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli import completion
from sim.cli.options import (
    DRAWING,
    Check,
    Drawing,
    Force,
    Inputs,
    Json,
    KeepOperations,
    Memory,
    Most,
    Name,
    Out,
    Quiet,
    Set,
    Until,
    with_shared_options,
)
from sim.language.words import mark, tr
from sim.results.pictures import figures_folder
from sim.terminal import described, plain_errors, print_json, progress, put, report_line, terminal_width


@with_shared_options
def run(
    scenario: Name,
    shared: Drawing = DRAWING,
    force: Force = False,
    check: Check = False,
    keep_operations: KeepOperations = False,
    inputs: Inputs = "fixed",
    until: Until = "",
    most: Most = None,
) -> None:
    """Simulate a scenario; print a summary and figures."""
    with plain_errors():
        from sim.report.summary import summarise, summary_text
        from sim.report.texttable import page_width
        from sim.runs.replicate import run_scenario

        with progress(shared.quiet, shared.workers) as told:
            done = run_scenario(
                scenario,
                force=force,
                check=check,
                keep_operations=keep_operations,
                inputs=inputs,
                until=until,
                most=most,
                **shared.asked(told),
            )
        summary = summarise(done)
        if shared.json_:
            print_json(described(done) | {"summary": summary})
        elif not shared.quiet:
            if done.hit:
                put(tr("This run was already there; --force repeats it.") + "\n")
            put(summary_text(summary, width=page_width(), prose=terminal_width()))
            put("\n" + tr("Tables: {path}", path=done.path))
            if not shared.no_figures:
                put(tr("Figures: {path}", path=figures_folder(done.path)))
            put(report_line(done.path))


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
                told(0, 0, mark("drawing figures"))
            run, some = find_run(name, out), flow or to or focus
            figures = draw_flows(run, flow or (), to or (), focus or (), svg) if some else draw_figures(run, svg=svg)
        if json_:
            print_json({"figures": [str(f) for f in figures]})
        elif not quiet:
            put("\n".join(str(f) for f in figures))


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
            put(tr("ok: {count} files of {folder} are as they were written", count=len(files), folder=folder))


#: In the order of the command's help.
COMMANDS = (run, check, plot, verify)
