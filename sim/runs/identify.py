"""The name of a run: a hash of everything that determines its result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.results.store import code_digest, run_id
from sim.runs.accepted_inputs import table_digest
from sim.runs.sampled_inputs import varies

if TYPE_CHECKING:
    from sim.network.world import World


def identify(world: World, engine: str, inputs: str = "fixed", *, canonical: str = "", code: str = "") -> str:
    """The run id: a hash of everything that determines the result.

    ``canonical`` is the text of ``world.canonical()``, ``code`` the ``code_digest``, if at hand.
    """
    scenario = world.scenario
    drawn = None
    if varies(scenario, inputs):  # what is drawn is applied beneath the changes, so these count one by one
        told = ("key", "action", "value", "since", "until", "label", "delay", "delayed_d", "begins_late", "low", "high")
        drawn = {"inputs": inputs, "changes": [[getattr(c, name) for name in told] for c in scenario.changes]}
        drawn |= {"sets": table_digest(scenario)} if inputs == "accepted" else {}
    return run_id(
        canonical or world.canonical(),
        world.geodata_digest,
        engine,
        scenario.seed,
        scenario.replications,
        code or code_digest(),
        drawn,
    )
