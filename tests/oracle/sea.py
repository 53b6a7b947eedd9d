"""Two ports and the sea between them: what every test of vessels starts from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.oracle.world import Rows

KNOT_KMH = 1.852
Fields = Mapping[str, Any]


def sea(
    *,
    flows: Rows,
    departure: Fields,
    vessels: Any = 1,
    sailing_h: float = 10,
    limit: int = 10**6,
    east: Fields | None = None,
    west: Fields | None = None,
    facilities: Rows | None = None,
    service: Fields | None = None,
    **tables: Rows,
) -> dict[str, Rows]:
    """Tables of a ferry ``boats`` between ``east`` and ``west``, ``sailing_h`` hours apart at 10 knots.

    ``east`` and ``west`` add fields to the calls, ``service`` and ``facilities`` to their tables. Flows
    go from east to west unless they say otherwise.
    """
    berths = {f"{port}_berth": {"node": port, "kind": "berth", "capacity": 100} for port in ("east", "west")}
    return {
        "nodes": {"east": {"kind": "port"}, "west": {"kind": "port"}},
        "links": {
            "crossing": {
                "from": "east",
                "to": "west",
                "mode": "sea_container",
                "speed_kmh": 20,
                "length_km": sailing_h * 10 * KNOT_KMH,
            }
        },
        "facilities": {**berths, **(facilities or {})},
        "services": {
            "boats": {
                "rotation": [
                    {"port": "east", "berth": "east_berth", **(east or {})},
                    {"port": "west", "berth": "west_berth", **(west or {})},
                ],
                "departure": dict(departure),
                **(service or {}),
            }
        },
        "fleets": {"ship": {"service": "boats", "count": vessels, "limits": {"teu": limit}}},
        "flows": {name: {"origin": "east", "destination": "west", **flow} for name, flow in flows.items()},
        **tables,
    }
