"""What can be moved on the page: sliders and switches, made from the fields' own units, bounds and values.

No id of a corridor stands here. ``FAMILIES`` names fields of tables; each row that has the field gets a control, so
that any scenario has those of its own network.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict, get_args, get_origin

import annotated_types
from pydantic import ValidationError
from pydantic.fields import FieldInfo

from sim.network.apply import find
from sim.network.dated import as_steps
from sim.network.tables import TABLES
from sim.network.titles import apart, short_name
from sim.network.words import parameter_words, quantity, steps_words, time_words, value_words
from sim.scenario.interventions import read_catalogue
from sim.scenario.library import CATALOGUE_FILE, geodata_dir
from sim.scenario.overrides import USES
from sim.scenario.shapes import dated_type, field_at
from sim.scenario.values import Draw
from sim.serve.control import Control
from sim.serve.words import COUNTRIES, WORDS

if TYPE_CHECKING:
    from sim.network.tables.process import Process
    from sim.network.world import World


#: Most that a factor may be, and its step.
_MOST_TIMES, _TIMES_STEP = 2.0, 0.05
#: Steps that a slider of a number has at least, so that a value is met and not only neared.
_STEPS = 40


class _Common(TypedDict):
    """What a control has of whatever kind."""

    key: str
    group: str
    title: str
    grade: str
    unit: str
    unit_one: NotRequired[str]


@dataclass(frozen=True)
class Family:
    """A field whose rows get controls: those that ``fits`` lets through."""

    group: str
    table: str
    field: str
    fits: Callable[[str, Mapping[str, Any]], bool] = lambda id_, row: True


def _of_kind(*kinds: str) -> Callable[[str, Mapping[str, Any]], bool]:
    return lambda id_, row: row.get("kind") in kinds


#: In the order of the page.
FAMILIES = (
    Family("ships", "fleets", "count"),
    Family("documents", "barriers", "scale", lambda id_, row: id_.startswith("documents.")),
    Family("document_steps", "processes", "duration", lambda id_, row: row.get("barrier") == "documents"),
    Family("barriers", "barriers", "scale", lambda id_, row: not id_.startswith("documents.")),
    Family("berths", "facilities", "capacity", _of_kind("berth")),
    Family("slots", "facilities", "capacity", _of_kind("quota")),
    Family("storms", "weather", "closed_share_by_month"),
    Family("cranes", "facilities", "capacity", _of_kind("crane")),
    Family("customs", "facilities", "capacity", _of_kind("lane")),
    Family("yards", "facilities", "capacity", _of_kind("yard", "store", "terminal")),
    Family("tracks", "facilities", "capacity", _of_kind("track", "entry")),
    Family("equipment", "facilities", "capacity", _of_kind("stock")),
    Family("other_steps", "processes", "duration", lambda id_, row: row.get("barrier") not in (None, "documents")),
)
#: The group of interventions of a kind of the catalogue.
INTERVENTIONS = "interventions"


def controls(world: World) -> dict[str, Control]:
    """All controls of a world by key, in the order of the page."""
    found = [*_interventions(world), *(one for family in FAMILIES for one in _of_family(world, family))]
    found.sort(key=lambda one: _ORDER.index(one.group))
    told = apart([f"{one.group} {one.title}" for one in found], [one.key for one in found])
    for k, (one, title) in enumerate(zip(found, told, strict=True)):
        if title != f"{one.group} {one.title}":
            found[k] = _retitled(one, title.removeprefix(f"{one.group} "))
    return {one.key: one for one in found}


#: Groups in the order of the page; the interventions come after what is moved most.
_ORDER = [family.group for family in FAMILIES]
_ORDER.insert(_ORDER.index("storms") + 1, INTERVENTIONS)


def _retitled(one: Control, title: str) -> Control:
    return type(one)(**{name: getattr(one, name) for name in one.__dataclass_fields__} | {"title": title})


def _of_family(world: World, family: Family) -> Iterator[Control]:
    for id_, row in world.raw.tables[family.table].items():
        written = row.value.get(family.field)
        if written is not None and family.fits(id_, row.value):
            one = _control(world, family, id_, row.value, written)
            if one is not None:
                yield one


def _control(world: World, family: Family, id_: str, row: Mapping[str, Any], written: Any) -> Control | None:
    key = f"{family.table}.{id_}.{family.field}"
    said = row.get("evidence", {}).get(family.field) or row
    common: _Common = {
        "key": key,
        "group": family.group,
        "title": _title(world, family, id_, row),
        "grade": str(said["grade"]),
        "unit": "",
    }
    first, last = world.scenario.clock.origin, world.scenario.clock.last_day
    steps = as_steps(written)
    holds = steps_words(steps, first, last) or value_words(steps[0][1])
    if family.table == "weather":
        holds = " ".join(f"{100 * share:.0f}" for share in written)
        return _times(common, holds, None, min(_MOST_TIMES, 1 / max(written, default=1) if max(written) else 1.0))
    if family.table == "processes":
        mean_s = _mean_s([value for _, value in steps])
        return _times(common, holds, mean_s, _MOST_TIMES) if mean_s else None
    if family.table == "barriers":
        holds = _steps_of_barrier(world, id_) or holds
        return _number(common, holds, steps, said, (0.0, _MOST_TIMES), _TIMES_STEP)
    said_in = quantity(world.raw, key)
    common["unit"] = said_in.unit
    common["unit_one"] = said_in.unit.removesuffix("s") if said_in.counts else said_in.unit
    low, high = limits(dated_type(field_at(TABLES[family.table], (family.field,)).annotation))  # type: ignore[union-attr]
    return _number(common, holds, steps, said, (low, high), None)


def _number(
    common: _Common,
    holds: str,
    steps: Sequence[tuple[date | None, Any]],
    said: Mapping[str, Any],
    bounds: tuple[float, float],
    step: float | None,
) -> Control:
    """A number that may change on dates; then the control adds to it, and the dates stay."""
    values = [float(value) for _, value in steps]
    now, most = values[-1], max(values)
    low, high = bounds
    high = min(high, max(2 * most, most + 4, *(_number_of(said.get(end)) for end in ("low", "high"))))
    low = max(low, 0.0)
    if step is None:
        step = _step(now, high)
        high = now + step * math.ceil((high - now) / step)
    if len(values) > 1:
        if step < 1:
            return Control(**common, kind="times", at=1.0, holds=holds, high=_MOST_TIMES, step=_TIMES_STEP)
        # so many steps below what holds at its lowest, and above it at its highest
        down, up = (step * math.floor(span / step) for span in (min(values) - low, high - most))
        return Control(**common, kind="more", at=0.0, holds=holds, low=-down, high=max(up, step), step=step)
    if now < low or now > high:
        low, high = min(low, now), max(high, now)
    return Control(**common, kind="number", at=now, holds=holds, low=low, high=high, step=step)


def _times(common: _Common, holds: str, mean_s: float | None, most: float) -> Control:
    high = math.floor(most / _TIMES_STEP + 1e-9) * _TIMES_STEP
    return Control(
        **common,
        kind="times",
        at=1.0,
        holds=holds,
        high=round(max(high, 1.0), 2),
        step=_TIMES_STEP,
        mean_s=mean_s,
    )


def _step(now: float, high: float) -> float:
    """The longest step, a round number, that meets the value and leaves enough of them."""
    for step in (1000, 500, 200, 100, 50, 20, 10, 5, 2):
        if high / step >= _STEPS and now % step == 0:
            return float(step)
    return 1.0


def _title(world: World, family: Family, id_: str, row: Mapping[str, Any]) -> str:
    path = find(world.raw, f"{family.table}.{id_}.{family.field}").path
    words = parameter_words(world.raw, family.table, id_, path)
    for tail in (f", {family.field}", ", time", ", strength", ", ships", ", capacity", ", closed share by month"):
        words = words.removesuffix(tail)
    if family.table == "barriers":
        return _barrier_title(world, id_)
    if family.table in ("processes", "facilities"):
        node = world.nodes.get(str(row.get("node")))
        where = short_name(node.name) if node else ""
        if where and where.lower() not in words.lower():
            words = f"{words} ({where})"
    return words


def _barrier_title(world: World, id_: str) -> str:
    kind, place = id_.split(".")
    node = world.nodes.get(place)
    country = COUNTRIES.get(place, place.upper()) if len(place) == 2 else ""
    where = country or (short_name(node.name) if node else place.replace("_", " "))
    what = kind.replace("_", " ")
    return f"{what[:1].upper()}{what[1:]}, {where}"


def _steps_of_barrier(world: World, id_: str) -> str:
    """What a barrier's strength multiplies: the mean times of its steps, from the shortest to the longest."""
    kind, place = id_.split(".")
    means = [
        mean_s
        for row in world.processes.values()
        if row.barrier == kind and place in _places(world, row)
        if (mean_s := max((step.value.mean_s for step in row.duration.steps), default=0.0))
    ]
    if not means:
        return ""
    if len(means) == 1:
        return WORDS["of_step"].format(time=time_words(means[0]))
    return WORDS["of_steps"].format(n=len(means), low=time_words(min(means)), high=time_words(max(means)))


def _places(world: World, row: Process) -> tuple[str, ...]:
    """What a step's strength is looked up by: its node, and the country that asks for it."""
    node = world.nodes.get(row.node)
    country = row.barrier_country or (node.country if node else "")
    return row.node, country.lower()


def _mean_s(values: Sequence[Any]) -> float | None:
    """Mean of the first length of time; None where all are nothing, or are not given by themselves."""
    try:
        means = [Draw.model_validate(value).mean_s for value in values]
    except ValidationError:
        return None
    return max(means) or None


def _number_of(end: Any) -> float:
    return float(end) if isinstance(end, (int, float)) and not isinstance(end, bool) else 0.0


def limits(annotation: Any) -> tuple[float, float]:
    """The lowest and highest value that a type of a field allows."""
    low, high = -math.inf, math.inf
    if get_origin(annotation) is not Annotated:
        return low, high
    inner, *said = get_args(annotation)
    low, high = limits(inner)
    for one in said:
        for bound in one.metadata if isinstance(one, FieldInfo) else (one,):
            if isinstance(bound, annotated_types.Ge):
                low = max(low, float(bound.ge))  # type: ignore[arg-type]
            elif isinstance(bound, annotated_types.Le):
                high = min(high, float(bound.le))  # type: ignore[arg-type]
    return low, high


def _interventions(world: World) -> Iterator[Control]:
    """Those of the catalogue that change something that this network has."""
    used = {use.id: use for use in world.scenario.interventions}
    beside = world.scenario.path.parent
    of_the_library = world.scenario.geodata_dir.resolve() == geodata_dir().resolve()
    if not of_the_library and not (beside / CATALOGUE_FILE).is_file():
        return  # the library's catalogue is about the corridor's own network
    for id_, entry in read_catalogue(beside).items():
        item = entry.intervention
        keys = [key for change in item.changes for key in change.all_keys]
        if item.effect != "changes" or not all(_is_there(world, key) for key in keys):
            continue
        own = used.get(id_)
        yield Control(
            key=f"{USES}{id_}",
            group=INTERVENTIONS,
            kind="use",
            title=item.title,
            unit="",
            at=own.since.isoformat() if own else "off",
            holds=item.note,
            grade=item.grade,
            since=item.since.isoformat(),
        )


def _is_there(world: World, key: str) -> bool:
    try:
        find(world.raw, key)
    except ValueError:
        return False
    return True
