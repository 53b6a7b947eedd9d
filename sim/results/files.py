"""Files of results are there whole or not at all, and JSON that any reader takes."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


def write_whole(path: Path, text: str) -> None:
    """Write a text file in one step; folders above it are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)


def plain_json(value: Any) -> str:
    """Indented JSON; what is infinite or not a number becomes null."""
    return json.dumps(finite(value), indent=2, ensure_ascii=False, allow_nan=False, default=str) + "\n"


def finite(value: Any) -> Any:
    """JSON knows no infinity: an unfinished shipment's transit time becomes null."""
    if isinstance(value, dict):
        return {str(k): finite(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite(v) for v in value]
    if hasattr(value, "item"):  # a NumPy scalar
        value = value.item()
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
