"""Whether somebody waits for what can never come: the fixed point of ``reference.deadlock``, without its words."""

from __future__ import annotations

from typing import Any

from sim.engine.compiled.codes import A_VESSEL, COMPANIONS, ITS_TRAIN, ITS_VESSEL, NOTHING
from sim.engine.compiled.layout import (
    NONE,
    facility_at,
    held_need_at,
    helper,
    mover_at,
    need_at,
    op_at,
    vessel_at,
    work_at,
)
from sim.engine.compiled.machine import stands_alone
from sim.engine.compiled.movers import load
from sim.engine.compiled.works import claim_of


@helper
def somebody_is_stuck(s: Any) -> bool:
    """Whether a mover that waits can never move again."""
    stands_alone()
    _begin(s)
    changed = True
    while changed:
        changed = False
        for slot in range(s.movers_top):
            mover = mover_at(s, slot)
            if mover.alive and not mover.live and _mover_is_live(s, slot):
                mover.live = changed = True
                _revive_held_by_mover(s, slot)
        for v in range(s.n_vessel):
            vessel = vessel_at(s, v)
            if not vessel.live and (vessel.waits == NONE or _claims_are_live(s, vessel.waits)):
                vessel.live = changed = True
                _revive_claimed(s, vessel.at_berth)
    for slot in range(s.movers_top):
        mover = mover_at(s, slot)
        if mover.alive and not mover.live and mover.waits_for != ITS_TRAIN:
            return True
    return False


@helper
def _begin(s: Any) -> None:
    """Nobody is live; a facility is while its capacity still changes or somebody works in it."""
    for f in range(s.n_facility):
        facility_at(s, f).held = 0
    for slot in range(s.movers_top):
        mover = mover_at(s, slot)
        if mover.alive:
            mover.live = False
            _count_claimed(s, mover.kept)
            for k in range(slot * s.most_held, slot * s.most_held + mover.held):
                need = need_at(s, held_need_at(s, k).value)
                facility_at(s, need.facility).held += load(s, slot, need)
    for v in range(s.n_vessel):
        vessel_at(s, v).live = False
        _count_claimed(s, vessel_at(s, v).at_berth)
    for f in range(s.n_facility):
        facility = facility_at(s, f)
        changes = facility.timeline + 1 < facility.timeline_last
        facility.live = facility.stock or changes or facility.used > facility.held


@helper
def _count_claimed(s: Any, number: int) -> None:
    if number != NONE:
        for nth in range(work_at(s, number).claims):
            claim = claim_of(s, number, nth)
            facility_at(s, claim.facility).held += claim.units


@helper
def _revive_claimed(s: Any, number: int) -> None:
    if number != NONE:
        for nth in range(work_at(s, number).claims):
            facility_at(s, claim_of(s, number, nth).facility).live = True


@helper
def _revive_held_by_mover(s: Any, slot: int) -> None:
    """What a live mover holds will come free."""
    mover = mover_at(s, slot)
    _revive_claimed(s, mover.kept)
    for k in range(slot * s.most_held, slot * s.most_held + mover.held):
        facility_at(s, need_at(s, held_need_at(s, k).value).facility).live = True


@helper
def _claims_are_live(s: Any, number: int) -> bool:
    for nth in range(work_at(s, number).claims):  # noqa: SIM110  (a loop is what the compiler knows)
        if not facility_at(s, claim_of(s, number, nth).facility).live:
            return False
    return True


@helper
def _mover_is_live(s: Any, slot: int) -> bool:
    mover = mover_at(s, slot)
    what, which = mover.waits_for, mover.waits
    if what in (NOTHING, COMPANIONS):
        return True
    if what == ITS_TRAIN:
        return mover_at(s, which).live
    if what == ITS_VESSEL:
        return vessel_at(s, which).live
    if what == A_VESSEL:
        service = op_at(s, which).service
        for v in range(s.n_vessel):  # noqa: SIM110  (a loop is what the compiler knows)
            if vessel_at(s, v).service == service and vessel_at(s, v).live:
                return True
        return False
    return _claims_are_live(s, which)
