"""Commands that hold the corridor against published figures, and that answer the talks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import DRAWING, REPEATING, Drawing, Inputs, NoFigures, Repeating, with_shared_options
from sim.terminal import plain_errors, print_json, progress, put, tell


@with_shared_options
def validate(
    scenarios: Annotated[
        list[str] | None, typer.Argument(metavar="[SCENARIO]...", help="scenarios with base_year (default: all)")
    ] = None,
    demand: Annotated[bool, typer.Option("--demand", help="and volumes where demand answers")] = False,
    shared: Drawing = DRAWING,
) -> None:
    """Hold the base against published figures by year.

    Misses first, with the role of each figure; what the base is built on or fitted to is never counted.
    """
    with plain_errors():
        from sim.studies.validate import run as study

        with progress(shared.quiet, shared.workers) as told:
            done = study.validate(scenarios or (), demand, **shared.asked(told))
        tell(done, shared.json_, shared.quiet)


@with_shared_options
def talks(
    shared: Repeating = REPEATING,
    docs: Annotated[Path, typer.Option(help="folder of the page")] = Path("docs"),
    from_results: Annotated[bool, typer.Option("--from-results", help="simulate nothing, use stored runs")] = False,
    from_summary: Annotated[bool, typer.Option("--from-summary", help="lay the page out anew from talks.json")] = False,
    inputs: Inputs = "fixed",
    report_file: Annotated[str, typer.Option("--report", metavar="FILE", help="write one HTML file besides")] = "",
    force: Annotated[bool, typer.Option("--force", help="write over a report that is there")] = False,
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
        with progress(shared.quiet, shared.workers) as told:
            asked = shared.asked(told)
            asked["figures"] = not no_figures
            done = write_talks(
                docs=docs,
                from_results=from_results,
                from_summary=from_summary,
                inputs=inputs,
                **asked,
            )
        files = [str(path) for path in done.files]
        if report_file:
            files.append(str(write_talks_report(done.summary, report_file, force)))
        if shared.json_:
            print_json(done.summary)
        elif not shared.quiet:
            put("\n".join(files))


#: In the order of the command's help.
COMMANDS = (validate, talks)
