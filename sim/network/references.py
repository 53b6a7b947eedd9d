"""Rules on references: what one table of the geodata names must exist in another.

Each rule takes the resolved world and yields its problems, each at the line that names the missing
thing. The other rules of ``consistency`` follow references and so run only when all of these hold.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import get_args

from sim.errors import Problem, nearest
from sim.network.tables import QUANTITIES, SEA_MODES, TABLES, Call, Mode, Process, Weather
from sim.network.world import World

ORIGIN, DESTINATION = "origin", "destination"
#: More than this of a month closed is not a spell of weather but another climate: storms cannot be drawn for it.
LARGEST_CLOSED_SHARE = 0.97


def fault(world: World, table: str, id_: str, field: str | None, message: str) -> Problem:
    """A problem at the place where ``table.id_.field`` was written."""
    file, line = world.where(table, id_, field)
    return Problem(f"{table}.{id_}{'.' + field if field else ''}: {message}", file, line)


def links_end_at_nodes(world: World) -> Iterator[Problem]:
    """Both ends of a link are nodes."""
    for id_, link in world.links.items():
        for field in ("from_node", "to_node"):
            yield from _missing(world, "links", id_, field, [getattr(link, field)], "node", world.nodes)


def facilities_stand_at_nodes(world: World) -> Iterator[Problem]:
    """A facility stands at a node; one whose depth follows a sea names a sea that exists."""
    for id_, facility in world.facilities.items():
        yield from _missing(world, "facilities", id_, "node", [facility.node], "node", world.nodes)
        water = [] if facility.water is None else [facility.water]
        yield from _missing(world, "facilities", id_, "water", water, "water", world.water)
        if water and facility.depth_m is None:
            yield fault(world, "facilities", id_, "water", "needs 'depth_m', the depth that follows it")


def processes_refer(world: World) -> Iterator[Problem]:
    """A process names an existing node, facility, cargo, operators, barrier of its country, ways in and out."""
    modes = (*get_args(Mode), ORIGIN, DESTINATION)
    for id_, row in world.processes.items():
        for field, names, kind, allowed in (
            ("node", [row.node], "node", world.nodes),
            ("facility", [row.facility] if row.facility else [], "facility", world.facilities),
            ("cargo", row.cargo, "cargo", world.cargo),
            ("goods", row.goods, "class of goods", goods_classes(world)),
            ("train_class", row.train_class, "class of train", train_classes(world)),
            ("arrive", row.arrive, "mode", modes),
            ("leave", row.leave, "mode", modes),
            ("arrive_from", row.arrive_from, "node", world.nodes),
            ("leave_to", row.leave_to, "node", world.nodes),
            ("barrier", [row.barrier] if row.barrier else [], "barrier", world.barriers),
            ("between", row.between or (), "operator", world.operators),
        ):
            yield from _missing(world, "processes", id_, field, names, kind, allowed)
        yield from _barrier_of_country(world, id_, row)
        for field in ("barrier_country", "between"):
            if getattr(row, field) is not None and row.barrier is None:
                yield fault(world, "processes", id_, field, "belongs to a barrier; name it in 'barrier'")
        if row.action in ("acquire", "release") and row.facility is None:
            yield fault(world, "processes", id_, "action", f"'{row.action}' needs a facility")


def joint_operators_refer(world: World) -> Iterator[Problem]:
    """A joint operator's members are operators."""
    for id_, joint in world.joint_operators.items():
        yield from _missing(world, "joint_operators", id_, "members", joint.members, "operator", world.operators)


def barriers_refer(world: World) -> Iterator[Problem]:
    """A barrier's strength is that of a country, of a node or of a class of goods, and only of one of them."""
    countries = sorted({node.country.lower() for node in world.nodes.values()})
    goods = goods_classes(world)
    for name in goods:
        if name in world.nodes or name in countries:
            flow = next(id_ for id_, flow in world.flows.items() if flow.goods == name)
            message = f"'{name}' is a node or a country too; barriers could not tell them apart"
            yield fault(world, "flows", flow, "goods", message)
    known = {*countries, *world.nodes, *goods}
    for kind, rows in world.barriers.items():
        for key in rows:
            if key not in known:
                message = f"'{key}' is no country of a node, node or class of goods{nearest(key, known)}"
                yield fault(world, "barriers", f"{kind}.{key}", None, message)


def goods_classes(world: World) -> list[str]:
    """The classes of goods that flows name, sorted."""
    return sorted({flow.goods for flow in world.flows.values() if flow.goods})


def train_classes(world: World) -> list[str]:
    """The classes of train that flows name, sorted."""
    return sorted({flow.train_class for flow in world.flows.values() if flow.train_class})


def services_refer(world: World) -> Iterator[Problem]:
    """A service sails sea links between ports that exist, with facilities and cargo that exist."""
    for id_, service in world.services.items():
        yield from _missing(world, "services", id_, "cargo", service.cargo, "cargo", world.cargo)
        yield from _missing(world, "services", id_, "mode", [service.mode], "sea mode", SEA_MODES)
        for k, call in enumerate(service.rotation):
            at = f"rotation.{k}"
            yield from _missing(world, "services", id_, f"{at}.port", [call.port], "node", world.nodes)
            for field in ("berth", "entry", "cranes", "yard"):
                named = [getattr(call, field)] if getattr(call, field) is not None else []
                yield from _missing(world, "services", id_, f"{at}.{field}", named, "facility", world.facilities)
            yield from _berth_fits(world, id_, service.mode, at, call)
            following = service.rotation[(k + 1) % len(service.rotation)].port
            if not _sea_link(world, service.mode, call.port, following):
                gap = f"no link of mode {service.mode} from '{call.port}' to '{following}'"
                yield fault(world, "services", id_, f"{at}.port", gap)


def _berth_fits(world: World, id_: str, mode: str, at: str, call: Call) -> Iterator[Problem]:
    """What a call names stands in its port, and the berth takes ships of the service's kind."""
    for field in ("berth", "entry", "cranes", "yard"):
        facility = world.facilities.get(getattr(call, field) or "")
        if facility and facility.node != call.port:
            message = f"'{getattr(call, field)}' is at '{facility.node}', the call is at '{call.port}'"
            yield fault(world, "services", id_, f"{at}.{field}", message)
    berth = world.facilities.get(call.berth)
    if berth and berth.kind != "berth":
        yield fault(world, "services", id_, f"{at}.berth", f"'{call.berth}' is a {berth.kind}, not a berth")
    elif berth and berth.takes and mode not in berth.takes:
        message = f"'{call.berth}' takes {', '.join(berth.takes)}, not {mode}"
        yield fault(world, "services", id_, f"{at}.berth", message)


def fleets_refer(world: World) -> Iterator[Problem]:
    """A fleet sails an existing service and starts at one of its calls."""
    for id_, fleet in world.fleets.items():
        yield from _missing(world, "fleets", id_, "service", [fleet.service], "service", world.services)
        service = world.services.get(fleet.service)
        if service and not 0 <= fleet.first_port < len(service.rotation):
            allowed = f"allowed: 0 to {len(service.rotation) - 1}"
            message = f"{fleet.first_port} is not a call of service '{fleet.service}'; {allowed}"
            yield fault(world, "fleets", id_, "first_port", message)


def weather_refers(world: World) -> Iterator[Problem]:
    """Weather closes existing facilities, and never for a whole month."""
    for id_, weather in world.weather.items():
        yield from _missing(world, "weather", id_, "closes", weather.closes, "facility", world.facilities)
        yield from _closed_too_long(world, id_, weather)
        ports = sorted({world.facilities[name].node for name in weather.closes if name in world.facilities})
        for coast, storms in weather.local.items():
            yield from _missing(world, "weather", id_, f"local.{coast}.ports", storms.ports, "port it closes", ports)
        named = [port for storms in weather.local.values() for port in storms.ports]
        for port in sorted({p for p in named if named.count(p) > 1}):
            yield fault(world, "weather", id_, "local", f"'{port}' has local storms twice")


def _closed_too_long(world: World, id_: str, weather: Weather) -> Iterator[Problem]:
    """Each dated scale leaves some of every month open that it touches."""
    dates = [None, *weather.scale.dates, None]
    for k, step in enumerate(weather.scale.steps):
        since, until = dates[k], dates[k + 1]
        if since is None or until is None or (until - since).days > 365:
            months = set(range(12))
        else:
            months = {(since + timedelta(days=d)).month - 1 for d in range((until - since).days)}
        worst = max(sorted(months), key=lambda m: weather.closed_share_by_month[m])
        share = weather.closed_share_by_month[worst]
        if share * step.value > LARGEST_CLOSED_SHARE:
            yield fault(
                world,
                "weather",
                id_,
                "scale" if step.value > 1 else "closed_share_by_month",
                f"closes for {share * step.value:.2f} of {calendar.month_name[worst + 1]} ({share:g} x {step.value:g});"
                f" allowed: {LARGEST_CLOSED_SHARE} of a month, that is a scale of {LARGEST_CLOSED_SHARE / share:.2f}",
            )


def flows_refer(world: World) -> Iterator[Problem]:
    """A flow starts at, passes and ends at nodes, in units of a known cargo."""
    for id_, flow in world.flows.items():
        stops = {"origin": [flow.origin], "via": flow.via, "destination": [flow.destination]}
        for field, names in stops.items():
            yield from _missing(world, "flows", id_, field, names, "node", world.nodes)
        yield from _missing(world, "flows", id_, "cargo", [flow.cargo], "cargo", world.cargo)
        if flow.origin == flow.destination:
            yield fault(world, "flows", id_, "destination", f"starts and ends at '{flow.origin}': there is no journey")
        if flow.woken_by is not None:
            stocks = [name for name, row in world.facilities.items() if row.kind == "stock"]
            yield from _missing(world, "flows", id_, "woken_by", [flow.woken_by], "stock", stocks)
        for field, name in (("promise_from", flow.promise_from), ("promise_to", flow.promise_to)):
            if name is not None:
                yield from _missing(world, "flows", id_, field, [name], "node", world.nodes)
                if flow.promise_days is None:
                    yield fault(world, "flows", id_, field, "comes with 'promise_days'")
        for k, way in enumerate(flow.ways):
            ends = {f"ways.{k}.via": way.via, f"ways.{k}.destination": [way.destination] if way.destination else []}
            for field, names in ends.items():
                yield from _missing(world, "flows", id_, field, names, "node", world.nodes)


_ONE_OF = {"services": "service", "fleets": "fleet", "facilities": "facility", "links": "link"}


def observations_refer(world: World) -> Iterator[Problem]:
    """An observation maps to something: nodes, places and flows that exist, and those that its quantity needs."""
    for id_, row in world.observed.items():
        known, what = QUANTITIES[row.quantity], row.quantity.replace("_", " ")
        for field, needed in (("from_node", known.ends), ("to_node", known.ends or known.at)):
            name = getattr(row, field)
            if name is not None:
                yield from _missing(world, "observed", id_, field, [name], "node", world.nodes)
            elif needed:
                yield fault(world, "observed", id_, None, f"a {what} needs '{field}'")
        for field, needed in (("places", known.need_places), ("flows", known.need_flows)):
            if needed and not getattr(row, field):
                wanted = known.places if field == "places" else "flows"
                yield fault(world, "observed", id_, None, f"{what} needs '{field}', ids of {wanted}")
        if row.places and not known.places:
            yield fault(world, "observed", id_, "places", f"{what} is of no places")
        elif row.places:
            rows = getattr(world, known.places)
            yield from _missing(world, "observed", id_, "places", row.places, _ONE_OF[known.places], rows)
        yield from _missing(world, "observed", id_, "flows", row.flows, "flow", world.flows)
        unseen = [name for name in row.flows if name in world.flows and world.flows[name].background]
        if unseen and row.quantity != "waiting":
            message = f"{', '.join(unseen)}: background traffic is not counted in a run"
            yield fault(world, "observed", id_, "flows", message)


def sources_given(world: World) -> Iterator[Problem]:
    """Every row, and every single field with evidence of its own, says where it comes from."""
    tables = {table: getattr(world, table) for table in TABLES if table != "barriers"}
    for kind, of_kind in world.barriers.items():
        tables.setdefault("barriers", {}).update({f"{kind}.{c}": row for c, row in of_kind.items()})
    for table, rows in tables.items():
        for id_, row in rows.items():
            cited = {"source": row.source}
            cited |= {f"evidence.{field}.source": e.source for field, e in row.evidence.items()}
            for field, source in cited.items():
                if not source.strip():
                    nothing = "names no source; write a link, plain words or the id of a fact"
                    yield fault(world, table, id_, field, nothing)


def _missing(
    world: World, table: str, id_: str, field: str, names: Iterable[str], kind: str, allowed: Iterable[str]
) -> Iterator[Problem]:
    for name in names:
        if name not in allowed:
            article = "an" if kind[0] in "aeiou" else "a"
            yield fault(world, table, id_, field, f"'{name}' is not {article} {kind}{nearest(name, allowed)}")


def _barrier_of_country(world: World, id_: str, row: Process) -> Iterator[Problem]:
    known = world.barriers.get(row.barrier or "", {})
    if not known or row.node not in world.nodes:
        return
    country = (row.barrier_country or world.nodes[row.node].country).lower()
    if country not in known:
        whose = "its 'barrier_country'" if row.barrier_country else f"the country of '{row.node}'"
        where = f"'{country}', {whose}; it has {', '.join(sorted(known))}"
        yield fault(world, "processes", id_, "barrier", f"barrier '{row.barrier}' has no row for {where}")


def _sea_link(world: World, mode: str, a: str, b: str) -> bool:
    return any(x.mode == mode and {x.from_node, x.to_node} == {a, b} for x in world.links.values())
