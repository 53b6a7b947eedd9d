"""How a scenario uses the catalogue: which interventions, from which day, how late, at what cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain

from sim.clock import DAY_S
from sim.errors import Problem, nearest
from sim.scenario.changes import Change
from sim.scenario.interventions import CatalogueEntry
from sim.scenario.library import CATALOGUE_FILE
from sim.scenario.overrides import USES, Use
from sim.scenario.schema import InterventionUse, ScenarioFile, Uses
from sim.scenario.values import Draw
from sim.scenario.yamlfile import Document, KeyPath


@dataclass(frozen=True)
class UsedIntervention:
    """An intervention that a scenario or a parent of it uses.

    ``since`` is the day from which it holds, an expected delay included; ``package`` is empty for one
    that stands by itself; ``effect`` is what the catalogue's entry has of ``EFFECTS``.
    """

    id: str
    title: str
    kind: str
    package: str
    since: date
    cost_musd: float | None
    effect: str
    excludes: tuple[str, ...]
    note: str
    file: str
    line: int | None


@dataclass(frozen=True)
class Package:
    """All that a chain of scenario files has taken from the catalogue so far, and the changes of every file."""

    changes: tuple[Change, ...] = ()
    used: tuple[UsedIntervention, ...] = ()


def apply_uses(
    content: ScenarioFile, document: Document, catalogue: dict[str, CatalogueEntry], inherited: Package, layer: int
) -> tuple[Package, list[Problem]]:
    """Add the interventions of a file to what its parents have.

    One that a parent uses and the file names again with another date moves. The changes of one
    file are in date order. Returns them all, and the problems found.
    """
    problems: list[Problem] = []
    own: list[Change] = []
    used: dict[str, UsedIntervention] = {}
    for path, package, use in _written(content):
        entry = catalogue.get(use.id)
        moved = use.at or use.delay or content.interventions_from or content.delay
        earlier = set() if moved else {parent.id for parent in inherited.used}
        fault = _fault(use, entry, catalogue, used, earlier, use.delay or content.delay)
        if fault or entry is None:
            problems.append(document.problem(path, f"{path[0]}: {use.id!r} {fault}"))
            continue
        changes, since = _dated(entry, use, content, layer)
        own += changes
        item = entry.intervention
        used[use.id] = UsedIntervention(
            id=use.id,
            title=item.title,
            kind=item.kind,
            package=package,
            since=since,
            cost_musd=item.cost_musd,
            effect=item.effect,
            excludes=item.excludes,
            note=item.in_base or "",
            file=document.file,
            line=document.line(path),
        )
    own.sort(key=lambda c: c.since or date.min)
    kept = tuple(c for c in inherited.changes if c.label not in used)
    parents = tuple(use for use in inherited.used if use.id not in used)
    package_ = Package((*kept, *own), (*parents, *used.values()))
    problems += chain(contradictions(package_.changes), _exclusions(package_.used))
    return package_, problems


def switched(
    package: Package, uses: Sequence[Use], catalogue: dict[str, CatalogueEntry], layer: int
) -> tuple[Package, list[Problem]]:
    """What is left and what is added of interventions that are switched on, off, or to a day; the last word counts."""
    problems: list[Problem] = []
    for use in {use.id: use for use in uses}.values():
        if use.id not in catalogue:
            message = f"{USES}{use.id}: {use.id!r} is not in {CATALOGUE_FILE}{nearest(use.id, catalogue)}"
            problems.append(Problem(message, use.file))
        elif use.holds is False:
            package = _without(package, use.id)
        elif use.holds is not True or use.id not in {used.id for used in package.used}:
            at = None if use.holds is True else use.holds
            content = ScenarioFile(
                schema_version=1, interventions=(InterventionUse.model_validate({"id": use.id, "at": at}),)
            )
            package, faulty = apply_uses(content, Document(use.file), catalogue, package, layer)
            problems += faulty
    return package, problems


def left_out(ids: Sequence[str], document: Document, inherited: Package) -> tuple[Package, list[Problem]]:
    """What parents have without some of their interventions, as a file's ``without`` names them."""
    problems = []
    package, used = inherited, [use.id for use in inherited.used]
    for place, id_ in enumerate(ids):
        if id_ not in used:
            message = f"without: {id_[:60]!r} is no intervention of the parents{nearest(id_[:60], used)}"
            problems.append(document.problem(("without", place), message))
        package = _without(package, id_)
    return package, problems


def _without(package: Package, id_: str) -> Package:
    return Package(
        tuple(change for change in package.changes if change.label != id_),
        tuple(used for used in package.used if used.id != id_),
    )


def over_budget(used: tuple[UsedIntervention, ...], budget_musd: float, document: Document) -> list[Problem]:
    """The problem that the interventions cost more than the budget; those without a published cost count as 0."""
    costs = {use.id: use.cost_musd for use in used if use.cost_musd}
    total = sum(costs.values())
    if total <= budget_musd:
        return []
    parts = ", ".join(f"{id_} {cost:g}" for id_, cost in sorted(costs.items(), key=lambda pair: (-pair[1], pair[0])))
    message = f"the interventions cost {total:g} million USD, over the budget of {budget_musd:g}: {parts}"
    return [document.problem(("budget_musd",), f"budget_musd: {message}")]


def notes_on_uses(used: tuple[UsedIntervention, ...], changes: tuple[Change, ...], budgeted: bool) -> list[str]:
    """What must be said of the interventions: no effect of their own, random delays, costs unknown."""
    notes = [f"{use.id}: no change, the geodata have it: {use.note}" for use in used if use.effect == "in_base"]
    ids = {use.id for use in used}
    slips = {
        c.label: c.delayed_d for c in changes if c.label in ids and c.delay is not None and c.delay.dist != "fixed"
    }
    notes += [
        f"{id_}: each replication draws how late it is; dates are shown with the expected {days} d"
        for id_, days in slips.items()
    ]
    unknown = [use.id for use in used if use.cost_musd is None and use.effect == "changes"]
    if budgeted and unknown:
        notes.append(f"the budget covers published costs only; none is published for {', '.join(unknown)}")
    return notes


def expected_days(delay: Draw) -> int:
    """Whole days of a delay: its mean. Raises ``ValueError`` for a distribution that is not given by a mean."""
    if delay.scale is not None:
        raise ValueError(f"delay: give {delay.dist!r} by 'mean' and 'cv'")
    return round(delay.mean_s / DAY_S)


def contradictions(changes: tuple[Change, ...]) -> Iterator[Problem]:
    """Two interventions that set one parameter on one date."""
    first: dict[tuple[str, date | None], Change] = {}
    for change in changes:
        if change.action == "set" and change.since is not None:
            other = first.setdefault((change.key, change.since), change)
            if other is not change and other.label != change.label:
                both = f"{change.label} and {other.label} (line {other.line}) both set {change.key}"
                message = f"{both} from {change.since}; keep one of them or move it with 'at'"
                yield Problem(message, change.file, change.line)


def _written(content: ScenarioFile) -> Iterator[tuple[KeyPath, str, InterventionUse]]:
    """Place in the file, package and use of every intervention that a file names."""
    lists: list[tuple[KeyPath, str, Uses]] = [(("interventions",), "", content.interventions)]
    lists += [(("packages", name), name, uses) for name, uses in content.packages.items()]
    for path, package, uses in lists:
        for place, use in enumerate(uses):
            yield (*path, place), package, InterventionUse(id=use) if isinstance(use, str) else use


def _fault(
    use: InterventionUse,
    entry: CatalogueEntry | None,
    catalogue: dict[str, CatalogueEntry],
    used: dict[str, UsedIntervention],
    earlier: set[str],
    delay: Draw | None,
) -> str | None:
    """Why a file may not use an intervention, or None."""
    if entry is None:
        return f"is not in {CATALOGUE_FILE}{nearest(use.id, catalogue)}"
    if use.id in used:
        return "is listed twice"
    if use.id in earlier:
        return "is part of the parent already; give 'at' to move it"
    if entry.intervention.not_modelled:
        return f"cannot be simulated: {entry.intervention.not_modelled}"
    if entry.intervention.outcome:
        return f"is an outcome to compare a result with, not an input: {entry.intervention.outcome}"
    try:
        if delay:
            expected_days(delay)
    except ValueError as error:
        return f"has a {error}"
    return None


def _dated(entry: CatalogueEntry, use: InterventionUse, content: ScenarioFile, layer: int) -> tuple[list[Change], date]:
    """The entry's changes on the dates on which this file wants them, and the day from which it holds.

    ``interventions_from`` moves what is for good; disruptions keep their dates.
    """
    item = entry.intervention
    common = content.interventions_from if item.kind != "disruption" else None
    planned = use.at or common or item.since
    delay = use.delay or (content.delay if item.kind != "disruption" else None)
    days = expected_days(delay) if delay else 0
    late = planned + timedelta(days=days)
    changes = [replace(c, layer=layer, delay=delay, delayed_d=days) for c in entry.changes(late)]
    return changes, late


def _exclusions(used: tuple[UsedIntervention, ...]) -> Iterator[Problem]:
    """Interventions that say the same in another way."""
    known = {use.id: use for use in used}
    for use in used:
        for other in use.excludes:
            if other in known:
                message = f"{use.id} and {other} say the same in two ways; keep one of them"
                yield Problem(message, use.file, use.line)
