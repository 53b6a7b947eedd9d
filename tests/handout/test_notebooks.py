"""The notebooks in docs run from top to bottom, cell by cell, and what a cell ends in shows itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[2] / "docs" / "notebooks").glob("*.py"))


def cells(text: str) -> list[tuple[str, str]]:
    """Kind and text of each cell of Jupytext's percent format, the head left out."""
    _, *found = re.split(r"^# %%", text, flags=re.MULTILINE)
    return [("markdown" if cell.startswith(" [markdown]") else "code", cell.partition("\n")[2]) for cell in found]


def shown(cell: str, names: dict[str, object]) -> object:
    """Run a cell; the value of its last line where that is an expression, as a notebook shows it."""
    tree = ast.parse(cell)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "cell", "exec"), names)
    return None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)


#: The longer one of a bank runs in ``make test-slow``.
ONES = [pytest.param(p, id=p.stem, marks=[pytest.mark.slow] if p.stem == "bank" else []) for p in NOTEBOOKS]


@pytest.mark.parametrize("path", ONES)
def test_a_notebook_runs_from_top_to_bottom(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = cells(path.read_text(encoding="utf-8"))
    assert {kind for kind, _ in found} == {"markdown", "code"}
    assert all(line.startswith("#") for kind, text in found if kind == "markdown" for line in text.splitlines() if line)
    names: dict[str, object] = {}
    values = [shown(text, names) for kind, text in found if kind == "code"]
    pages = [value._repr_html_() for value in values if hasattr(value, "_repr_html_")]
    assert any(page.startswith("<section><h1>") for page in pages), "a study shows its page"
    assert any("<table" in page and not page.startswith("<section>") for page in pages), "and a table is a table"
    assert (tmp_path / f"{path.stem}.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_there_is_one_for_a_ministry_and_one_for_a_bank() -> None:
    assert [path.stem for path in NOTEBOOKS] == ["bank", "ministry"]
