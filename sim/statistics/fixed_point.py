"""A fixed point of a response, by damped iteration; what does not settle is said with its cycle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
#: The last iterations of which a cycle is told.
CYCLE = 4


@dataclass(frozen=True)
class Settled:
    """``x`` is within the tolerance of the response to it; ``gaps`` are those of all iterations, in order."""

    x: F64
    gaps: tuple[float, ...]


class NotSettled(Exception):
    """No fixed point was reached: ``gaps`` of all iterations and the last points, ``cycle``."""

    def __init__(self, gaps: tuple[float, ...], cycle: tuple[F64, ...]) -> None:
        super().__init__(f"no fixed point in {len(gaps)} iterations")
        self.gaps, self.cycle = gaps, cycle


def settle(
    response: Callable[[F64], F64],
    start: F64,
    gap: Callable[[F64, F64], float],
    tolerance: float,
    most: int,
    damping: float = 1.0,
) -> Settled:
    """The first point of x := x + damping (response(x) - x) whose gap to its response is at most ``tolerance``.

    Args:
        gap: how far a point is from its response.
        most: so many responses are asked for at most.

    Raises NotSettled.
    """
    x, gaps, last = start, list[float](), list[F64]()
    for _ in range(most):
        answer = response(x)
        gaps.append(gap(x, answer))
        if gaps[-1] <= tolerance:
            return Settled(x, tuple(gaps))
        last = [*last, x][-CYCLE:]
        x = x + damping * (answer - x)
    raise NotSettled(tuple(gaps), tuple(last))
