"""Inputs that are not known, as factors: what rests on one fact moves together.

A group is all parameters whose range cites one fact, or one other source for one kind of parameter. Where there are more
groups than are asked for, each is moved alone to both ends of its range; those that move the indicators most stay by
themselves, and all others become one group, so that nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.network.fact_ids import facts_listed
from sim.network.uncertain import Uncertain
from sim.scenario.overrides import RANGES
from sim.studies.sweep.factors import Factor

#: The name of what is left, moved together.
OTHERS = "all others"
_LONGEST_SOURCE = 40


@dataclass(frozen=True)
class Group:
    """Uncertain inputs that move together: ``streams`` are names of ranges, ``keys`` how many parameters they move."""

    name: str
    words: str
    streams: tuple[str, ...]
    keys: int

    @property
    def factor(self) -> Factor:
        """The group as a factor: 0 all at their lowest, 1 all at their highest."""
        names = [f"{RANGES}{stream}" for stream in self.streams]
        return Factor(names[0], also=tuple(names[1:]))


def groups_by_fact(ranges: Iterable[Uncertain]) -> list[Group]:
    """Every uncertain input in one group."""
    found: dict[str, list[Uncertain]] = {}
    by_stream: dict[str, str] = {}
    for one in ranges:
        name = by_stream.setdefault(one.stream, _name(one))
        found.setdefault(name, []).append(one)
    return [
        Group(name, _words(name, own), tuple(dict.fromkeys(one.stream for one in own)), len(own))
        for name, own in sorted(found.items())
    ]


def largest(groups: Sequence[Group], most: int, moves: Callable[[Group], Sequence[float]]) -> list[Group]:
    """At most so many groups: those that move some indicator most when moved alone, and all others as one.

    Args:
        moves: how far a group alone moves each indicator, [indicator]; not a number where that is not known.
    """
    if len(groups) <= most:
        return list(groups)
    sizes = np.array([moves(group) for group in groups], float)
    sizes = np.where(np.isfinite(sizes), sizes, np.inf)  # what makes an indicator endless matters most
    with np.errstate(invalid="ignore"):
        ranks = np.argsort(np.argsort(-sizes, axis=0, kind="stable"), axis=0, kind="stable")
    ranks = np.where(sizes > 0, ranks, len(groups))
    order = sorted(range(len(groups)), key=lambda k: (ranks[k].min(), groups[k].name))
    kept, left = order[: most - 1], sorted(order[most - 1 :])
    others = Group(
        OTHERS,
        f"{len(left)} other groups together",
        tuple(stream for k in left for stream in groups[k].streams),
        sum(groups[k].keys for k in left),
    )
    return [*(groups[k] for k in sorted(kept)), others]


def _name(one: Uncertain) -> str:
    facts = facts_listed(one.source)
    if facts:
        return facts[0]
    table, *_, field = one.key.split(".")
    return one.stream if "." not in one.stream else f"{table} {field}: {_short(one.source)}"


def _short(source: str) -> str:
    found = re.match(r"https?://(?:www\.)?([^/]+)(/.*)?", source)
    text = f"{found[1]}/...{found[2].rstrip('/')[-12:]}" if found and found[2] else source
    return text if len(text) <= _LONGEST_SOURCE else text[: _LONGEST_SOURCE - 3] + "..."


def _words(name: str, own: Sequence[Uncertain]) -> str:
    """What a group is about: its entries of ranges.yaml, else its kinds of parameters."""
    entries = list(dict.fromkeys(one.stream for one in own if "." not in one.stream))
    plain = [one for one in own if "." in one.stream]
    kinds = list(dict.fromkeys(f"{one.key.split('.')[0]}: {one.key.split('.')[-1].replace('_', ' ')}" for one in plain))
    told = [entry.replace("_", " ") for entry in entries] + (
        [plain[0].key] if len(plain) == 1 else kinds if len(kinds) < 3 else [f"{len(plain)} parameters"]
    )
    return "; ".join(told[:3]) or name
