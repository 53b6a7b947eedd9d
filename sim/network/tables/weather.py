"""Weather that closes facilities."""

from __future__ import annotations

from pydantic import Field

from sim.network.tables.row import Row
from sim.scenario.values import Amount, Dated, Draw, Number, Strict


class LocalStorms(Strict):
    """Storms that ports have to themselves: ``share`` of the time for which their weather closes them."""

    ports: tuple[str, ...] = Field(min_length=1)
    share: Number = Field(ge=0, le=1)


class Weather(Row):
    """Storm spells of one sea. Each spell has a strength; a facility closes in its share of the spells.

    A facility with share 0.6 is closed by the strongest 60 % of the spells, so that one storm hits
    several ports together. ``local`` names coasts whose ports close in part in storms of their own; the
    time for which they are closed stays the same.
    """

    title: str
    closed_share_by_month: tuple[Number, ...] = Field(min_length=12, max_length=12)
    spell: Draw
    closes: dict[str, Number]
    local: dict[str, LocalStorms] = Field(default_factory=dict)
    scale: Dated[Amount] = Dated[Amount].model_validate(1.0)
