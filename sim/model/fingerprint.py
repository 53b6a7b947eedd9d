"""What an engine receives of a model, as one digest: other pictures, words or sources do not change it."""

from __future__ import annotations

import hashlib
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from sim.model.draws import Model


def fingerprint(model: Model, replication: int = 0) -> str:
    """SHA-256 of the plan and of one replication's draws, array by array: equal if and only if engines get the same."""
    total = hashlib.sha256()
    for part in (model.plan, model.draw(replication)):
        _add(total, type(part).__name__, part)
    return total.hexdigest()


def _add(total: Any, name: str, value: Any) -> None:
    if is_dataclass(value):
        for one in fields(value):
            part = getattr(value, one.name)
            if part is not None:  # a part that is not there is nothing that an engine receives
                _add(total, f"{name}.{one.name}", part)
    elif isinstance(value, np.ndarray) and value.dtype != object:
        total.update(f"{name} {value.dtype.str} {value.shape}\n".encode())
        total.update(np.ascontiguousarray(value).tobytes())
    else:
        total.update(f"{name} {value!r}\n".encode())
