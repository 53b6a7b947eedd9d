"""Rules on names: no name says two things, since tables of results and barriers are read by name alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import get_args

from sim.errors import Problem
from sim.indicators import CORRIDOR
from sim.network.geofolder import ROW_ID
from sim.network.references import fault
from sim.network.tables import Flow
from sim.network.world import World

#: Scopes of indicators that sum up flows.
TOTALS = (CORRIDOR, "all", *get_args(Flow.model_fields["direction"].annotation))


def flows_are_no_totals(world: World) -> Iterator[Problem]:
    """No flow is named like the corridor or a direction of it, whose indicators stand in the same tables."""
    for id_ in world.flows:
        if id_ in TOTALS:
            message = f"'{id_}' names the sum of several flows; allowed: any other name than {', '.join(TOTALS)}"
            yield fault(world, "flows", id_, None, message)


def nodes_are_no_countries(world: World) -> Iterator[Problem]:
    """Where a barrier has a strength for a country, no node is named like it: it would count twice."""
    countries = {node.country.lower() for node in world.nodes.values()}
    known = {key for rows in world.barriers.values() for key in rows}
    for id_ in world.nodes:
        if id_ in countries & known:
            message = f"'{id_}' is a country too, and barriers have a strength for it; give the node another name"
            yield fault(world, "nodes", id_, None, message)


def pools_are_no_other_stocks(world: World) -> Iterator[Problem]:
    """A pool is named like a stock only if that stock is all of it: both have indicators of what is at hand."""
    stocks = {id_: row.pool for id_, row in world.facilities.items() if row.kind == "stock"}
    for id_, pool in stocks.items():
        if pool is None:
            continue
        if not re.fullmatch(ROW_ID["facilities"], pool):
            yield fault(world, "facilities", id_, "pool", f"{pool!r} is not a name; allowed: {ROW_ID['facilities']}")
        members = [name for name, other in stocks.items() if (other or name) == pool]
        if pool in stocks and members != [pool]:
            yield fault(world, "facilities", id_, "pool", f"'{pool}' is a depot too; give the pool another name")


#: All rules of this file.
NAME_RULES = (flows_are_no_totals, nodes_are_no_countries, pools_are_no_other_stocks)
