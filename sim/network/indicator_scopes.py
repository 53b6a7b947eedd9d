"""Which scopes the indicators of a run have, and whether a scenario's primary indicator names one."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import InputError, Problem, nearest
from sim.indicators import CORRIDOR, INDICATORS, Measure, by_rival, measure
from sim.network.world import World
from sim.scenario.library import shown
from sim.scenario.yamlfile import read_yaml


def scopes(world: World, kpi: str) -> list[str]:
    """The scopes that a run may have of an indicator, the common ones first: the corridor, directions, cargoes, flows;
    places, services, pools; barriers, each also at one node (``documents@border``).

    Of what stands between two nodes, and of a gauge, none: only a run knows which there are.
    """
    kind = INDICATORS[kpi].scopes
    reported = {name: flow for name, flow in world.flows.items() if not flow.background}
    if kind == "shipments":
        total = [flow for flow in reported.values() if flow.in_corridor_total]
        ways, cargoes = ({str(getattr(flow, of)) for flow in total} for of in ("direction", "cargo"))
        return [CORRIDOR, *sorted(ways), *sorted(f"cargo {name}" for name in cargoes), *sorted(reported)]
    if kind == "facility":
        sections = [
            f"{name}/{end}" for name, row in world.links.items() for end in (row.from_node, row.to_node, "both")
        ]
        ships = [
            f"ship/{name}/{nth:03}"
            for name, row in world.fleets.items()
            for nth in range(1, 1 + max((step.value for step in row.count.steps), default=0))
        ]
        return [*sorted(world.facilities), *sorted(sections), *sorted(ships)]
    if kind == "pool":
        depots = {name: row.pool for name, row in world.facilities.items() if row.pool}
        known = [*sorted(set(depots.values())), *sorted(depots)]
        directions = sorted({flow.direction for flow in world.flows.values()})
        return known + [f"{name} {direction}" for name in known for direction in directions]
    return {
        "everything": [CORRIDOR, "all"],
        "service": sorted(world.services),
        "port": sorted({call.port for row in world.services.values() for call in row.rotation}),
        "barrier": sorted(world.barriers),
        "market": _of_markets(world, kpi),
    }.get(kind, [])


def _of_markets(world: World, kpi: str) -> list[str]:
    found = sorted(world.markets)
    by_rivals = [by_rival(name, given.rival) for name in found for given in world.markets[name].rivals]
    if kpi == "market_by_rival":
        return by_rivals
    if kpi == "market_diverted":
        found += by_rivals
    return [*found, *([CORRIDOR] if kpi == "shippers_gain" else [])]


def unknown_scope(world: World, wanted: Measure) -> str:
    """Why no run of a world can have an indicator, with the nearest scopes; empty where it may have it."""
    known = scopes(world, wanted.kpi)
    barrier, at, node = wanted.scope.partition("@")
    if not known or wanted.scope in known or (at and barrier in known and node in world.nodes):
        return ""
    hint = nearest(wanted.scope, known, 3) or f"; such as {', '.join(known[:4])}"
    return f"{wanted.kpi} has no scope {wanted.scope!r}{hint}"


def refuse_unknown_scope(world: World, wanted: Measure, cited: str, what: str = "") -> None:
    """Raise InputError if no run of a world can have an indicator; ``what`` names the setting, ``cited`` its file."""
    why = unknown_scope(world, wanted)
    if why:
        raise InputError([Problem(what + why, cited)])


def primary_kpi_has_a_scope(world: World) -> Iterator[Problem]:
    """The scope of ``primary_kpi`` is one that the run may have of that indicator."""
    written = world.scenario.primary_kpi
    why = unknown_scope(world, measure(written)) if written else ""
    if why:
        yield _at_its_line(world, f"primary_kpi: {why}")


def _at_its_line(world: World, message: str) -> Problem:
    """The problem at the nearest file that sets it; one from the command line has none."""
    for path in world.scenario.chain:
        document = read_yaml(path, shown(path))
        if "primary_kpi" in document.value:
            return document.problem(("primary_kpi",), message)
    return Problem(message, "--set")
