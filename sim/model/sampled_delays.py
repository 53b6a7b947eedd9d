"""How late interventions are in one replication: each has a stream of its own, shared by compared scenarios."""

from __future__ import annotations

import numpy as np

from sim.clock import DAY_S
from sim.model.durations import quantile_s
from sim.model.streams import Streams
from sim.scenario.load import Scenario
from sim.scenario.sampled_delays import random_delays


def drawn_delays(scenario: Scenario, seed: int, replication: int) -> dict[str, int]:
    """Days by which each intervention with a random delay is late; the stream is ``delay/<id>``.

    The same replication of another scenario draws the same luck for the same intervention.
    """
    streams = Streams(seed, replication)
    days = {}
    for id_, delay in sorted(random_delays(scenario).items()):
        uniform = streams.uniforms(f"delay/{id_}", [(0, 1)])
        days[id_] = round(float(np.ravel(quantile_s(delay, uniform))[0]) / DAY_S)
    return days
