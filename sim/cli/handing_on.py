"""Commands that write what was found so that it can be handed on."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.completion import results
from sim.cli.options import Json, NoFigures, Out, Quiet
from sim.terminal import plain_errors, print_json, progress, put

Found = Annotated[
    str,
    typer.Argument(
        metavar="RUN|COMPARISON", help="folder or id, or scenario name (newest run)", autocompletion=results
    ),
]
Over = Annotated[bool, typer.Option("--force", help="write over a file that is there")]


def export(
    name: Found,
    file: Annotated[str, typer.Argument(metavar="FILE", help="file to write: .xlsx .csv .gpkg .zip")],
    out: Out = "results",
    table: Annotated[str, typer.Option(metavar="TITLE", help="sheet for .csv (default: Indicators)")] = "",
    separator: Annotated[str, typer.Option(metavar="SIGN", help="between cells of .csv: , ; | tab")] = ",",
    decimal: Annotated[str, typer.Option(metavar="SIGN", help="decimal sign of .csv: . or ,")] = ".",
    force: Over = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a run or comparison as a workbook.

    Sheets: answer, indicators with intervals and units, by flow, by place, changes with sources, published figures,
    read me. A name that ends in .csv gets one of these tables; .gpkg network, flows and results of a run as a
    GeoPackage, .zip the same as tables of GMNS.
    """
    with plain_errors():
        from sim.handout.export import export as write

        path = write(name, file, out=out, table=table, separator=separator, decimal=decimal, force=force)
        if json_:
            print_json({"path": str(path)})
        elif not quiet:
            put(str(path))


def report(
    name: Annotated[
        str,
        typer.Argument(metavar="RUN|STUDY", help="folder or id, or scenario name (newest run)", autocompletion=results),
    ],
    file: Annotated[str, typer.Argument(metavar="[FILE]", help="file to write (default: report.html there)")] = "",
    out: Out = "results",
    no_figures: NoFigures = False,
    no_movie: Annotated[bool, typer.Option("--no-movie", help="no moving map, which takes a replication more")] = False,
    force: Over = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a run or study as one HTML file.

    Question, answer, numbers, a moving map of one replication, pictures, what was changed, what rests on assumptions,
    published figures, warnings, and how to make it again. It opens without a network; print it for a PDF.
    """
    with plain_errors():
        from sim.handout.report import write_report

        with progress(quiet) as told:
            if told:
                told(0, 0, "drawing figures")
            path = write_report(name, file, out=out, figures=not no_figures, movie=not no_movie, force=force)
        if json_:
            print_json({"path": str(path)})
        elif not quiet:
            put(str(path))


def table(
    name: Annotated[str, typer.Argument(metavar="TABLE", help="flows, fleets, facilities, tariffs, ...")],
    file: Annotated[str, typer.Argument(metavar="FILE", help="workbook to write, .xlsx")],
    scenario: Annotated[str, typer.Option(metavar="SCENARIO", help="the scenario whose table it is")] = "baseline_2024",
    force: Over = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a table of a scenario to edit it.

    One row an id, one column a field, with units and allowed values; corridor scenario reads what was edited.
    """
    with plain_errors():
        from sim.handout.table_book import write_table

        path = write_table(name, file, scenario, force)
        if json_:
            print_json({"path": str(path)})
        elif not quiet:
            put(f"{path}: edit it, then: corridor scenario {path}")


def scenario(
    file: Annotated[str, typer.Argument(metavar="FILE", help="a workbook of 'corridor table', edited")],
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="scenario to write (default: FILE's name)")] = "",
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write what was edited as a scenario.

    Each value that differs, with its cell and what was there; what is wrong is named by sheet and cell.
    """
    with plain_errors():
        from sim.handout.table_book import scenario_of

        path, changed = scenario_of(file, name)
        if json_:
            print_json({"path": str(path), "changed": changed})
        elif not quiet:
            shown = str(path) if path.parent.name else f"./{path}"
            put(f'{path}: {changed} value{"" if changed == 1 else "s"} changed; then: corridor check "{shown}"')


def reproduce(
    manifest: Annotated[str, typer.Argument(metavar="MANIFEST", help="manifest.json of a run, or its folder")],
    out: Annotated[str, typer.Option(metavar="<path>", help="folder of results")] = "reproduced",
    geodata: Annotated[str, typer.Option(metavar="<path>", help="geodata of its own, if it has such")] = "",
    other_program: Annotated[bool, typer.Option("--other-program", help="although sources differ")] = False,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Make a run again and check that it is the same.

    From the scenario's files that its manifest holds; inputs, program and every trace are held against it. Exit
    code 1 if something differs.
    """
    with plain_errors():
        from sim.handout.reproduce import reproduce as again

        with progress(quiet) as told:
            done = again(manifest, out=out, geodata=geodata, other_program=other_program, progress=told)
        if json_:
            print_json(done)
        elif not quiet:
            program = "the same program" if done.same_program else "another version of the program"
            put(f"the same: run {done.run_id}, {done.replications} traces equal, by {program}\nTables: {done.path}")


#: In the order of the command's help.
COMMANDS = (report, export, table, scenario, reproduce)
