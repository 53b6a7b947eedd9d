"""What is known of the places where shipments spend their time: the evidence of the number that decides it there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

#: The grade of what nothing is published of.
ASSUMPTION = "assumption"
#: Tables whose rows are stood or worked at, by the ids that a run's delays name, in the order in which they are asked.
_TABLES = ("processes", "facilities", "services", "links", "nodes", "barriers")
#: The field of a row on which the time there depends first.
_DECIDES = {
    "processes": "duration",
    "facilities": "capacity",
    "links": "length_km",
    "barriers": "scale",
    "fleets": "count",
}


def assumed_share(delays: pd.DataFrame, world: Mapping[str, Any], flows: Collection[str]) -> float | None:
    """The share of the time of some flows' shipments that is spent where the number which decides it is assumed.

    Args:
        delays: hours of shipments by flow, cause and place, of all replications.
        world: the run's resolved world as plain data.
        flows: whose shipments are counted, each the same, a truck as a train load.

    Returns None where they spend no time.
    """
    own = delays[delays["flow"].isin(list(flows))]
    hours = own.groupby(own["place"].astype(str), sort=True)["hours"].sum()
    spent = {True: 0.0, False: 0.0}
    for place, much in hours.items():
        spent[evidence(world, str(place))[0] == ASSUMPTION] += float(much)
    whole = spent[True] + spent[False]
    return spent[True] / whole if whole else None


def evidence(world: Mapping[str, Any], place: str) -> tuple[str, str]:
    """Grade and source of the number that decides the time at what an id names; else of its row."""
    what, _, where = place.partition("@")
    table, row = _row(world, what, where) or _row(world, place.split("/")[0], "") or ("", None)
    if row is None and place.startswith("ship/"):
        table, row = "fleets", world["fleets"].get(place.split("/")[1])
    if row is None:
        return "-", ""
    said = (row.get("evidence") or {}).get(_DECIDES.get(table, "")) or row
    return str(said["grade"]), str(said["source"])


def _row(world: Mapping[str, Any], id_: str, node: str) -> tuple[str, Mapping[str, Any] | None] | None:
    for table in _TABLES:
        rows = world.get(table) or {}
        if id_ in rows and table == "barriers":
            country = str((world["nodes"].get(node) or {}).get("country", "")).lower()
            return table, rows[id_].get(node) or rows[id_].get(country)
        if id_ in rows:
            return table, rows[id_]
    return None
