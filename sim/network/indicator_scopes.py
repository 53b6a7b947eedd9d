"""Which scopes the indicators of a run have, and whether a scenario's primary indicator names one."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Problem, nearest
from sim.indicators import CORRIDOR, measure
from sim.network.world import World
from sim.scenario.library import shown
from sim.scenario.yamlfile import read_yaml


def scopes(world: World) -> list[str]:
    """The corridor, its directions and cargoes, then flows, facilities, services, their ports and barriers by name."""
    reported = {name: flow for name, flow in world.flows.items() if not flow.background}
    total = [flow for flow in reported.values() if flow.in_corridor_total]
    groups = [CORRIDOR, *sorted({flow.direction for flow in total}), *sorted({f"cargo {flow.cargo}" for flow in total})]
    ports = sorted({call.port for row in world.services.values() for call in row.rotation})
    return [
        *groups,
        *sorted(reported),
        *sorted(world.facilities),
        *sorted(world.services),
        *ports,
        *sorted(world.barriers),
    ]


def primary_kpi_has_a_scope(world: World) -> Iterator[Problem]:
    """The scope of ``primary_kpi`` is one that the run will have; barriers at one node are allowed too."""
    written = world.scenario.primary_kpi
    if not written:
        return
    scope, known = measure(written).scope, scopes(world)
    barrier, at, node = scope.partition("@")
    if scope not in known and not (at and barrier in world.barriers and node in world.nodes):
        hint = nearest(scope, known, 3) or f"; such as {', '.join(known[:4])}"
        yield _at_its_line(world, f"primary_kpi: the run has no scope {scope!r}{hint}")


def _at_its_line(world: World, message: str) -> Problem:
    """The problem at the nearest file that sets it; one from the command line has none."""
    for path in world.scenario.chain:
        document = read_yaml(path, shown(path))
        if "primary_kpi" in document.value:
            return document.problem(("primary_kpi",), message)
    return Problem(message, "--set")
