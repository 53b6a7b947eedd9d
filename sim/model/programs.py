"""What is drawn for the lots of each program, laid out once for all replications."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from sim.contract.plan import I32, I64, Kind, Plan
from sim.model.operations import Operation, Variant
from sim.model.streams import F64
from sim.network.world import World


@dataclass(frozen=True)
class DrawnStep:
    """A step of which something is drawn, and where its durations begin within a lot's block.

    ``stream`` names the uniforms: the operation's key, and which passage of it this is if it is not the first.
    ``n_uniforms`` says how many of a lot's two uniforms it uses; with none it takes everybody the same time.
    """

    operation: Operation
    stream: str
    slot: int
    n_uniforms: int
    is_gate: bool


@dataclass(frozen=True)
class Sections:
    """A program's line sections with lognormal running times and fixed holds: half of all that is drawn.

    They stand apart from the other steps so that one operation on a matrix takes the place of many on small arrays.
    One row for each dated variant. ``keys`` [row] name the stream whose uniforms count, ``slots`` [row] the place in
    a lot's block; ``mean_s``, ``sigma2`` (variance of the logarithm) and ``hold_s`` are of shape [row, 1].
    """

    keys: list[str]
    slots: I64
    mean_s: F64
    sigma2: F64
    hold_s: I32


@dataclass(frozen=True)
class DrawnProgram:
    """What a program's lots draw: ``width`` durations each, of its sections and of its other steps.

    ``keys_of_one`` name the streams of which a lot uses one uniform, ``keys_of_two`` those of which it uses two.
    """

    width: int
    sections: Sections
    steps: list[DrawnStep]
    keys_of_one: list[str]
    keys_of_two: list[str]

    @property
    def slots(self) -> list[int]:
        """Places, in a lot's block, of all that is drawn."""
        of_steps = (range(step.slot, step.slot + step.operation.draws) for step in self.steps)
        return [*self.sections.slots.tolist(), *(slot for slots in of_steps for slot in slots)]


def drawn_programs(world: World, plan: Plan, operations: Sequence[Operation]) -> list[DrawnProgram]:
    """What is drawn for each program of the plan."""
    ptr = plan.programs.ptr.tolist()
    return [drawn_program(world, plan, operations, range(begin, end)) for begin, end in pairwise(ptr)]


def drawn_program(world: World, plan: Plan, operations: Sequence[Operation], numbers: Iterable[int]) -> DrawnProgram:
    """What is drawn for a program, given the numbers of its steps."""
    steps = []
    passages: Counter[str] = Counter()
    for number in numbers:
        operation = operations[plan.programs.op[number]]
        if operation.draws:
            stream = _stream(operation.drawn_as or operation.key, passages[operation.key])
            slot = int(plan.programs.draw[number])
            steps.append(DrawnStep(operation, stream, slot, _uniforms_used(operation), _is_gate(world, operation)))
        passages[operation.key] += 1
        if operation.kind == Kind.FINISH:  # what follows is another way of a choice: nobody goes both
            passages.clear()
    sections = [step for step in steps if _is_plain_section(step)]
    others = [step for step in steps if not _is_plain_section(step)]
    width = sum(step.operation.draws for step in steps)
    return DrawnProgram(width, _sections(sections), others, _keys(steps, 1), _keys(steps, 2))


def with_operations(program: DrawnProgram, changed: Sequence[Operation]) -> DrawnProgram | None:
    """The program with other operations of the same keys; None if more than their times changes of it."""
    new = {operation.key: operation for operation in changed}
    if any(key.split("/passage ")[0] in new for key in program.sections.keys):
        return None
    steps = []
    for step in program.steps:
        operation = new.get(step.operation.key)
        if operation is not None:
            as_many = operation.draws == step.operation.draws and _uniforms_used(operation) == step.n_uniforms
            step = replace(step, operation=operation)
            if not as_many or _is_plain_section(step):
                return None
        steps.append(step)
    return replace(program, steps=steps)


def parts_that_differ(new: DrawnProgram, old: DrawnProgram) -> DrawnProgram | None:
    """What is to be drawn again where the steps of a program have other times; None if nothing is.

    The two are programs of the same operations, and their durations stand at the same places.
    """
    if new is old:
        return None
    if _outline(new) != _outline(old):  # a time that was random is none now, or the other way round
        return new
    steps = [step for step, before in zip(new.steps, old.steps, strict=True) if step != before]
    one, two = new.sections, old.sections
    differs = (one.mean_s != two.mean_s) | (one.sigma2 != two.sigma2) | (one.hold_s != two.hold_s)
    rows = np.flatnonzero(differs[:, 0])
    keys = [one.keys[row] for row in rows.tolist()]
    sections = Sections(keys, one.slots[rows], one.mean_s[rows], one.sigma2[rows], one.hold_s[rows])
    if not steps and not keys:
        return None
    return DrawnProgram(new.width, sections, steps, list(dict.fromkeys([*keys, *_keys(steps, 1)])), _keys(steps, 2))


def _outline(program: DrawnProgram) -> tuple[list[str], list[int], list[tuple[str, int, int]]]:
    """Which durations stand where, and of how many uniforms they are made."""
    steps = [(step.stream, step.slot, step.n_uniforms) for step in program.steps]
    return program.sections.keys, program.sections.slots.tolist(), steps


def _stream(key: str, passage: int) -> str:
    """Name of the uniforms of a lot's passage number ``passage`` (0, 1, ...) of an operation.

    Who comes a second time is served and inspected anew, as if it were another lot.
    """
    return f"{key}/passage {passage + 1}" if passage else key


def _keys(steps: list[DrawnStep], n_uniforms: int) -> list[str]:
    """Streams of which so many of a lot's uniforms are used, each once; choices draw uniforms of their own."""
    using = [s for s in steps if s.n_uniforms == n_uniforms and s.operation.kind not in (Kind.CHOOSE, Kind.WEIGH)]
    return list(dict.fromkeys(step.stream for step in using))


def _sections(steps: list[DrawnStep]) -> Sections:
    rows = [
        (step.stream, step.slot + v, variant) for step in steps for v, variant in enumerate(step.operation.variants)
    ]
    return Sections(
        [key for key, _, _ in rows],
        np.array([slot for _, slot, _ in rows], np.int64),
        _column([variant.mean_s for _, _, variant in rows]),
        _column([math.log1p(variant.cv * variant.cv) for _, _, variant in rows]),
        np.array([variant.hold_s for _, _, variant in rows], np.int32).reshape(-1, 1),
    )


def _column(values: list[float]) -> F64:
    return np.array(values, np.float64).reshape(-1, 1)


def _is_plain_section(step: DrawnStep) -> bool:
    return step.operation.kind == Kind.PROCESS and step.n_uniforms == 1 and all(map(_is_plain, step.operation.variants))


def _is_plain(variant: Variant) -> bool:
    """Lognormal around its mean, for lots of any size, and held for a fixed time."""
    return (
        variant.draw is None and variant.mean_s > 0 and variant.cv > 0 and not variant.per_unit and bool(variant.hold_s)
    )


def _is_gate(world: World, operation: Operation) -> bool:
    """Whether it is the pass of a quota that is waited for, however short the step itself."""
    row = world.facilities.get(operation.needs[0].facility or "")
    return row is not None and row.resets is not None


def _uniforms_used(operation: Operation) -> int:
    """How many of a lot's uniforms decide its durations: the second says who is concerned, or the time to discharge."""
    if not _is_random(operation):
        return 0
    not_all = any(v.share < 1 or len(v.treatments) > 1 for v in operation.variants)
    return 2 if not_all or operation.kind == Kind.BOARD else 1


def _is_random(operation: Operation) -> bool:
    return any(
        v.share < 1 or v.cv > 0 or len(v.treatments) > 1 or (v.draw is not None and v.draw.dist != "fixed")
        for v in (*operation.variants, *(operation.boarding.discharging if operation.boarding else ()))
    )
