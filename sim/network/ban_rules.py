"""Rules on loading bans, and words on those that stop nothing in a run."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Problem, nearest
from sim.network.bans import bans_of, comes_back, queue_bans
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
    """What is refused for a time comes back within a time, or one by one; what is lost does not."""
    for id_, ban in world.bans.items():
        if ban.standing is not None:
            if ban.back_within is not None:
                message = "belongs to a ban by dates alone; here 'standing.back_every' says when it departs"
                yield fault(world, "bans", id_, "back_within", message)
            every = ban.standing.back_every
            if ban.then == "later" and every is None:
                message = "'later' needs 'standing.back_every', the time between two departures of what was refused"
                yield fault(world, "bans", id_, "then", f"{message}, such as '2 h'")
            elif ban.then == "lost" and every is not None:
                message = "'back_every' says nothing where what is refused is 'lost'"
                yield fault(world, "bans", id_, "standing", message)
        elif ban.then == "later" and ban.back_within is None:
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


def queues_can_call_bans(world: World) -> Iterator[Problem]:
    """A queue that calls a ban stands at a facility that things pass through, and lifts it by less than calls it."""
    of_flow: dict[str, str] = {}
    for id_, ban in world.bans.items():
        standing = ban.standing
        if standing is None:
            continue
        facility = world.facilities.get(standing.facility)
        if facility is None:
            message = f"'{standing.facility}' is not a facility{nearest(standing.facility, world.facilities)}"
            yield fault(world, "bans", id_, "standing", message)
        elif facility.kind == "stock":
            message = f"'{standing.facility}' is a depot of empty equipment; allowed: a facility in which loads stand"
            yield fault(world, "bans", id_, "standing", message)
        if standing.below > standing.above:
            message = f"'below' ({standing.below}) is more than 'above' ({standing.above}): it would never hold"
            yield fault(world, "bans", id_, "standing", message)
        if 0 < ban.share < 1:
            message = "a ban that a queue calls has no exceptions; allowed: 1, or 0 for no ban"
            yield fault(world, "bans", id_, "share", message)
    for id_, ban in queue_bans(world).items():
        for flow in ban.flows:
            if (first := of_flow.setdefault(flow, id_)) != id_:
                message = f"'{flow}' is in bans.{first} too, which a queue calls; allowed: one such ban a flow"
                yield fault(world, "bans", id_, "flows", message)


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
BAN_RULES = (bans_refer, bans_last, bans_say_what_comes_back, bans_of_a_flow_are_apart, queues_can_call_bans)
