"""Rules on tariffs and emission factors, and how their units are read.

A unit such as ``USD/TEU-km`` names what is multiplied: a measure of the load (TEU, wagon, truck, or t
of goods) and a basis (km travelled, day on the way, or nothing: each time).
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Problem, nearest
from sim.network.references import fault
from sim.network.world import World

RATE_TABLES = ("tariffs", "emissions")
CARRIAGE = ("rail", "road", "pipeline", "sea")
#: What a component may be charged by; sea freight is paid for the passage or by the kilometre.
BASES = {
    "rail": ("km",),
    "road": ("km",),
    "pipeline": ("km",),
    "sea": ("", "km"),
    "port": ("",),
    "gauge": ("",),
    "documents": ("",),
    "time": ("day",),
}


def measure_and_basis(unit: str) -> tuple[str, str]:
    """Read ``USD/TEU-km`` as ``("TEU", "km")`` and ``kg CO2e/t`` as ``("t", "")``."""
    measure, _, basis = unit.split("/")[1].partition("-")
    return measure, basis


def rates_refer(world: World) -> Iterator[Problem]:
    """A rate names cargo, countries, nodes and services that exist."""
    countries = {node.country for node in world.nodes.values()}
    known = {"cargo": world.cargo, "countries": countries, "nodes": world.nodes, "services": world.services}
    for table in RATE_TABLES:
        for id_, rate in getattr(world, table).items():
            for field, allowed in known.items():
                for name in getattr(rate, field):
                    if name not in allowed:
                        message = f"'{name}' is not in the geodata{nearest(name, allowed)}"
                        yield fault(world, table, id_, field, message)


def rates_fit_their_units(world: World) -> Iterator[Problem]:
    """A rate is not negative, goes by a basis of its component, and by a measure that its cargo has."""
    for table in RATE_TABLES:
        for id_, rate in getattr(world, table).items():
            if any(step.value < 0 for step in rate.value.steps):
                yield fault(world, table, id_, "value", "must not be negative; lower the price that it would reduce")
            measure, basis = measure_and_basis(rate.unit)
            allowed = BASES[rate.component]
            if basis not in allowed:
                bases = " or ".join(f"per {b}" if b else "each time" for b in allowed)
                yield fault(world, table, id_, "unit", f"{rate.component} is charged {bases}, not in {rate.unit}")
            for cargo in rate.cargo:
                if measure != "t" and cargo in world.cargo and not getattr(world.cargo[cargo], measure.lower()):
                    yield fault(world, table, id_, "unit", f"{cargo} is not counted in {measure}")
