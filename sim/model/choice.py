"""A choice among ways as a program: what the ways take and cost, and where they meet again.

A program with a choice begins with CHOOSE; the branches follow one another, each to its own end. Time
is compared up to where the ways meet: beyond, what happens to a lot says nothing about the way it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sim.clock import DAY_S, to_seconds
from sim.contract.plan import Cause, Kind
from sim.model.itinerary import Itineraries, dates
from sim.model.operations import Choosing, Operation, Variant
from sim.network.charges import fare, load_of, time_value
from sim.network.graph import Leg, free_flow_h, way_of
from sim.network.tables import Flow, Way

#: No difference of price counts for more than this: sums of it stay within the cells of a draw.
TOO_DEAR_S = 2**30
#: Ways that are open: place among the flow's ways, and legs (none outside the corridor).
Open = list[tuple[int, list[Leg]]]


class Choices:
    """Programs of flows that choose, built from the itineraries of their ways."""

    def __init__(self, itineraries: Itineraries) -> None:
        self.itineraries, self.world = itineraries, itineraries.world
        self._before: dict[str, list[tuple[Operation, list[str]]]] = {}  # by flow: a choice and what follows it

    def program(self, name: str, flow: Flow, day: date, ways: Open) -> list[Operation]:
        """Operations of a lot that chooses among ``ways``; problems are collected, not raised."""
        assert flow.choice is not None
        choice, build = flow.choice, self.itineraries
        by_way = [way_of(flow, flow.ways[k]) for k, _ in ways]
        inside = [flow.ways[k].outside is None for k, _ in ways]
        steps = [
            build.on_the_way(name, f, legs, day) if own else []
            for f, own, (_, legs) in zip(by_way, inside, ways, strict=True)
        ]
        apart = [legs for _, legs in ways]  # the part that is compared
        if choice.by.by_time and all(inside):
            steps = self._meeting(steps)
            common = _common_end(apart)
            apart = [legs[: len(legs) - common] for legs in apart]
        branches = [
            build.to_the_end(name, f, s) if own else self._outside(name, flow, flow.ways[k])
            for f, s, own, (k, _) in zip(by_way, steps, inside, ways, strict=True)
        ]
        choosing = Choosing(
            choice,
            targets=tuple(1 + sum(map(len, branches[:k])) for k in range(len(branches))),
            start_s=tuple(self._free_flow_s(flow.ways[k], legs, day) for (k, _), legs in zip(ways, apart, strict=True)),
            ways=tuple(k for k, _ in ways),
            shares=tuple(float(flow.ways[k].share or 0) for k, _ in ways),
            money_s=self.money_s(name, flow, ways) if choice.money else (),
            legs=tuple(tuple(legs) for _, legs in ways),
        )
        key = f"choose/{name}/{day}"
        choose = Operation(key, Kind.CHOOSE, Cause.HANDLING, "choice", flow.origin, choosing=choosing, of_flow=name)
        return self._with_its_memory(name, choose, [*(step for branch in branches for step in branch)])

    def _with_its_memory(self, name: str, choose: Operation, steps: list[Operation]) -> list[Operation]:
        """A choice and its branches; if only the rest of the network has changed, the choice of an earlier date."""
        keys, earlier = [step.key for step in steps], self._before.setdefault(name, [])
        for before, before_keys in earlier:
            if before_keys == keys and _same_alternatives(before, choose):
                return [before, *steps]
        earlier.append((self.itineraries.keep(choose), keys))
        return [choose, *steps]

    def _free_flow_s(self, way: Way, legs: list[Leg], day: date) -> int:
        """What a way is taken to need before anybody has come through."""
        if way.outside is not None:
            return round(way.outside.mean_s)
        return round(3600 * sum(free_flow_h(self.world.links[leg.link], day) for leg in legs))

    def _outside(self, name: str, flow: Flow, way: Way) -> list[Operation]:
        """A way that leaves the corridor: one length of time, nothing of ours is used."""
        away = Operation(
            f"outside/{name}/{way.name}",
            Kind.PROCESS,
            Cause.MOVING,
            way.name,
            flow.destination,
            variants=(Variant(0, way.outside),),
        )
        end = Operation("finish/outside", Kind.FINISH, Cause.HANDLING, "end", flow.destination)
        return [self.itineraries.keep(away), self.itineraries.keep(end)]

    def _meeting(self, branches: list[list[Operation]]) -> list[list[Operation]]:
        """The branches with a MEET before the operations in which all of them end; unchanged if there are none."""
        common = _common_end(branches)
        if not common:
            return branches
        first = branches[0][-common]
        node = first.from_node or first.node
        meet = self.itineraries.keep(Operation(f"meet/{node}", Kind.MEET, Cause.HANDLING, "meet", node))
        return [[*branch[:-common], meet, *branch[-common:]] for branch in branches]

    # -- money

    def money_s(self, name: str, flow: Flow, ways: Open) -> tuple[tuple[int, tuple[int, ...]], ...]:
        """From each date of a price on: what each way costs more than the cheapest, as seconds of a lot's time."""
        build, own_price = self.itineraries, [flow.ways[k].price for k, _ in ways]
        prices = [tariff.value for tariff in self.world.tariffs.values()]
        lengths = [self.world.links[leg.link].length_km for _, legs in ways for leg in legs]
        unpriced: dict[str, None] = {}
        steps = []
        for day in build.in_run(dates(*prices, *lengths, *own_price)):
            usd = []
            for (k, legs), price in zip(ways, own_price, strict=True):
                paid, unknown = fare(self.world, way_of(flow, flow.ways[k]), legs, day)
                usd.append(paid if price is None else price.at(day) * flow.lot)
                unpriced |= dict.fromkeys(
                    f"'{flow.ways[k].name}' has no price for {e.component} at {e.place}" for e in unknown
                )
            usd_per_s = self._usd_per_s(flow, day)
            if not usd_per_s:
                build.problem(
                    "flows",
                    name,
                    "choice",
                    f"money counts, but no tariff gives {flow.cargo} a value of"
                    " time; add one of component 'time', or 'value_of_time' to the choice",
                )
                return ()
            dearer_s = (round((u - min(usd)) / usd_per_s) for u in usd)
            steps.append((max(to_seconds(day, build.origin), 0), tuple(min(s, TOO_DEAR_S) for s in dearer_s)))
        for lack in unpriced:
            build.problem(
                "flows",
                name,
                "choice",
                f"money counts, but way {lack} for {flow.cargo}; add a tariff, with value 0 if nothing is paid",
            )
        return tuple(steps)

    def _usd_per_s(self, flow: Flow, day: date) -> float:
        """The value of a second of one lot's time."""
        assert flow.choice is not None
        if flow.choice.value_of_time is not None:
            return flow.choice.value_of_time * flow.lot / DAY_S
        return time_value(self.world.tariffs.values(), load_of(self.world, flow), day).total


def _common_end(sequences: Sequence[Sequence[object]]) -> int:
    """How many members all sequences have in common at their ends."""
    longest = min(map(len, sequences))
    return next((n for n in range(longest) if any(s[-1 - n] != sequences[0][-1 - n] for s in sequences)), longest)


def _same_alternatives(one: Operation, other: Operation) -> bool:
    assert one.choosing is not None
    assert other.choosing is not None
    return (one.choosing.ways, one.choosing.money_s) == (other.choosing.ways, other.choosing.money_s)
