"""Rules on markets and their rivals."""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Problem, nearest
from sim.network.references import fault
from sim.network.tables import Market
from sim.network.world import World

#: Fields that say how cargo chooses among ways: of no use to a captive market.
_OF_CHOICE = ("total", "rivals", "scale")


def markets_refer(world: World) -> Iterator[Problem]:
    """A market names flows that exist and have a demand of their own, of one kind of cargo; rivals of that cargo."""
    for id_, market in world.markets.items():
        cargo: dict[str, str] = {}
        for k, name in enumerate(market.flows):
            if name not in world.flows:
                yield fault(world, "markets", id_, "flows", f"'{name}' is not a flow{nearest(name, world.flows)}")
                continue
            flow = world.flows[name]
            if name in market.flows[:k]:
                yield fault(world, "markets", id_, "flows", f"'{name}' is there twice; allowed: each flow once")
            elif flow.background or flow.woken_by:
                what = "background traffic" if flow.background else "empty repositioning"
                yield fault(world, "markets", id_, "flows", f"'{name}' is {what}, which is not followed")
            cargo.setdefault(flow.cargo, name)
        if len(cargo) > 1:
            told = ", ".join(f"{flow} in {kind}" for kind, flow in cargo.items())
            message = f"flows of different cargo: {told}; allowed: one kind, for prices and totals are per unit"
            yield fault(world, "markets", id_, "flows", message)
        yield from _rivals_refer(world, id_, market, next(iter(cargo), ""))
    for id_, rival in world.rivals.items():
        if rival.cargo not in world.cargo:
            message = f"'{rival.cargo}' is not a cargo{nearest(rival.cargo, world.cargo)}"
            yield fault(world, "rivals", id_, "cargo", message)


def _rivals_refer(world: World, id_: str, market: Market, cargo: str) -> Iterator[Problem]:
    names = [given.rival for given in market.rivals]
    for k, name in enumerate(names):
        if name not in world.rivals:
            yield fault(world, "markets", id_, "rivals", f"'{name}' is not a rival{nearest(name, world.rivals)}")
        elif name in names[:k]:
            yield fault(world, "markets", id_, "rivals", f"'{name}' is there twice; allowed: each rival once")
        elif cargo and world.rivals[name].cargo != cargo:
            message = f"'{name}' has a price per {world.rivals[name].cargo}, the market is counted in {cargo}"
            yield fault(world, "markets", id_, "rivals", message)


def a_flow_is_in_one_market(world: World) -> Iterator[Problem]:
    """No flow is in two markets: its cargo would be lost, or won, twice."""
    of_flow: dict[str, str] = {}
    for id_, market in world.markets.items():
        for name in market.flows:
            first = of_flow.setdefault(name, id_)
            if first != id_:
                message = f"'{name}' is in markets.{first} already; allowed: each flow in one market"
                yield fault(world, "markets", id_, "flows", message)


def markets_say_how_they_react(world: World) -> Iterator[Problem]:
    """A captive market has an elasticity and no rival; another has rivals, a scale, a value of time and its total."""
    for id_, market in world.markets.items():
        if market.reacts == "captive":
            if market.elasticity is None:
                message = "a captive market needs 'elasticity', the part that is lost with each day more, such as 0.01"
                yield fault(world, "markets", id_, "reacts", message)
            for field in _OF_CHOICE:
                if getattr(market, field):
                    yield fault(
                        world, "markets", id_, field, "says nothing of a captive market, which has no other way"
                    )
            if market.induced:
                message = "is counted in 'elasticity' already, for a captive market"
                yield fault(world, "markets", id_, "induced", message)
            continue
        if not market.rivals:
            message = f"a market that reacts among '{market.reacts}' needs 'rivals', [{{rival: ..., share: ...}}]"
            yield fault(world, "markets", id_, "rivals", f"no rival; {message}; or 'reacts: captive'")
        for field, what in (("scale", "USD per cargo unit"), ("value_of_time", "USD per cargo unit and day")):
            if getattr(market, field) is None:
                yield fault(world, "markets", id_, field, f"is missing ({what}); without it nothing can be chosen")
        if market.elasticity is not None or market.lag:
            field = "elasticity" if market.elasticity is not None else "lag"
            yield fault(world, "markets", id_, field, "belongs to captive markets; here the logit says how it reacts")


def shares_leave_some_for_the_corridor(world: World) -> Iterator[Problem]:
    """The rivals of a market have less than all of it, and some: to both a constant can be fitted."""
    for id_, market in world.markets.items():
        if not market.rivals:
            continue
        told = sum(given.share for given in market.rivals)
        if not 0 < told < 1:
            message = f"the shares of the rivals come to {told:g}; allowed: more than 0 and less than 1"
            yield fault(world, "markets", id_, "rivals", f"{message}, for the rest is the corridor's")


MARKET_RULES = (
    markets_refer,
    a_flow_is_in_one_market,
    markets_say_how_they_react,
    shares_leave_some_for_the_corridor,
)
