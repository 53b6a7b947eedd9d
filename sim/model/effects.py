"""What a scenario's own changes come to: each parameter before, after, and effective in the run.

``check``, ``run``, ``compare`` and ``explain`` print these records. Own are the changes of the scenario's file and of
the command; of a compared scenario all that its base has not. A value that is multiplied on its way into the
simulation is shown with what multiplies it, and a ``set`` that overwrites a dated change of a parent is warned of.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, zip_longest
from typing import Any

from pydantic import ValidationError

from sim.clock import parse_duration
from sim.model.multipliers import Multiplier, multipliers, without_effect
from sim.network.apply import Address, Applied, find
from sim.network.dated import DatedSteps, as_steps, in_force, within
from sim.network.words import number_words, parameter_words, steps_words, time_words, value_words
from sim.network.world import World
from sim.record import Record
from sim.scenario.changes import Change
from sim.scenario.shapes import is_dated_list
from sim.scenario.values import Draw

#: Phrases on single days, or for single goods and places, that one record shows.
_MOST_PHRASES = 2


@dataclass(frozen=True, slots=True)
class Effect(Record):
    """One parameter as one source of changes leaves it, in words.

    ``by`` is an intervention's id, ``set`` or ``--set``; ``what`` says an addition or scaling (``x 0.5``), else it is
    empty; ``before`` is what the parent or base has; ``effective`` is empty where the value is used as it is.
    ``file`` and ``line`` say where the change is written.
    """

    key: str
    title: str
    by: str
    what: str
    before: str
    after: str
    effective: str
    warnings: tuple[str, ...]
    file: str
    line: int | None


def effects(world: World, base: World | None = None) -> tuple[Effect, ...]:
    """The own changes of a world, in the order of their application.

    Args:
        base: the world that it is compared with; None: the parent, as it was before the scenario's own changes.
    """
    known = None if base is None else [_same(change) for change in base.scenario.changes]
    lowest = len(world.scenario.chain) - 1
    found: list[Effect] = []
    for key, entries in world.lineage.items():
        own = [e for e in entries if (e.change.layer >= lowest if known is None else _same(e.change) not in known)]
        before = own[0].old if own else None
        if own and base is not None:
            in_base = _value_in(base, own[0])
            before = own[0].old if in_base is None else in_base  # a field or row that the base leaves out
        groups = [list(group) for _, group in groupby(own, key=lambda entry: entry.change.label)]
        for steps, following in zip_longest(groups, groups[1:]):
            earlier = entries[: entries.index(steps[0])]
            later = following[0].change.label if following else ""
            found.append(_effect(world, key, steps, before, earlier, later))
            before = steps[-1].new
    return (*found, *(_left_out(world, base) if base is not None else ()))


def effective(world: World, key: str) -> str:
    """What the value of a parameter comes to in the run; empty where it is used as it is."""
    address = find(world.raw, key)
    raw: Any = world.raw.tables[address.table][address.row].value
    for part in address.path:
        if isinstance(raw, dict) and part not in raw:
            return ""
        raw = raw[part] if not is_dated_list(raw) else [{**s, "value": s["value"].get(part)} for s in raw]
    return _effective(world, address, raw) if address.path else ""


def _effect(world: World, key: str, entries: list[Applied], before: Any, earlier: list[Applied], later: str) -> Effect:
    """The record of one source's changes of a parameter; ``later`` changes it once more, if not empty."""
    first, last = _run(world)
    change, new = entries[-1].change, entries[-1].new
    address = entries[-1].address
    title = parameter_words(world.raw, address.table, address.row, address.path)
    is_row = not address.path
    old_words = "" if is_row else steps_words(as_steps(before), first, last)
    if is_row:
        told = ""
    elif later:
        told = f"changed once more by {later}"
    elif before == new:
        told = "no change: that is its value already"
    elif within(before, first, last) == within(new, first, last):
        told = f"idle: nothing changes in the run, {first} to {last}"
    else:
        told = _effective(world, address, new)
    warnings = tuple(_overwritten(before, entries, earlier, first, last)) if not is_row else ()
    what = "; ".join(dict.fromkeys(filter(None, (_what(entry.change) for entry in entries))))
    new_words = "a new row" if is_row else steps_words(as_steps(new), first, last)
    return Effect(key, title, change.label, what, old_words, new_words, told, warnings, change.file, change.line)


def _left_out(world: World, base: World) -> Iterator[Effect]:
    """What the base changes and the compared scenario does not."""
    known = [_same(change) for change in world.scenario.changes]
    first, last = _run(world)
    for key, entries in base.lineage.items():
        without = [entry for entry in entries if _same(entry.change) not in known]
        if not without or any(
            _same(e.change) not in [_same(c) for c in base.scenario.changes] for e in world.lineage.get(key, [])
        ):
            continue
        entry = without[-1]
        before, after = _value_in(base, entry), _value_in(world, entry)
        if before != after and entry.address.path:
            title = parameter_words(base.raw, entry.address.table, entry.address.row, entry.address.path)
            yield Effect(
                key,
                title,
                f"without {entry.change.label}",
                "",
                steps_words(as_steps(before), first, last),
                steps_words(as_steps(after), first, last),
                _effective(world, entry.address, after),
                (),
                entry.change.file,
                entry.change.line,
            )


def _effective(world: World, address: Address, raw: Any) -> str:
    first, last = _run(world)
    why = without_effect(world, address.table, address.row, address.path, first, last)
    if why:
        return f"no effect: {why}"
    steps = [(since, _amount(value)) for since, value in as_steps(raw)]
    acting = [m for m in multipliers(world, address.table, address.row, address.path) if _acts(m, first, last)]
    if not acting or any(amount is None for _, amount in steps):
        return ""
    words = time_words if any(_is_time(value) for _, value in as_steps(raw)) else number_words
    always = [m for m in acting if not m.only]
    days = {
        first,
        *(d for d, _ in steps if d and first < d <= last),
        *(d for m in always for d in m.factor.dates if first < d <= last),
    }
    phrases: list[tuple[date, str]] = []
    for day in sorted(days) if always else ():
        phrase = _phrase(in_force(steps, day), [m for m in always], day, words)
        if not phrases or phrases[-1][1] != phrase:
            phrases.append((day, phrase))
    told = [phrase if k == 0 else f"from {day} {phrase}" for k, (day, phrase) in enumerate(phrases[:_MOST_PHRASES])]
    if len(phrases) > _MOST_PHRASES:
        told.append(f"and {len(phrases) - _MOST_PHRASES} more dates")
    some = [m for m in acting if m.only]
    told += [f"{m.only}: {_phrase(in_force(steps, first), [*always, m], first, words)}" for m in some[:_MOST_PHRASES]]
    if len(some) > _MOST_PHRASES:
        told.append(f"and so at {len(some) - _MOST_PHRASES} more")
    return "; ".join(told)


def _phrase(amount: Any, acting: list[Multiplier], day: date, words: Any) -> str:
    """``30 min x 0.214 (BAR-02, barriers.documents.kz) = 6.4 min``; the amount alone where nothing acts that day."""
    text, result = words(amount), float(amount)
    for m in acting:
        factor = m.on(day)
        if factor == (0.0 if m.sign == "+" else 1.0):
            continue
        source = ", ".join(part for part in (m.by, m.key) if part)
        if m.sign == "/" and factor == 0:
            return f"{text} / 0 ({source}): no limit"
        shown = f"- {abs(factor):.3g}" if m.sign == "+" and factor < 0 else f"{m.sign} {factor:.3g}"
        text += f" {shown} ({source})"
        result = result + factor if m.sign == "+" else result / factor if m.sign == "/" else result * factor
    return text if text == words(amount) else f"{text} = {words(result)}"


def _overwritten(before: Any, entries: list[Applied], earlier: list[Applied], first: date, last: date) -> Iterator[str]:
    """Dated steps of the parent that a ``set`` overwrites, or goes below, within the run."""
    if not is_dated_list(before) or all(entry.change.action != "set" for entry in entries):
        return
    old, new = as_steps(before), as_steps(entries[-1].new)
    days = sorted({first, *(d for d, _ in (*old, *new) if d and first < d <= last)})
    told, dated = [], None
    for day, following in zip(days, [*days[1:], None], strict=True):
        (old_since, was), (new_since, becomes) = _governing(old, day), _governing(new, day)
        lower = _is_number(was) and _is_number(becomes) and becomes < was
        lost = old_since is not None and (new_since is None or new_since < old_since)
        if old_since is not None and was != becomes and (lost or lower):
            dated = dated or (was, old_since)
            span = [f"from {day}"] if day > first else []
            span += [f"until {following - timedelta(days=1)}"] if following else []
            told.append(" ".join([*(span or ["all the run"]), f"{value_words(was)} -> {value_words(becomes)}"]))
    if dated is not None:
        step = (dated[1], dated[0])
        maker = next((entry.change for entry in earlier if step in as_steps(entry.new)), None)
        whose = "of the geodata" if maker is None else f"({maker.label}, {maker.file})"
        more = f"; and {len(told) - _MOST_PHRASES} more" if len(told) > _MOST_PHRASES else ""
        had = f"{value_words(dated[0])} from {dated[1]} {whose}"
        yield f"overwrites {had}: {'; '.join(told[:_MOST_PHRASES])}{more}"


def _governing(steps: DatedSteps, day: date) -> tuple[date | None, Any]:
    held = [step for step in steps if step[0] is None or step[0] <= day]
    return held[-1] if held else steps[0]


def _value_in(world: World, entry: Applied) -> Any:
    """The value that a world has where a change of another was made; None if it has no such row."""
    row = world.raw.tables[entry.address.table].get(entry.address.row)
    value: Any = None if row is None else row.value
    for part in entry.at:
        if isinstance(value, dict):
            value = value.get(part)
        else:
            value = value[part] if isinstance(value, list) and isinstance(part, int) else None
    return value


def _what(change: Change) -> str:
    if change.action == "set":
        return ""
    sign = "x" if change.action == "scale" else "+"
    dates = f" from {change.since}" if change.since else ""
    return f"{sign} {value_words(change.value)}{dates}" + (f" to {change.until}" if change.until else "")


def _same(change: Change) -> tuple[str, ...]:
    """What makes two changes of two scenarios one and the same."""
    return (change.key, change.action, repr(change.value), str(change.since), str(change.until), change.label)


def _acts(m: Multiplier, first: date, last: date) -> bool:
    idle = 0.0 if m.sign == "+" else 1.0
    return any(m.on(day) != idle for day in (first, *(d for d in m.factor.dates if first < d <= last)))


def _amount(value: Any) -> float | int | None:
    """A number, or the mean of a length of time in seconds; None for anything else."""
    if _is_number(value):
        return value
    try:
        return parse_duration(value) if isinstance(value, str) else Draw.model_validate(value).mean_s
    except (ValueError, ValidationError):
        return None


def _is_time(value: Any) -> bool:
    return not _is_number(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _run(world: World) -> tuple[date, date]:
    """First and last day of the run, warm-up and run-out included."""
    clock = world.scenario.clock
    return clock.origin, clock.last_day
