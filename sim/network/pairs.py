"""Rules on fields that belong together: one needs the other, excludes it, or says nothing without it.

A field that has no effect is a misunderstanding: it is refused and not passed over.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.errors import Problem
from sim.network.references import fault
from sim.network.tables import LOAD_UNITS, Call, Departure, Flow
from sim.network.world import World
from sim.scenario.values import LARGEST_LOAD


def resets_belong_to_quotas(world: World) -> Iterator[Problem]:
    """A quota has the instant at which its slots come back; nothing else has one."""
    for id_, row in world.facilities.items():
        if row.kind == "quota" and row.resets is None:
            message = "a quota needs 'resets', when its slots are renewed, such as {at: '00:00', zone: Asia/Almaty}"
            yield fault(world, "facilities", id_, "kind", message)
        elif row.kind != "quota" and row.resets is not None:
            yield fault(world, "facilities", id_, "resets", f"only a quota has 'resets', this is a {row.kind}")


def berths_alone_have_depth(world: World) -> Iterator[Problem]:
    """Depth, and the kinds of service that may come alongside, are said of berths."""
    for id_, row in world.facilities.items():
        for field, given in (("depth_m", row.depth_m is not None), ("takes", bool(row.takes))):
            if given and row.kind != "berth":
                yield fault(world, "facilities", id_, field, f"only a berth has it, this is a {row.kind}")


def departures_say_their_rule(world: World) -> Iterator[Problem]:
    """A timetable has a period, and a ship that leaves when full none."""
    for id_, service in world.services.items():
        rules = {"departure": service.departure}
        rules |= {f"rotation.{k}.departure": c.departure for k, c in enumerate(service.rotation) if c.departure}
        for at, rule in rules.items():
            if rule.rule == "timetable" and rule.every is None:
                yield fault(world, "services", id_, at, "a timetable needs 'every', such as '7 d'")
            if rule.rule == "full" and rule.least > rule.fill:
                message = f"{rule.least:g} is more than its 'fill', {rule.fill:g}, with which it leaves at once"
                yield fault(world, "services", id_, f"{at}.least", message)
            if rule.full_when == "nothing_fits" and "fill" in rule.model_fields_set:
                message = "says nothing where it is full when nothing fits"
                yield fault(world, "services", id_, f"{at}.fill", message)
            for field in _without_effect(rule):
                message = f"says nothing where the rule is '{rule.rule}'"
                yield fault(world, "services", id_, f"{at}.{field}", message)


def _without_effect(rule: Departure) -> list[str]:
    other = ("fill", "full_when", "longest_wait", "least") if rule.rule == "timetable" else ("every", "first")
    return [field for field in other if field in rule.model_fields_set and getattr(rule, field) is not None]


def calls_have_what_they_time(world: World) -> Iterator[Problem]:
    """Pilotage needs an entry and cranes for a vessel need cranes; what a ship uses is no stock and no quota."""
    for id_, service in world.services.items():
        for k, call in enumerate(service.rotation):
            for field, needed in (("entry_time", "entry"), ("cranes_per_vessel", "cranes")):
                if field in call.model_fields_set and getattr(call, needed) is None and _says_something(call, field):
                    message = f"needs '{needed}', the facility that it speaks of"
                    yield fault(world, "services", id_, f"rotation.{k}.{field}", message)
            for field in ("berth", "entry", "cranes", "yard"):
                row = world.facilities.get(getattr(call, field) or "")
                if row is not None and row.kind in ("stock", "quota"):
                    message = f"'{getattr(call, field)}' is a {row.kind}; a ship cannot use it so"
                    yield fault(world, "services", id_, f"rotation.{k}.{field}", message)


def _says_something(call: Call, field: str) -> bool:
    return bool(getattr(call, field) != type(call).model_fields[field].default)


def processes_say_what_they_do(world: World) -> Iterator[Problem]:
    """Taking room and giving it back take no time and concern everybody; units are units of a facility.

    A stock is taken from and given back to; a quota is passed.
    """
    for id_, row in world.processes.items():
        given, takes = row.model_fields_set, row.action in ("acquire", "release")
        if takes:
            for field in ("duration", "share", "risk_lanes", "per", "holds_until_next"):
                if field in given and getattr(row, field) != type(row).model_fields[field].get_default():
                    yield fault(world, "processes", id_, field, f"'{row.action}' takes none; add a row of its own")
        if row.action in ("gather", "reform"):
            for field in ("share", "risk_lanes", "barrier", "facility", "holds_until_next"):
                if getattr(row, field):
                    yield fault(world, "processes", id_, field, f"says nothing of how trains form ('{row.action}')")
            if row.units == "load":
                yield fault(world, "processes", id_, "units", f"'{row.action}' needs the units that make a train")
        elif row.facility is None:
            for field in ("units", "holds_until_next"):
                if field in given and getattr(row, field) != type(row).model_fields[field].get_default():
                    yield fault(world, "processes", id_, field, "needs 'facility': whose units are they?")
        facility = world.facilities.get(row.facility or "")
        if facility and facility.kind == "stock" and not takes:
            message = f"'{row.facility}' is a depot (kind: stock): 'acquire' takes from it and 'release' gives back"
            yield fault(world, "processes", id_, "facility", message)
        if facility and facility.kind == "quota" and takes:
            message = f"'{row.facility}' is a quota: its slots are used by 'process' and renewed at its resets"
            yield fault(world, "processes", id_, "action", message)


def ships_limit_what_they_carry(world: World) -> Iterator[Problem]:
    """Each cargo of a service takes something of a measure in which each of its ships is limited."""
    for id_, fleet in world.fleets.items():
        service = world.services.get(fleet.service)
        for name in service.cargo if service else ():
            cargo = world.cargo.get(name)
            if cargo is None:
                continue
            # tonnes of a cargo that names none come from its flows
            limited = [m for m in fleet.limits if getattr(cargo, m) or (m == "t" and not cargo.t)]
            if not limited and fleet.draught is None:
                takes = [m for m in LOAD_UNITS if getattr(cargo, m)] or ["t"]
                message = (
                    f"none of {', '.join(fleet.limits)} is a measure of '{name}', which its service carries:"
                    f" any number would go aboard; limit {' or '.join(takes)}"
                )
                yield fault(world, "fleets", id_, "limits", message)


def loads_can_be_counted(world: World) -> Iterator[Problem]:
    """Goods are not heavier than goods with their box; no lot or train counts more than a stated load."""
    for id_, flow in world.flows.items():
        if flow.net_tonnes_per_unit > flow.tonnes_per_unit:
            message = f"{flow.net_tonnes_per_unit:g} t of goods in {flow.tonnes_per_unit:g} t with their box or wagon"
            yield fault(world, "flows", id_, "net_tonnes_per_unit", f"{message}: net is at most gross")
        most, measure = _largest_load(world, flow)
        if most > LARGEST_LOAD:
            message = f"makes a load of {most:,.0f} {measure} at once; allowed: {LARGEST_LOAD:,}"
            yield fault(world, "flows", id_, "train" if flow.train > flow.lot else "lot", message)


def _largest_load(world: World, flow: Flow) -> tuple[float, str]:
    units = max(flow.lot, flow.train)
    cargo = world.cargo.get(flow.cargo)
    loads = {m: float(getattr(cargo, m)) * units for m in LOAD_UNITS if cargo}
    loads["t"] = max(loads.get("t", 0.0), flow.tonnes_per_unit * units)
    measure = max(loads, key=lambda m: loads[m])
    return loads[measure], measure


def promises_have_two_ends(world: World) -> Iterator[Problem]:
    """The clock of a promise starts somewhere else than where it stops."""
    for id_, flow in world.flows.items():
        start, stop = flow.promise_from or flow.origin, flow.promise_to or flow.destination
        if flow.promise_days is not None and start == stop:
            field = "promise_from" if flow.promise_from else "promise_to"
            yield fault(world, "flows", id_, field, f"starts and ends at '{start}': nothing is promised")


def gauges_are_those_of_their_ends(world: World) -> Iterator[Problem]:
    """A line has a gauge that is known at one of its ends."""
    for id_, link in world.links.items():
        if link.gauge_mm is None:
            continue
        if link.mode not in ("rail", "sea_rail_ferry"):
            yield fault(world, "links", id_, "gauge_mm", f"only a railway has a gauge, this is {link.mode}")
            continue
        ends = [world.nodes[n] for n in (link.from_node, link.to_node) if n in world.nodes]
        known = sorted({gauge for node in ends for gauge in node.gauge_mm})
        if len(ends) == 2 and all(node.gauge_mm for node in ends) and link.gauge_mm not in known:
            allowed = ", ".join(map(str, known))
            yield fault(world, "links", id_, "gauge_mm", f"no end of it has {link.gauge_mm} mm; they have {allowed}")


def observations_are_ordered(world: World) -> Iterator[Problem]:
    """A published range holds its value."""
    for id_, row in world.observed.items():
        low = row.value if row.low is None else row.low
        high = row.value if row.high is None else row.high
        if not low <= row.value <= high:
            message = f"{row.value:g} does not lie in its range, {low:g} to {high:g}"
            yield fault(world, "observed", id_, "value", message)
