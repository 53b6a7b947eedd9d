"""When shipments of a flow depart: on days with demand, and after a loading ban that has put them off."""

from __future__ import annotations

from datetime import date, timedelta

from sim.network.tables import Ban, Flow
from sim.network.world import World


def bans_of(world: World, flow: str) -> list[tuple[str, Ban]]:
    """The dated bans of a flow that refuse something, with their ids, by their first day."""
    rows = [(id_, ban) for id_, ban in world.bans.items() if flow in ban.flows and _refuses(ban) and not ban.standing]
    return sorted(rows, key=lambda row: (row[1].from_day, row[0]))


def queue_bans(world: World) -> dict[str, Ban]:
    """The bans that a queue calls and lifts, by id."""
    return {id_: ban for id_, ban in sorted(world.bans.items()) if ban.standing and _refuses(ban)}


def _refuses(ban: Ban) -> bool:
    return ban.share > 0 and ban.from_day < ban.to_day


def departs(world: World, flow: str, first: date, after: date) -> bool:
    """Whether shipments of a flow may depart from one day to another (exclusive)."""
    return _has_demand(world.flows[flow], first, after) or any(
        comes_back(ban, first, after) for ban in put_off(world, flow)
    )


def put_off(world: World, flow: str) -> list[Ban]:
    """The bans of a flow after which something departs that they refused, or an earlier one before them."""
    found: list[Ban] = []
    for _, ban in bans_of(world, flow):
        if ban.then == "later" and (
            any(comes_back(earlier, ban.from_day, ban.to_day) for earlier in found)
            or _has_demand(world.flows[flow], ban.from_day, ban.to_day)
        ):
            found.append(ban)
    return found


def comes_back(ban: Ban, first: date, after: date) -> bool:
    """Whether what a ban has put off departs, in part, from one day to another (exclusive)."""
    return ban.to_day < after and ban.to_day + timedelta(seconds=ban.back_within or 0) > first


def _has_demand(flow: Flow, first: date, after: date) -> bool:
    days = (first + timedelta(days=k) for k in range((after - first).days))
    profile = flow.monthly_profile
    return any(
        flow.quantity_per_year.at(day) > 0 and (profile is None or profile.at(day)[day.month - 1] > 0) for day in days
    )
