"""Weather that closes facilities."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from sim.network.tables.row import Row
from sim.scenario.described import described
from sim.scenario.values import Amount, AtLeast, Count, Dated, Draw, Share, Strict, Title

#: Storms are drawn one after another from the year 2000 on: a mean spell is not shorter than this.
SHORTEST_SPELL_S = 600


class LocalStorms(Strict):
    """Storms that the ports of one coast have to themselves."""

    ports: tuple[str, ...] = described("Ports of the coast.", min_length=1)
    share: Share = described(
        "Part of the time for which weather closes these ports that falls in such storms.", "share", patch="draws"
    )


class Weather(Row):
    """Storm spells of one sea. Each spell has a strength; a facility closes in its share of the spells.

    A facility with share 0.6 is closed by the strongest 60 % of the spells, so that one storm hits
    several ports together. ``local`` names coasts whose ports close in part in storms of their own; the
    time for which they are closed stays the same.
    """

    title: Title = described("Name for tables and messages.", patch="reports")
    closed_share_by_month: tuple[Share, ...] = described(
        "Part of each month, January first, in which there is a storm.",
        "share",
        min_length=12,
        max_length=12,
        patch="draws",
    )
    spell: Annotated[Draw, AfterValidator(AtLeast(SHORTEST_SPELL_S))] = described(
        "Length of a storm.", "as written", patch="draws"
    )
    closes: dict[str, Share] = described(
        "Facility -> part of the storms that close it, the strongest first.", "share", patch="draws"
    )
    local: dict[str, LocalStorms] = described("Coast -> storms of its own.", default_factory=dict)
    seed: Count = described(
        "Number that gives this sea other storms of the same kind, all other chance the same; 0: those of the run's seed.",
        "none",
        default=0,
        patch="draws",
    )
    scale: Dated[Amount] = described(
        "Multiplies the part of time in storms.", "ratio", default=Dated[Amount].model_validate(1.0), patch="draws"
    )
