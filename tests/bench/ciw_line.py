"""A tandem of queues as Ciw writes it: a network of nodes, one customer class, one route through all."""

from __future__ import annotations

import ciw
import numpy as np

from tests.bench.line import MEAN_BETWEEN_LOTS_S, MEAN_SERVICE_S, STATIONS


def run(until_s: float, seed: int) -> tuple[float, int]:
    """Simulate until ``until_s``; mean seconds from coming to the end, and the number of operations recorded."""
    ciw.seed(seed)
    onward = np.eye(STATIONS, k=1).tolist()
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(1 / MEAN_BETWEEN_LOTS_S)] + [None] * (STATIONS - 1),
        service_distributions=[ciw.dists.Exponential(1 / MEAN_SERVICE_S)] * STATIONS,
        routing=onward,
        number_of_servers=[1] * STATIONS,
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(until_s)
    came: dict[int, float] = {}
    journeys: list[float] = []
    records = simulation.get_all_records()
    for record in sorted(records, key=lambda r: (r.id_number, r.node)):
        if record.node == 1:
            came[record.id_number] = record.arrival_date
        if record.node == STATIONS:
            journeys.append(record.exit_date - came[record.id_number])
    return float(np.mean(journeys)), len(records)
