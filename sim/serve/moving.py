"""The moving map of a question: the first replication of the scenario as it is, and with its changes, on one clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from sim.analysis.records import replication_views, run_info
from sim.engine.interruption import asking
from sim.errors import RunError
from sim.handout.movie import Scene, as_text, movie
from sim.runs.worker import simulate
from sim.scenario.library import geodata_dir
from sim.serve.words import REFUSED, WORDS

if TYPE_CHECKING:
    from sim.model.draws import Drawn, Model

#: The scenario as it is, and with changes, as everywhere on the page.
COLOURS = ("#7a7f87", "#0072b2")
#: One map at a time: each takes some hundred MB while it is made.
_MAKING = threading.Lock()


def moving_map(sides: list[tuple[Model, Drawn | None]], engine: str, go_on: Callable[[], None]) -> str:
    """The map as the JSON that ``movie.js`` draws.

    Args:
        sides: models, the scenario as it is first, with draws that they share or None.
        go_on: raises once nobody waits for it any more.

    Raises:
        RunError: another one is being made.
        InputError: there is no day to show.
    """
    if not _MAKING.acquire(blocking=False):
        raise RunError(REFUSED["busy"].format(n=1))
    try:
        scenes = []
        for title, (model, like) in zip((WORDS["base"], WORDS["changed"]), sides, strict=False):
            go_on()
            with asking(go_on):
                draws, trace = simulate(model, engine, 0, like)
            scenario = model.world.scenario
            book = replication_views(model.plan, draws, trace.by_columns(), run_info(model.world)).book
            told = WORDS["map_told"].format(scenario=scenario.name, seed=scenario.seed)
            own = scenario.geodata_dir.resolve() == geodata_dir().resolve()
            basemap = geodata_dir() / "basemap" if own else None
            scenes.append(Scene(title, told, model.world.canonical(), book, basemap))
        go_on()
        return as_text(movie(scenes, scene_colours=COLOURS))
    finally:
        _MAKING.release()
