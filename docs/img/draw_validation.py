"""Write ``docs/validation.md``, its numbers (``validation.json``) and its picture: published outcomes beside the run of their year.

``python docs/img/draw_validation.py [REPLICATIONS]`` runs the years that scenarios stand for (default: 10 replications).
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import sim

HERE = Path(__file__).parent
PICTURE = "validation.png"


def main(replications: int = 10) -> None:
    """Run, and put page and picture where the documents have them."""
    study = sim.validate(replications=replications)
    text = study.page.markdown([f"img/{PICTURE}"])
    command = f"Written by `python docs/img/draw_validation.py {replications}`; do not edit.\n"
    head, _, rest = text.partition("\n\n")
    (HERE.parent / "validation.md").write_text(f"{head}\n\n{command}\n{rest}", encoding="utf-8")
    shutil.copy(study.path / "validate.json", HERE.parent / "validation.json")
    shutil.copy(next(path for path in study.figures if path.suffix == ".png"), HERE / PICTURE)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
