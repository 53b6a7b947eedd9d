"""docs/credibility.md: each row of what is verified names a test that exists and runs what it says; parts from results are current."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

from tests.test_contract_page import ROOT, TEST, functions, rows, runs_both

#: The script that fills the page, wherever the tests are started.
_SPEC = importlib.util.spec_from_file_location("write_credibility", ROOT / "docs" / "write_credibility.py")
assert _SPEC is not None
assert _SPEC.loader is not None
write_credibility = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(write_credibility)

PAGE = (ROOT / "docs" / "credibility.md").read_text("utf-8")
VERIFIED = [row for row in rows(PAGE) if len(row) == 5 and TEST.fullmatch(row[4])]
ITEMS = [row[0] for row in rows(PAGE) if re.match(r"[1-6]\.\d ", row[0])]


@pytest.mark.parametrize("row", VERIFIED, ids=[row[0] for row in VERIFIED])
def test_what_is_verified_has_its_test(row: list[str]) -> None:
    what, known, tolerance, engines, test = row
    assert what
    assert known
    assert tolerance
    path, name = TEST.fullmatch(test).groups()
    assert name in functions(path), f"{path} has no {name}"
    if engines == "both":
        assert runs_both(path, name), f"{name} does not run both engines"


def test_no_row_of_the_table_is_left_out() -> None:
    table = PAGE.split("## Verification")[1].split("\n## ")[0]
    assert len(VERIFIED) == len(rows(table)) > 25


def test_every_item_of_the_reporting_guideline_is_answered() -> None:
    """STRESS-DES: 3 items of objectives, 5 of logic, 4 of data, 3 of experimentation, 4 of implementation, 1 of access."""
    counts = [sum(item.startswith(f"{k}.") for item in ITEMS) for k in range(1, 7)]
    assert counts == [3, 5, 4, 3, 4, 1]


def test_parts_from_results_are_current() -> None:
    assert write_credibility.filled(PAGE) == PAGE, "make docs-credibility"


def test_a_part_that_is_out_of_date_is_noticed() -> None:
    page = "a\n<!-- begin: score -->\nold\n<!-- end: score -->\nb <!-- begin: own -->\nkept\n<!-- end: own -->\n"
    text = write_credibility.filled(page)
    assert "old" not in text
    assert "kept" in text
    assert "missed" in text


def test_links_lead_somewhere() -> None:
    targets = {target.split("#")[0] for target in re.findall(r"\]\(([^)]+)\)", PAGE) if "://" not in target}
    lost = [target for target in targets if target and not (ROOT / "docs" / Path(target)).exists()]
    assert lost == []
