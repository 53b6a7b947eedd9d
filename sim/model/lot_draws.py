"""What the lots of a flow draw: the durations of their steps, and the drawn part of what they choose by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.model import demand
from sim.model.durations import lognormal, lognormal_of, quantile_s, within_32_bits
from sim.model.layout import NO_WAY, Demand
from sim.model.operations import Choosing, Treatment, Variant, Weighing
from sim.model.programs import DrawnProgram, DrawnStep, Sections
from sim.model.streams import F64, Streams
from sim.model.weighing import weighing_costs

#: Durations are drawn for about so many lots at a time.
LOTS_AT_ONCE = 16_384
#: Rows of an operation's uniforms: of the time it takes, and of who is concerned or how (boarding: to discharge).
OF_TIME, OF_RISK = 0, 1


def programs_of(d: Demand) -> list[int]:
    """Programs of a flow by number; nothing is repositioned when there is no route."""
    return sorted({p for _, p in d.programs if p != NO_WAY})


def positions(chosen: np.ndarray) -> slice | np.ndarray:
    """Where a flag is set: a slice, which needs no copy, where these stand one behind the other."""
    return _stretch(np.flatnonzero(chosen))


def _stretch(at: np.ndarray) -> slice | np.ndarray:
    """Ascending positions, as a slice where they stand one behind the other."""
    if not len(at):
        return slice(0, 0)
    return slice(int(at[0]), int(at[-1]) + 1) if at[-1] - at[0] + 1 == len(at) else at


def fill(
    whole: Sequence[DrawnProgram],
    programs: Sequence[DrawnProgram | None],
    streams: Streams,
    d: Demand,
    lots: demand.Lots,
    program: np.ndarray,
    first_slot: np.ndarray,
    durations_s: tuple[np.ndarray, np.ndarray],
) -> None:
    """Write the durations of all lots of a flow, so many at a time that the work stays in the processor's cache.

    ``whole`` [program] is all that is drawn for each, ``programs`` what is drawn now, which may be a part of it: what that
    has no step for is left as it is. ``durations_s``: holds and moves.
    """
    end = 0
    for part in demand.parts(lots, LOTS_AT_ONCE):
        begin, end = end, end + len(part.kept)
        uniforms: dict[str, F64] = {}
        for p in programs_of(d):
            here = positions(program[begin:end] == p)
            first = first_slot[begin:end][here][:1]  # lots of one program stand one behind the other
            drawn = programs[p]
            if not len(first) or drawn is None:
                continue
            _draw_uniforms(uniforms, drawn, d, part, streams)
            kept = part.kept[here]
            block = np.zeros((2, drawn.width, len(kept)), np.int32)
            of_drawn = _stretch(kept)
            _running_times(block, drawn.sections, of_drawn, uniforms)
            for step in drawn.steps:
                if step.operation.choosing:
                    costs = _choice(step.operation.key, step.operation.choosing, d, part, streams)[here]
                    block[1, step.slot : step.slot + step.operation.draws] = costs.T
                elif step.operation.weighing:
                    costs = _weighing(step.operation.weighing, d, part, streams)[here]
                    block[1, step.slot : step.slot + step.operation.draws] = costs.T
                else:
                    _durations(block, step, d.flow.lot, of_drawn, uniforms)
            for durations, of_part in zip(durations_s, block, strict=True):
                rows = durations[first[0] : first[0] + of_part.size].reshape(len(kept), drawn.width)
                if drawn is whole[p]:
                    rows[:] = of_part.T
                else:
                    slots = drawn.slots
                    rows[:, slots] = of_part[slots].T


def _draw_uniforms(
    uniforms: dict[str, F64], program: DrawnProgram, d: Demand, lots: demand.Lots, streams: Streams
) -> None:
    """Add the uniforms of a program's streams, [used by each lot, drawn lot], where they are not there yet."""
    for used, keys in ((1, program.keys_of_one), (2, program.keys_of_two)):
        missing = [key for key in keys if key not in uniforms]
        drawn = streams.uniforms_of([f"{key}/{d.name}" for key in missing], lots.blocks, per_ordinal=2, used=used)
        uniforms.update(zip(missing, drawn, strict=True))


def _choice(key: str, choosing: Choosing, d: Demand, lots: demand.Lots, streams: Streams) -> np.ndarray:
    """Drawn costs of the branches, shape [lots, branches]; lots that set out together choose alike."""
    together = lots.kept - lots.kept % d.flow.lots_together
    u = streams.uniforms(f"choice/{d.name}", lots.blocks, per_ordinal=len(d.flow.ways))[together]
    return choice_costs(key, choosing, u, lots.time_s)


def _weighing(weighing: Weighing, d: Demand, lots: demand.Lots, streams: Streams) -> np.ndarray:
    """What each lot bears, shape [lots, branches]; lots that set out together decide alike."""
    together = lots.kept - lots.kept % d.flow.lots_together
    return weighing_costs(
        weighing, streams.uniforms(f"weigh/{d.name}", lots.blocks, per_ordinal=2)[together], lots.time_s
    )


def _running_times(block: np.ndarray, sections: Sections, here: slice | np.ndarray, uniforms: dict[str, F64]) -> None:
    """Durations of a program's sections for the lots at positions ``here`` of those drawn; ``block`` as below."""
    if sections.keys:
        u = np.stack([uniforms[key][OF_TIME, here] for key in sections.keys])
        time_s = lognormal_of(sections.mean_s, sections.sigma2, u)
        block[0, sections.slots] = sections.hold_s
        block[1, sections.slots] = within_32_bits(np.rint(time_s, out=time_s), sections.keys)


def _durations(
    block: np.ndarray, step: DrawnStep, units: int, here: slice | np.ndarray, uniforms: dict[str, F64]
) -> None:
    """Durations of a step for the lots at positions ``here`` of those drawn; ``block`` is [hold or move, slot, lot]."""
    operation = step.operation
    u = uniforms[step.stream][OF_TIME, here] if step.n_uniforms else np.full(1, 0.5)  # one value for all
    risk = uniforms[step.stream][OF_RISK, here] if step.n_uniforms == 2 else u
    for v, variant in enumerate(operation.variants):
        drawn_s = seconds(variant, u, units, risk)
        if operation.boarding:
            block[0, step.slot + v] = within_32_bits(drawn_s, [f"{operation.key}, loading"])
            discharge_s = seconds(operation.boarding.discharging[v], risk, units)
            block[1, step.slot + v] = within_32_bits(discharge_s, [f"{operation.key}, discharging"])
            continue
        move = within_32_bits(drawn_s, [operation.drawn_as or operation.key]).astype(np.int32)
        hold = move.copy() if variant.hold_s is None else np.full_like(move, variant.hold_s)
        # nothing to do means nothing to wait for: a removed barrier has no queue either
        if not variant.hold_s and not step.is_gate:
            hold[move == 0] = -1
        if variant.share < 1:
            hold = np.where(risk < variant.share, hold, np.int32(-1))
        block[0, step.slot + v], block[1, step.slot + v] = hold, move


def choice_costs(key: str, choosing: Choosing, u: F64, time_s: np.ndarray) -> np.ndarray:
    """The drawn part of each branch's cost in whole seconds, shape [lots, branches].

    To what the rule draws is added, as time, what a branch costs in money when a lot sets out, at ``time_s`` [lots].
    ``u``: [lots, the flow's ways].
    """
    costs = choosing.choice.by.drawn_s(u, choosing.ways, choosing.shares, choosing.choice.scale)
    if choosing.money_s:
        since_s, money_s = zip(*choosing.money_s, strict=True)
        costs += np.array(money_s, np.float64)[np.searchsorted(since_s, time_s, side="right") - 1]
    within_32_bits(np.abs(costs), [f"{key}, the cost of a way as time"])
    return costs.astype(np.int32)


def seconds(variant: Variant, u: F64, units: int, risk: F64 | None = None) -> F64:
    """Whole seconds of a variant at uniforms ``u``, for a mover of ``units`` units.

    Of several treatments each mover gets that in whose share its uniform ``risk`` falls.
    """
    if variant.draw is None:
        drawn = lognormal(variant.mean_s, variant.cv, u)
    else:
        if risk is not None and len(variant.treatments) > 1:
            drawn = _by_treatment(variant.treatments, u, risk)
        else:
            drawn = quantile_s(variant.draw, u)
        if variant.scale != 1:
            drawn *= variant.scale
    if variant.per_unit:
        drawn *= units
    return np.rint(drawn, out=drawn)


def _by_treatment(treatments: Sequence[Treatment], u: F64, risk: F64) -> F64:
    """Seconds, not rounded, under the treatment in whose share ``risk`` falls; above all shares under the last one."""
    drawn = quantile_s(treatments[-1].draw, u)
    upper = np.cumsum([t.share for t in treatments])
    for treatment, upper_share in zip(treatments[-2::-1], upper[-2::-1], strict=True):
        drawn = np.where(risk < upper_share, quantile_s(treatment.draw, u), drawn)
    return drawn
