"""The commands of a calibration: to rule out inputs, and to ask the headlines of what is left."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sim.cli.options import Json, Out, Quiet, Workers
from sim.terminal import plain_errors, print_json, progress, put, terminal_width

File = Annotated[str, typer.Argument(metavar="[FILE]", help="a calibration file (default: the corridor's own)")]
Into = Annotated[str, typer.Option("--into", metavar="FOLDER", help="folder of its tables (default: the file's)")]


def calibrate(
    file: File = "",
    into: Into = "",
    until: Annotated[str, typer.Option(metavar="STAGE", help="last stage that is run (default: all)")] = "validated",
    check: Annotated[bool, typer.Option("--check", help="check the file, run nothing")] = False,
    workers: Workers = None,
    out: Out = "results",
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Rule out inputs that published figures exclude.

    By waves of runs of 2022 to 2024; what is left is stored as accepted sets. The same command resumes an interrupted one.
    """
    with plain_errors():
        from sim.report.texttable import page_width
        from sim.studies.calibrate.file import calibration_path
        from sim.studies.calibrate.page import page
        from sim.studies.calibrate.record import read_record
        from sim.studies.calibrate.run import calibrate as run
        from sim.studies.calibrate.run import prepare_calibration

        path = Path(file) if file else calibration_path()
        if check:
            content = prepare_calibration(path).plan.content
            put(f"ok: {len(content.targets)} targets, {len(content.free)} free parameters")
            return
        folder = Path(into) if into else path.parent
        with progress(quiet, workers) as told:
            ready = run(path, into=folder, until=until, workers=workers, out=out, progress=told)
        if until != "validated":
            return
        found = read_record(ready, folder)
        if json_:
            print_json(found)
        elif not quiet:
            put(page(found).text(page_width(), terminal_width()))
            put(f"\nTables: {folder}")


def headlines(
    file: File = "",
    into: Into = "",
    workers: Workers = None,
    out: Out = "results",
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Ask the main answers of the accepted sets.

    Each comparison of the calibration file, set by set: does its sign hold? The same command resumes an interrupted one.
    """
    with plain_errors():
        from sim.report.texttable import page_width
        from sim.studies.calibrate.file import calibration_path, read_calibration
        from sim.studies.calibrate.headlines import headlines as run
        from sim.studies.calibrate.page import headlines_page

        path = Path(file) if file else calibration_path()
        folder = Path(into) if into else path.parent
        with progress(quiet, workers) as told:
            found = run(read_calibration(path), into=folder, workers=workers, out=out, progress=told)
        if json_:
            print_json(found)
        elif not quiet:
            put(headlines_page(found).text(page_width(), terminal_width()))
            put(f"\nTable: {folder}")


#: In the order of the command's help.
COMMANDS = (calibrate, headlines)
