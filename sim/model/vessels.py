"""Fleets as vessels with a first and a last day, and their times at sea."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sim.clock import HOUR_S, NEVER_S
from sim.model.facilities import dated_steps
from sim.model.water import payload_steps
from sim.network.tables import LOAD_UNITS, Fleet, Link, Service
from sim.network.world import World

KNOT_KMH = 1.852
#: Calls follow each other more slowly than this by mean.
SHORTEST_CALL_S = 60.0


@dataclass(frozen=True)
class Ship:
    """One vessel; ``start_s`` to ``end_s`` is its time in the service.

    ``payload`` are (from second, tonnes) that the water carries; none if it does not limit the ship.
    """

    name: str
    fleet: str
    service: str
    first_call: int
    start_s: int
    end_s: int
    limits: tuple[int, ...]
    payload: tuple[tuple[int, int], ...] = ()


def ships(name: str, world: World, origin: date, end_s: int) -> list[Ship]:
    """The vessels of a fleet. A count that rises adds the next numbers, one that falls takes the last."""
    fleet = world.fleets[name]
    service = world.services[fleet.service]
    berths = [world.facilities[call.berth] for call in service.rotation]
    payload = tuple(payload_steps(fleet.draught, berths, world.water, origin, end_s)) if fleet.draught else ()
    steps = dated_steps(fleet.count, origin, end_s)
    found: list[Ship] = []
    limits = tuple(next((v for k, v in fleet.limits.items() if k == m), -1) for m in LOAD_UNITS)
    for number in range(max((count for _, count in steps), default=0)):
        since: int | None = None
        again = 0
        for at_s, count in [*steps, (NEVER_S, 0)]:
            if count > number and since is None:
                since = at_s
            elif count <= number and since is not None:
                found.append(
                    Ship(
                        f"{name}/{number + 1:03d}" + (f"/{again + 1}" if again else ""),
                        name,
                        fleet.service,
                        (fleet.first_port + number) % len(service.rotation),
                        since,
                        at_s,
                        limits,
                        payload,
                    )
                )
                since, again = None, again + 1
    return found


def call_s(service: Service, fleet: Fleet, links: dict[str, Link], day: date) -> float:
    """Mean seconds from one call of a rotation to the next: at sea, through the entries and mooring, without cargo."""
    at_sea_s = sum(sailing_s(links[leg(service, links, k)], fleet, day) for k in range(len(service.rotation)))
    in_port_s = sum(call.mooring.mean_s + 2 * call.entry_time for call in service.rotation)
    return (at_sea_s + in_port_s) / len(service.rotation)


def voyages(end_s: int, mean_call_s: float, longer: float = 1.0) -> int:
    """How many calls of a vessel are drawn for a run of ``end_s``; ``longer`` > 1 for longer blocks."""
    return int(4 * longer * end_s / max(mean_call_s, SHORTEST_CALL_S)) + 16


def leg(service: Service, links: dict[str, Link], call: int) -> str:
    """Id of the sea link from call ``call`` of the rotation to the next one.

    Raises ``LookupError`` if no link of the service's mode joins the two ports (the consistency check
    refuses such a service before).
    """
    here, there = service.rotation[call].port, service.rotation[(call + 1) % len(service.rotation)].port
    ends = {here, there}
    found = [id_ for id_, link in links.items() if link.mode == service.mode and {link.from_node, link.to_node} == ends]
    if found:
        return min(found)
    raise LookupError(f"no {service.mode} link between {here} and {there}")


def sailing_s(link: Link, fleet: Fleet, day: date) -> float:
    """Mean time at sea in seconds: published length at service speed."""
    return link.length_km.at(day) / (fleet.speed_kn * KNOT_KMH) * HOUR_S


def direct_voyages(ports: list[str], start: str, stop: str) -> tuple[tuple[int, int], ...]:
    """Calls (boards, lands) of a rotation by which one comes from a port to another, the one over fewest calls first.

    One boards at every call of the port after which the ship comes to the other before it calls at the first again:
    who waits for the next ship never sails a detour that brings it back to where it stands. One lands at the first
    call of the other port.
    """
    n = len(ports)
    found = []
    for k in range(n):
        if ports[k] != start:
            continue
        ahead = next(d for d in range(1, n + 1) if ports[(k + d) % n] in (start, stop))
        if ports[(k + ahead) % n] == stop:
            found.append((ahead, k, (k + ahead) % n))
    return tuple((k, lands) for _, k, lands in sorted(found))
