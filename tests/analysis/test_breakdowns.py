"""A ship that is down does not move, wherever that befalls it: its time is a closure, not a passage."""

import numpy as np

from sim.analysis.attribution import attribute
from sim.contract.plan import Cause
from sim.engine.reference.simulation import simulate
from sim.model.build import build
from sim.network.world import resolve
from sim.scenario.load import load_scenario

CALM = [f"links.{link}.running_cv=0" for link in ("inland_border", "border_east_port", "west_port_market")]
OUTAGES = "fleets.feeders.outages={up: {dist: exponential, mean: 6 d}, down: {dist: exponential, mean: 3 d}}"


def test_breakdowns_add_nothing_to_the_time_in_motion():
    world = resolve(load_scenario("tutorial", [*CALM, "services.ferry.sailing_cv=0", OUTAGES]))
    model = build(world)
    draws = model.draw(0)
    trace = simulate(model.plan, draws)
    segments = attribute(model.plan, draws, trace)
    length_s = segments.lasts_s
    landed = trace.lots[trace.lots[:, 2] >= 0, 0]
    landed = landed[draws.lot_reported[landed]]
    moving_s = np.bincount(segments.lot, length_s * (segments.cause == Cause.MOVING), minlength=draws.n_lot)
    for flow in range(len(model.plan.flow_name)):
        lots = landed[draws.lot_flow[landed] == flow]
        assert len(lots) > 20
        assert len(set(moving_s[lots].tolist())) == 1
    ships = [k for k, place in enumerate(segments.places) if place.startswith("ship/")]
    down_s = length_s[(segments.cause == Cause.CLOSURE) & np.isin(segments.place, ships)].sum()
    assert down_s > 0
