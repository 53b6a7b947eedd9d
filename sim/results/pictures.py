"""Where the pictures of a run lie: those in English in ``figures``, those in another language in a folder there."""

from __future__ import annotations

from pathlib import Path

from sim.language.languages import ENGLISH
from sim.language.words import language


def figures_folder(run: Path) -> Path:
    """The folder of a run's pictures in the language: drawn in another one, they stand beside those that are there."""
    known = language()
    return run / "figures" if known is ENGLISH else run / "figures" / known.code
