"""What ``corridor list`` prints: the scenarios with their questions, and the catalogue of interventions."""

from __future__ import annotations

import textwrap

from sim.indicators import INDICATORS
from sim.scenario.interventions import CatalogueEntry
from sim.scenario.library import ScenarioEntry, list_not_carried, scenario_paths
from sim.scenario.load import load_header

_WORDS = {"changes": "", "in_base": "in the base", "outcome": "outcome to compare with", "not_modelled": "not modelled"}


def list_scenarios() -> list[ScenarioEntry]:
    """All scenarios of the library, sorted by name. A file that cannot be read raises ``InputError``."""
    entries = []
    for name, path in scenario_paths().items():
        title, question = load_header(path)
        entries.append(ScenarioEntry(name, title, question, path))
    return entries


def scenarios_text(found: list[ScenarioEntry], width: int = 100) -> str:
    """Each scenario's name and question, then what the library lacks and why, in ``width`` columns."""
    names = min(max((len(entry.name) for entry in found), default=0), width // 2)
    lines = [line for entry in found for line in _beside(entry.name, entry.question or entry.title, names, width)]
    missing = list_not_carried()
    if missing:
        lines.append("\nAsked for, and not carried by the model:")
        for name, item in missing.items():
            lines += textwrap.wrap(f"{name}: {item.reason}", width, initial_indent="  ", subsequent_indent="    ")
    return "\n".join(lines)


def indicators_text(width: int = 100) -> str:
    """Each indicator's name, words and good direction, and how it is written with a scope."""
    names = max(map(len, INDICATORS))
    lines = [
        line
        for name, known in INDICATORS.items()
        for line in _beside(name, f"{known.words} ({known.good})", names, width)
    ]
    scopes = "corridor, east_to_west, west_to_east, 'cargo TEU' or another cargo, a flow, facility, service or barrier"
    told = f"Write an indicator with its scope, as 'transit_p50 of cargo TEU'; scopes: {scopes}. Without one: corridor."
    return "\n".join([*lines, "", *textwrap.wrap(told, width)])


def indicators_json() -> list[dict[str, str]]:
    """The same for programs."""
    return [{"name": name, "words": known.words, "good": known.good} for name, known in INDICATORS.items()]


def _beside(name: str, text: str, names: int, width: int) -> list[str]:
    """A name in a column of ``names`` characters and text wrapped beside it."""
    head = f"{name:<{names}}  "
    return textwrap.wrap(text, width, initial_indent=head, subsequent_indent=" " * (names + 2)) or [head.rstrip()]


def scenarios_json(found: list[ScenarioEntry]) -> list[dict[str, str]]:
    """The same for programs."""
    return [{field: str(getattr(entry, field)) for field in ("name", "title", "question", "path")} for entry in found]


def interventions_text(entries: dict[str, CatalogueEntry]) -> str:
    """The catalogue: id, date, kind, cost, grade and title; an entry without changes says why."""
    lines = [f"{'id':<7} {'from':<10} {'kind':<10} {'MUSD':>6}  {'grade':<10}  title"]
    for id_, entry in entries.items():
        item = entry.intervention
        cost = "" if item.cost_musd is None else f"{item.cost_musd:g}"
        words = _WORDS[item.effect]
        lines.append(
            f"{id_:<7} {item.since} {item.kind:<10} {cost:>6}  {item.grade:<10}  {item.title}"
            + (f" ({words}: {getattr(item, item.effect)})" if words else "")
        )
    return "\n".join(lines)


def interventions_json(entries: dict[str, CatalogueEntry]) -> list[dict[str, object]]:
    """Every field of the catalogue."""
    return [
        {"id": id_, "effect": entry.intervention.effect} | entry.intervention.model_dump(mode="json", by_alias=True)
        for id_, entry in entries.items()
    ]
