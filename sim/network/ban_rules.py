"""Rules on loading bans, and words on those that stop nothing in a run."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Problem, nearest
from sim.network.bans import bans_of, comes_back
from sim.network.references import fault
from sim.network.world import World


def bans_refer(world: World) -> Iterator[Problem]:
    """A ban names flows that exist, each once, and that have a demand of their own."""
    for id_, ban in world.bans.items():
        for k, name in enumerate(ban.flows):
            if name not in world.flows:
                yield fault(world, "bans", id_, "flows", f"'{name}' is not a flow{nearest(name, world.flows)}")
            elif name in ban.flows[:k]:
                yield fault(world, "bans", id_, "flows", f"'{name}' is there twice; allowed: each flow once")
            elif world.flows[name].woken_by is not None:
                message = f"'{name}' is empty repositioning, which departs when units stand idle: it has no departures"
                yield fault(world, "bans", id_, "flows", f"{message} to refuse")


def bans_last(world: World) -> Iterator[Problem]:
    """A ban begins before it ends."""
    for id_, ban in world.bans.items():
        if ban.to_day <= ban.from_day:
            message = f"{ban.to_day} is not after {ban.from_day}, the first day of the ban"
            yield fault(world, "bans", id_, "to", f"{message} ('to' is the first day on which shipments depart again)")


def bans_say_what_comes_back(world: World) -> Iterator[Problem]:
    """What is refused for a time comes back within a time; what is lost does not."""
    for id_, ban in world.bans.items():
        if ban.then == "later" and ban.back_within is None:
            message = "'later' needs 'back_within', the time over which what was refused departs, such as '10 d'"
            yield fault(world, "bans", id_, "then", message)
        elif ban.then == "lost" and ban.back_within is not None:
            yield fault(world, "bans", id_, "back_within", "says nothing where what is refused is 'lost'")


def bans_of_a_flow_are_apart(world: World) -> Iterator[Problem]:
    """No two bans refuse the same departures."""
    told: set[tuple[str, str]] = set()
    for flow in world.flows:
        lasting = ""
        for later, ban in bans_of(world, flow):
            first = world.bans.get(lasting)
            if first is not None and ban.from_day < first.to_day and (lasting, later) not in told:
                told.add((lasting, later))
                where = f"bans.{lasting} ({first.from_day} to {first.to_day}) of the same flow '{flow}'"
                message = f"{ban.from_day} lies in {where}; allowed: from {first.to_day} on, or other flows"
                yield fault(world, "bans", later, "from", message)
            if first is None or ban.to_day > first.to_day:
                lasting = later


def stops_nothing(world: World) -> list[str]:
    """A sentence on each ban that the scenario itself changes and that lies outside the run."""
    scenario = world.scenario
    own = {
        key.split(".")[1]
        for key, entries in world.lineage.items()
        if key.startswith("bans.") and any(entry.change.layer >= len(scenario.chain) - 1 for entry in entries)
    }
    clock = scenario.clock
    first, last = clock.origin, clock.last_day
    return [
        f"bans.{id_}: stops nothing, it holds from {ban.from_day} to {ban.to_day} and the run is {first} to {last}"
        for id_, ban in world.bans.items()
        if id_ in own and (ban.from_day > last or ban.to_day <= first) and not comes_back(ban, first, clock.after)
    ]


#: All rules of this file.
BAN_RULES = (bans_refer, bans_last, bans_say_what_comes_back, bans_of_a_flow_are_apart)
