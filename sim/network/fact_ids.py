"""Ids of facts as texts cite them: a letter and three digits (``A061``), or three letters and a number (``DEM-01``)."""

from __future__ import annotations

import re

_ID = r"(?:[A-Z]\d{3}|[A-Z]{3}-\d+)"
_WHOLE = re.compile(_ID)
_WITHIN = re.compile(rf"\b{_ID}\b")
_SPAN = re.compile(r"\b([A-Z])(\d{3})\s*(?:to|[-–])\s*\1(\d{3})\b")


def facts_in(text: str) -> list[str]:
    """Ids of facts anywhere in a text, each once; ``A061 to A064`` are four."""
    found = _WITHIN.findall(text)
    for letter, first, last in _SPAN.findall(text):
        found += [f"{letter}{k:03d}" for k in range(int(first), int(last) + 1)]
    return list(dict.fromkeys(found))


def facts_listed(source: str) -> list[str]:
    """Ids of facts if a source is a list of them and says nothing else; empty if it is another text."""
    ids = [part for part in re.split(r"[,;\s]+", source) if part]
    return ids if all(map(_WHOLE.fullmatch, ids)) else []
