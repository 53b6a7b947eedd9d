"""Words for readers: titles in place of the ids of facilities, services, sections of lines, places and flows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

#: What a place's name ends in, and a reader can do without.
_TAILS = (
    " marshalling yard",
    " international sea port",
    " sea port",
    " International Port",
    " international land port",
    " International Railway Port",
    " port and rail ferry complex",
    " container terminal",
    " oil terminal",
)


def short_name(name: str) -> str:
    """A place's name without what stands in brackets or behind a stroke or comma."""
    for mark in (" (", " /", ","):
        name = name.split(mark)[0]
    for tail in _TAILS:
        name = name.removesuffix(tail)
    return name.split(" at ")[-1].removeprefix("Port of ")


def titles_of(world: Mapping[str, Any]) -> dict[str, str]:
    """Words for everything that is waited for or stood at, by its id in the tables of results.

    Args:
        world: a resolved world as plain data (``World.canonical()``, or ``resolved`` of a manifest).
    """
    rows = {table: world.get(table) or {} for table in ("nodes", "links", "facilities", "services")}
    nodes = {name: short_name(row["name"]) for name, row in rows["nodes"].items()}
    found = dict(nodes)
    for name, link in rows["links"].items():
        ends = (link["from_node"], link["to_node"])
        between = [nodes.get(end, end) for end in ends]
        found[name] = found[f"{name}/both"] = f"Line {between[0]} - {between[1]}"
        found |= {
            f"{name}/{ends[0]}": f"Line {between[0]} to {between[1]}",
            f"{name}/{ends[1]}": f"Line {between[1]} to {between[0]}",
        }
    for table in ("services", "facilities"):
        found |= {name: row["title"] for name, row in rows[table].items()}
    return found


def title(names: Mapping[str, str], id_: str) -> str:
    """Words for one id; of an operation at a place (``documents@aktau``) both parts; else the id in plain letters."""
    if id_ in names:
        return names[id_]
    what, at, where = id_.partition("@")
    words = what.replace("_", " ")
    return f"{words} at {title(names, where)}" if at else words


def apart(titles: Sequence[str], ids: Sequence[str]) -> list[str]:
    """The titles, each with its id where another is called the same."""
    often = Counter(titles)
    return [f"{words} ({id_})" if often[words] > 1 else words for words, id_ in zip(titles, ids, strict=True)]
