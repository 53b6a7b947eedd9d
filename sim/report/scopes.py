"""Scopes in words. Cargo comes before all shipments together, which are mostly whatever moves in the smallest lots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sim.indicators import CORRIDOR, INDICATORS, OF_SHIPMENTS, Measure
from sim.language.words import mark, tr
from sim.network.titles import place_name, pool_titles, title, titles_of
from sim.report.common_flows import groups, reported_flows
from sim.report.kpi_values import Values
from sim.report.texttable import number

_CARGOES = {
    "TEU": mark("containers"),
    "wagon": mark("wagons"),
    "truck": mark("trucks"),
    "t": mark("bulk cargo"),
    "oil_t": mark("oil"),
}


def cargo_words(scope: str) -> str:
    """``cargo TEU`` as ``containers``; any other scope with spaces for underscores."""
    kind, _, cargo = scope.partition(" ")
    return tr(_CARGOES.get(cargo, cargo) if kind == "cargo" and cargo else scope.replace("_", " "))


def is_of_shipments(kpi: str) -> bool:
    """Whether an indicator gives every shipment the same weight, a truck that of a train load."""
    return INDICATORS[kpi].family in OF_SHIPMENTS


def indicator_words(measure: Measure, world: Mapping[str, Any]) -> str:
    """An indicator of one scope as a sentence has it: ``mean transit time of all shipments``.

    Args:
        world: a resolved world as plain data, for the titles of flows, places and services.
    """
    kpi, scope = measure
    return tr("{indicator} of {scope}", indicator=tr(INDICATORS[kpi].words), scope=_in_a_sentence(kpi, scope, world))


def _in_a_sentence(kpi: str, scope: str, world: Mapping[str, Any]) -> str:
    whole = tr("all shipments") if is_of_shipments(kpi) else tr("the corridor")
    flows, names = world.get("flows") or {}, titles_of(world) | pool_titles(world)
    if scope == CORRIDOR:
        return whole
    if scope in {flow["direction"] for flow in flows.values()}:
        return f"{whole} {cargo_words(scope)}"
    if scope in flows:
        ends = (title(names, str(flows[scope][end])) for end in ("origin", "destination"))
        return f"{scope} {' - '.join(ends)}"
    if "->" in scope:
        return tr("{a} to {b}", **dict(zip("ab", (title(names, node) for node in scope.split("->")), strict=True)))
    return cargo_words(scope) if scope.startswith("cargo ") else title(names, scope)


class ScopeWords:
    """Titles of the scopes of one run."""

    def __init__(self, world: Mapping[str, Any], values: Values) -> None:
        """``world``: the resolved world; ``values``: the run's indicators."""
        self._flows, self._nodes = reported_flows(world), world.get("nodes") or {}
        self._groups = groups(world, list(self._flows)) if self._flows else {}
        self._values = values

    def title(self, scope: str, kpi: str = "transit_p50") -> str:
        """A scope as the heading of a row of that indicator.

        ``F03 Xi'an - Poti``; ``containers``; ``corridor`` for volumes, but ``all shipments (mostly trucks: 34 of 42)``
        for what is per shipment.
        """
        if scope in self._flows:
            return f"{scope} {self._place(scope, 'origin')} - {self._place(scope, 'destination')}"
        if scope in self._nodes and scope not in self._groups:
            return place_name(str(self._nodes[scope].get("name") or scope))
        if scope not in self._groups or scope.startswith("cargo ") or not is_of_shipments(kpi):
            return cargo_words(scope)
        where = "" if scope == CORRIDOR else f" {cargo_words(scope)}"
        return f"{tr('all shipments')}{where}{self._mostly(scope)}"

    def short(self, scope: str) -> str:
        """The title of a scope in rows of what is per shipment, without numbers."""
        return re.sub(r": .*\)$", ")", self.title(scope))

    def _place(self, flow: str, end: str) -> str:
        node = str(self._flows[flow][end])
        return place_name(str((self._nodes.get(node) or {}).get("name") or node))

    def _mostly(self, scope: str) -> str:
        """The cargo of more than half of the shipments, where there are several."""
        lots: dict[str, float] = {}
        for flow in self._groups[scope]:
            cargo = str(self._flows[flow]["cargo"])
            mean = self._values.estimate("transit_lots", flow).mean or 0.0
            lots[cargo] = lots.get(cargo, 0.0) + mean
        every, most = sum(lots.values()), max(lots, key=lambda cargo: lots[cargo], default="")
        if len(lots) < 2 or lots[most] * 2 <= every:
            return ""
        told = tr(
            "(mostly {cargo}: {most} of {every})",
            cargo=cargo_words(f"cargo {most}"),
            most=number(lots[most]),
            every=number(every),
        )
        return f" {told}"


def cargo_first(scopes: Sequence[str], flows: Mapping[str, Any]) -> list[str]:
    """Scopes in the order of tables: cargoes, the corridor, directions, then flows."""
    return sorted(scopes, key=lambda s: (s in flows, not s.startswith("cargo "), s != CORRIDOR))
