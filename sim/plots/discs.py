"""Discs that would hide one another are moved apart, as little as it takes."""

from __future__ import annotations

import numpy as np

_ROUNDS = 400


def apart(places: np.ndarray, radii: np.ndarray, page: tuple[float, float, float, float], gap: float) -> np.ndarray:
    """Where the middles of discs stand so that none touches another.

    Args:
        places: [n, 2] where they belong (pixels).
        radii: [n] pixels; of two that touch, the smaller one moves further.
        page: left, low, right, high (pixels), which no disc leaves.
        gap: pixels that stay free between two.

    Returns:
        [n, 2] pixels; discs that touch nobody stay where they are.
    """
    at, n = np.array(places, float).reshape(-1, 2), len(radii)
    radii = np.asarray(radii, float)
    low, high = np.add.outer(radii, np.array(page[:2])), np.subtract.outer(-radii, -np.array(page[2:]))
    for _ in range(_ROUNDS):
        moved = False
        for i in range(n):
            for j in range(i):
                away, reach = at[i] - at[j], radii[i] + radii[j] + gap
                length = float(np.hypot(*away))
                if length >= reach - 1e-9:
                    continue
                # on one spot: in a direction of their own, that two pictures of one run share
                along = away / length if length > 1e-9 else np.array([np.cos(i), np.sin(i)])
                push = (reach - length) * along
                share = radii[j] / (radii[i] + radii[j])  # the smaller moves further
                at[i] += push * share
                at[j] -= push * (1 - share)
                moved = True
        at = np.clip(at, low, np.maximum(low, high))
        if not moved:
            break
    return at
