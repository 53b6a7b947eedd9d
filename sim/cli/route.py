"""The command that shows the ways between two places: nothing is simulated."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from sim.cli.completion import places, scenarios
from sim.cli.options import Json, Set
from sim.terminal import plain_errors, print_json, put, terminal_width


def route(
    origin: Annotated[
        str, typer.Argument(metavar="A", help="where it begins: id or title of a place", autocompletion=places)
    ],
    destination: Annotated[str, typer.Argument(metavar="B", help="where it ends", autocompletion=places)],
    cargo: Annotated[str, typer.Option(metavar="CARGO", help="TEU, wagon, truck, ... (default: TEU)")] = "",
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="day (default: the last of the period)")
    ] = None,
    most: Annotated[int, typer.Option(min=1, max=20, help="ways at most")] = 5,
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="SCENARIO", help="whose network it is", autocompletion=scenarios)
    ] = "baseline_2024",
    set_: Set = None,
    json_: Json = False,
) -> None:
    """Show the ways between two places.

    Time free of waiting, price, CO2 and borders of each.
    """
    with plain_errors():
        from sim.guide.ways import find_ways
        from sim.guide.ways_page import ways_page
        from sim.report.texttable import page_width
        from sim.runs.prepare import prepare

        found = find_ways(prepare(scenario, set_ or ()), origin, destination, cargo, on.date() if on else None, most)
        print_json(found) if json_ else put(ways_page(found).text(page_width(), terminal_width()))


COMMANDS = (route,)
