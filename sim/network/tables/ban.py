"""Orders by which a railway stops taking cargo for a port or a border."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict

from sim.network.tables.row import Row
from sim.scenario.described import described
from sim.scenario.values import AtLeast, Day, Duration, Name, Share, Strict, Title, Units

#: What was refused comes back over an hour at least.
SHORTEST_RETURN_S = 3_600


class Standing(Strict):
    """The queue by which a ban is called and lifted: units in a facility, and all that wait for it."""

    facility: Name = described("Facility in which and for which they stand.")
    above: Units = described(
        "Nothing is taken from the instant in which more than this stand.", "of the facility", patch="bans"
    )
    below: Units = described(
        "It is taken again from the instant in which fewer than this stand.", "of the facility", patch="bans"
    )
    back_every: Annotated[Duration, AfterValidator(AtLeast(1))] | None = described(
        "Time between two departures of what was refused, while the ban is lifted (`later` alone).",
        "as written",
        default=None,
        patch="bans",
    )


class Ban(Row):
    """A loading ban (embargo): from one day to another, shipments of the flows do not depart, or not while many stand.

    What is refused departs when the ban has ended, or never: then it is declined. Shipments that depart together
    are refused together. The draws of a shipment that departs later stay its own.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
    title: Title = described("Name for tables and messages.", patch="reports")
    flows: tuple[str, ...] = described("Flows of which nothing departs; background traffic too.", min_length=1)
    from_day: Day = described("First day of the ban (midnight UTC).", alias="from", patch="bans")
    to_day: Day = described("First day on which shipments depart again.", alias="to", patch="bans")
    standing: Standing | None = described(
        "The queue by which it is called and lifted between these days; left out: it holds throughout.", default=None
    )
    share: Share = described(
        "Part of the departures that is refused, drawn for each; below 1 there are exceptions, 0 is no ban.",
        "share",
        default=1.0,
        patch="bans",
    )
    then: Literal["later", "lost"] = described(
        "What becomes of what is refused: it departs `later`, after the ban, in order; or it is `lost` to the corridor "
        "and counts as declined."
    )
    back_within: Annotated[Duration, AfterValidator(AtLeast(SHORTEST_RETURN_S))] | None = described(
        "Time after the ban over which what was refused departs, at even distances (`later` alone, without `standing`).",
        "as written",
        default=None,
        patch="bans",
    )
