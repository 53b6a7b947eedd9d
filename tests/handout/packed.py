"""The columns of a moving map read back number by number, by the rules that its script follows."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from itertools import accumulate
from typing import Any


def numbers(text: str) -> list[int]:
    """Seven bits a byte, the lowest first; the eighth says that another byte follows."""
    found, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            found.append(value)
            value = shift = 0
    assert shift == 0, "the last number has an end"
    return found


def signed(value: int) -> int:
    return -(value + 1) // 2 if value % 2 else value // 2


def levels(text: str, samples: int) -> list[list[int]]:
    steps = [signed(step) for step in _unrolled(iter(numbers(text)))]
    assert len(steps) % samples == 0
    return [list(accumulate(steps[k : k + samples])) for k in range(0, len(steps), samples)]


def _unrolled(told: Iterator[int]) -> Iterator[int]:
    for value in told:
        yield from [0] * next(told) if value == 0 else [value]


def legs(packed: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    """From, until (minutes), way and shipments of each leg."""
    depart = [packed["first_min"] + step for step in accumulate(numbers(packed["depart"]))]
    lasts, way, lots = (numbers(packed[name]) for name in ("lasts", "way", "lots"))
    return [(a, a + b, c, d) for a, b, c, d in zip(depart, lasts, way, lots, strict=True)]
