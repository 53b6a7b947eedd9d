"""Commands that show what there is, and that begin a scenario: nothing is simulated."""

from __future__ import annotations

from typing import Annotated

import typer

from sim.cli.completion import scenarios
from sim.cli.options import Json, Name, Quiet, Set
from sim.errors import InputError, Problem
from sim.terminal import plain_errors, print_json, put, terminal_width

Within = Annotated[
    str, typer.Option("--scenario", metavar="SCENARIO", help="scenario in which to look", autocompletion=scenarios)
]
#: Where to look unless said otherwise.
BASE = "baseline_2024"


def find(
    words: Annotated[list[str], typer.Argument(metavar="WORDS", help="words of a title or name, in any order")],
    kind: Annotated[str, typer.Option(metavar="KIND", help="places, facilities, flows, parameters, ...")] = "",
    most: Annotated[int, typer.Option(min=1, help="entries of each kind that are printed")] = 10,
    scenario: Within = BASE,
    json_: Json = False,
) -> None:
    """Find parameters, places, flows and more.

    By words of their titles and names; every word must fit. Interventions, indicators, services, facilities and
    scenarios are found too.
    """
    with plain_errors():
        from sim.guide.entries import every_entry
        from sim.guide.listing import found_text
        from sim.guide.search import search
        from sim.network.world import resolve
        from sim.scenario.load import load_scenario

        found = search(every_entry(resolve(load_scenario(scenario))), words, kind)
        print_json(found) if json_ else put(found_text(found, terminal_width(), most))


def list_(
    interventions: Annotated[bool, typer.Option("--interventions", help="the catalogue of interventions")] = False,
    indicators: Annotated[bool, typer.Option("--indicators", help="the indicators of a run")] = False,
    flows: Annotated[bool, typer.Option("--flows", help="the flows of a scenario")] = False,
    places: Annotated[bool, typer.Option("--places", help="the places of the network")] = False,
    facilities: Annotated[bool, typer.Option("--facilities", help="berths, cranes, yards, depots, ...")] = False,
    parameters: Annotated[bool, typer.Option("--parameters", help="every number, with its source")] = False,
    scenario: Within = BASE,
    json_: Json = False,
) -> None:
    """List scenarios, flows, parameters and more."""
    with plain_errors():
        from sim.guide.entries import KINDS
        from sim.guide.listing import entries_text
        from sim.network.world import resolve
        from sim.scenario import library, listing
        from sim.scenario.interventions import read_catalogue
        from sim.scenario.load import load_scenario

        of_world = {"flow": flows, "place": places, "facility": facilities, "parameter": parameters}
        asked = [name for name, wanted in of_world.items() if wanted]
        if len(asked) + interventions + indicators > 1:
            raise InputError([Problem("list one thing at a time: --flows, --places or another", "list")])
        if asked:
            entries = list(KINDS[asked[0]][1](resolve(load_scenario(scenario))))
            print_json(entries) if json_ else put(entries_text(entries, terminal_width()))
        elif indicators:
            print_json(listing.indicators_json()) if json_ else put(listing.indicators_text(terminal_width()))
        elif interventions:
            catalogue = read_catalogue(library.scenarios_dir())
            print_json(listing.interventions_json(catalogue)) if json_ else put(listing.interventions_text(catalogue))
        else:
            found = listing.list_scenarios()
            print_json(listing.scenarios_json(found)) if json_ else put(listing.scenarios_text(found, terminal_width()))


def show(scenario: Name, set_: Set = None, json_: Json = False) -> None:
    """Show a resolved scenario.

    Its settings, its interventions, and what differs from its parent.
    """
    with plain_errors():
        from sim.guide.shown import show as resolved
        from sim.guide.shown import show_page
        from sim.report.texttable import page_width
        from sim.runs.prepare import prepare

        found = resolved(prepare(scenario, set_ or ()))
        print_json(found) if json_ else put(show_page(found).text(page_width(), terminal_width()))


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="name of the new file, without its ending")],
    extends: Annotated[str, typer.Option(metavar="SCENARIO", help="the parent")] = BASE,
    json_: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write a commented scenario file to begin with.

    NAME.yaml, in the working folder; what is there already stays as it is.
    """
    with plain_errors():
        from sim.guide.beginning import begin, new_path
        from sim.runs.prepare import prepare

        path = new_path(name)
        begin(path, prepare(extends))
        if json_:
            print_json({"path": str(path)})
        elif not quiet:
            shown = str(path) if path.parent.name else f"./{path}"
            put(f'{path} is written. Edit it, then: corridor check "{shown}"')


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


def schema(
    geodata: Annotated[bool, typer.Option("--geodata", help="that of the tables of a geodata folder")] = False,
) -> None:
    """Print the JSON schema of scenarios or geodata."""
    with plain_errors():
        from sim.network.jsonschema import geodata_schema
        from sim.scenario.jsonschema import scenario_schema

        print_json(geodata_schema() if geodata else scenario_schema())


#: In the order of the command's help.
COMMANDS = (find, list_, show, explain, init, schema)
