"""Every row of docs/contract.md names a test that exists and that runs both engines."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "contract.md"
#: What runs both engines: whoever calls one of these insists on one trace, or on one error.
ON_BOTH = {"simulate_on_both", "same_error", "run"}
WORLD = "tests.oracle.world"
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")

Function = ast.FunctionDef


def rows(page: str) -> list[list[str]]:
    """The cells of all rows of all tables, without heads and rules."""
    lines = page.splitlines()
    table = [k for k, line in enumerate(lines) if line.startswith("|")]
    heads = {k - 1 for k in table if set(lines[k]) <= set("|-: ")}
    return [
        [cell.strip() for cell in lines[k].strip().strip("|").split("|")]
        for k in table
        if k not in heads and k - 1 not in heads
    ]


@cache
def functions(path: str) -> dict[str, Function]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name: node for node in tree.body if isinstance(node, Function)}


@cache
def imported_from_world(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module == WORLD]
    return {alias.name for node in imports for alias in node.names if alias.asname is None}


def runs_both(path: str, name: str) -> bool:
    """Whether a function calls what runs both engines, itself or through the functions of its own file."""
    own, seen, ahead = functions(path), set(), [name]
    both = ON_BOTH & (imported_from_world(path) | ({"same_error"} & own.keys()))
    while ahead:
        function = own[ahead.pop()]
        called = {n.func.id for n in ast.walk(function) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
        if called & both:
            return True
        new = (called & own.keys()) - seen
        seen |= new
        ahead += new
    return False


ROWS = rows(PAGE.read_text("utf-8"))


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_a_row_is_one_sentence_held_by_a_test_of_both_engines(row: list[str]) -> None:
    what, meaning, test = row
    assert what
    assert re.fullmatch(r"[^.]+\.", meaning), "one sentence"
    named = TEST.fullmatch(test)
    assert named, "the row names no test"
    path, name = named.groups()
    assert (ROOT / path).is_file(), path
    assert name in functions(path), f"{path} has no {name}"
    assert runs_both(path, name), f"{name} does not run both engines"


def test_every_kind_policy_and_discipline_has_a_row() -> None:
    tree = ast.parse((ROOT / "sim" / "contract" / "plan.py").read_text("utf-8"))
    members = {
        target.id
        for node in tree.body
        if isinstance(node, ast.ClassDef) and node.name in ("Kind", "Policy", "Discipline")
        for assignment in node.body
        if isinstance(assignment, ast.Assign)
        for target in assignment.targets
        if isinstance(target, ast.Name)
    }
    assert len(members) > 10
    told = {name for what, *_ in ROWS for name in re.findall(r"`(\w+)`", what)}
    assert members - told == set()


def test_what_is_missing_is_noticed() -> None:
    page = "| what | test |\n|---|---|\n| a | `tests/x.py::test_y` |\n| b | |\n\ntext | with | bars\n"
    assert rows(page) == [["a", "`tests/x.py::test_y`"], ["b", ""]]
    assert runs_both("tests/engine/test_instants.py", "test_a_rise_comes_before_an_end")
    assert not runs_both("tests/engine/test_all_or_none.py", "test_it_takes_all_at_once")
