"""Weather that closes facilities."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from sim.network.tables.row import Row
from sim.scenario.values import Amount, Dated, Draw, Share, Strict, Title, at_least

#: Storms are drawn one after another from the year 2000 on: a mean spell is not shorter than this.
SHORTEST_SPELL_S = 600


class LocalStorms(Strict):
    """Storms that ports have to themselves: ``share`` of the time for which their weather closes them."""

    ports: tuple[str, ...] = Field(min_length=1)
    share: Share


class Weather(Row):
    """Storm spells of one sea. Each spell has a strength; a facility closes in its share of the spells.

    A facility with share 0.6 is closed by the strongest 60 % of the spells, so that one storm hits
    several ports together. ``local`` names coasts whose ports close in part in storms of their own; the
    time for which they are closed stays the same.
    """

    title: Title
    closed_share_by_month: tuple[Share, ...] = Field(min_length=12, max_length=12)
    spell: Annotated[Draw, AfterValidator(at_least(SHORTEST_SPELL_S))]
    closes: dict[str, Share]
    local: dict[str, LocalStorms] = Field(default_factory=dict)
    scale: Dated[Amount] = Dated[Amount].model_validate(1.0)
