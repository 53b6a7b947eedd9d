"""What ``corridor list`` prints: the scenarios with their questions, and the catalogue of interventions."""

from __future__ import annotations

from typing import Any

from sim.scenario.interventions import CatalogueEntry
from sim.scenario.library import ScenarioEntry, list_not_carried

_WORDS = {"changes": "", "in_base": "in the base", "outcome": "outcome to compare with", "not_modelled": "not modelled"}


def scenarios_text(found: list[ScenarioEntry]) -> str:
    """Each scenario's name and question, then what the library lacks and why."""
    width = max((len(entry.name) for entry in found), default=0)
    lines = [f"{entry.name:<{width}}  {entry.question or entry.title}" for entry in found]
    missing = list_not_carried()
    if missing:
        lines.append("\nAsked for, and not carried by the model:")
        lines += [f"  {name}: {item.reason}" for name, item in missing.items()]
    return "\n".join(lines)


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
        lines.append(f"{id_:<7} {item.since} {item.kind:<10} {cost:>6}  {item.grade:<10}  {item.title}"
                     + (f" ({words}: {getattr(item, item.effect)})" if words else ""))  # fmt: skip
    return "\n".join(lines)


def interventions_json(entries: dict[str, CatalogueEntry]) -> list[dict[str, Any]]:
    """Every field of the catalogue."""
    return [{"id": id_, "effect": entry.intervention.effect} | entry.intervention.model_dump(mode="json", by_alias=True)
            for id_, entry in entries.items()]  # fmt: skip

