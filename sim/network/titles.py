"""Words for readers: titles in place of the ids of facilities, services, sections of lines, places and flows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sim.language.words import tr

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


def place_name(name: str) -> str:
    """The same in the language, where the catalogue has the place."""
    return tr(short_name(name))


def titles_of(world: Mapping[str, Any]) -> dict[str, str]:
    """Words for everything that is waited for or stood at, by its id in the tables of results.

    Args:
        world: a resolved world as plain data (``World.canonical()``, or ``resolved`` of a manifest).
    """
    rows = {
        table: world.get(table) or {} for table in ("nodes", "links", "facilities", "services", "markets", "rivals")
    }
    nodes = {name: place_name(row["name"]) for name, row in rows["nodes"].items()}
    found = dict(nodes)
    for name, link in rows["links"].items():
        ends = (link["from_node"], link["to_node"])
        between = [nodes.get(end, end) for end in ends]
        found[name] = found[f"{name}/both"] = tr("Line {a} - {b}", a=between[0], b=between[1])
        found |= {
            f"{name}/{ends[0]}": tr("Line {a} to {b}", a=between[0], b=between[1]),
            f"{name}/{ends[1]}": tr("Line {a} to {b}", a=between[1], b=between[0]),
        }
    for table in ("services", "facilities", "markets", "rivals"):
        found |= {name: tr(row["title"]) for name, row in rows[table].items()}
    fleets = world.get("fleets") or {}
    sails = {name: row["service"] for name, row in fleets.items()}
    return found | {f"ship/{name}": fleet_title(name, sails, found.get(sails[name], sails[name])) for name in fleets}


def fleet_title(fleet: str, sails: Mapping[str, str], service: str) -> str:
    """The title of the service that ships of a fleet sail, with the fleet's name where others sail there too.

    Args:
        sails: fleet -> id of its service, of all fleets.
        service: title of that service.
    """
    alone = list(sails.values()).count(sails[fleet]) == 1
    return service if alone else f"{service} ({tr(fleet.replace('_', ' '))})"


def pool_titles(world: Mapping[str, Any]) -> dict[str, str]:
    """What the titles of a pool's depots begin with in common; of two pools called the same, their places too.

    ``Kazakh platforms at Almaty`` and ``Kazakh platforms at Aktau`` are ``Kazakh platforms``.
    """
    names = {name: place_name(row["name"]) for name, row in (world.get("nodes") or {}).items()}
    depots: dict[str, list[Mapping[str, Any]]] = {}
    for row in (world.get("facilities") or {}).values():
        if row.get("pool"):
            depots.setdefault(row["pool"], []).append(row)
    found = {pool: _in_common(pool, [row["title"] for row in rows]) for pool, rows in depots.items()}
    often = Counter(found.values())
    for pool, words in found.items():
        if often[words] > 1:
            places = list(dict.fromkeys(names.get(row["node"], row["node"]) for row in depots[pool]))
            if len(places) > 2:
                told = tr("{a}, {b} and {count} more", a=places[0], b=places[1], count=len(places) - 2)
            else:
                told = tr(" and ").join(places)
            found[pool] = f"{words}, {told}"
    return found


def _in_common(pool: str, titles: Sequence[str]) -> str:
    """The words with which all titles begin, up to the place; the id in plain letters where they share none."""
    shared: list[str] = []
    for words in zip(*(title.split(" at ")[0].split() for title in titles), strict=False):
        if len(set(words)) > 1:
            break
        shared.append(words[0])
    if not shared:
        shared = [word.upper() if len(word) == 2 else word for word in pool.split("_")]
    name = " ".join(shared)
    return tr(name[:1].upper() + name[1:])


def title(names: Mapping[str, str], id_: str) -> str:
    """Words for one id: its title, of an operation at a place (``documents@aktau``) and of a ship (``ship/ferry/001``)
    both parts; else the id in plain letters.
    """
    if id_ in names:
        return names[id_]
    fleet, _, number = id_.rpartition("/")
    if fleet.startswith("ship/") and fleet in names:
        return tr("{fleet}, ship {number}", fleet=names[fleet], number=int(number))
    what, at, where = id_.partition("@")
    words = tr(what.replace("_", " "))
    return tr("{what} at {place}", what=words, place=title(names, where)) if at else words


def apart(titles: Sequence[str], ids: Sequence[str]) -> list[str]:
    """The titles, each with its id where another is called the same."""
    often = Counter(titles)
    return [f"{words} ({id_})" if often[words] > 1 else words for words, id_ in zip(titles, ids, strict=True)]
