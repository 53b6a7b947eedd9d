"""From what the planner wrote to a world that may be simulated: load, resolve, check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.errors import InputError

if TYPE_CHECKING:
    from sim.network.world import World


def prepare(name_or_path: str, overrides: Sequence[str] = ()) -> World:
    """Resolve a scenario and check that its parts fit together.

    Args:
        name_or_path: a scenario's name (see ``corridor list``) or the path of its file.
        overrides: ``key=value`` texts, applied last, such as ``facilities.aktau_cranes.capacity=3``.

    Raises:
        InputError: with every problem found, each with file and line.
    """
    from sim.network.consistency import check
    from sim.network.world import resolve
    from sim.scenario.load import load_scenario

    world = resolve(load_scenario(str(name_or_path), tuple(overrides)))
    problems = check(world)
    if problems:
        raise InputError(problems)
    return world


def header_overrides(
    overrides: Sequence[str], replications: int | None = None, seed: int | None = None
) -> tuple[str, ...]:
    """Write ``replications`` and ``seed`` as overrides too, so that one mechanism changes everything."""
    header = {"replications": replications, "seed": seed}
    return (*overrides, *(f"{key}={value}" for key, value in header.items() if value is not None))
