"""Texts for users hold the words of the trade: help, pages, README, titles; the glossary explains them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import typer
from ruamel.yaml import YAML

from sim import indicators
from sim.cli import app
from sim.scenario.library import scenario_paths

ROOT = Path(__file__).parents[1]
#: Phrases of a private dialect -> what to write. Whole words; those that may mean something else here are left out.
GONE = {
    "same luck": "common random numbers",
    "luck": "random variation, random draws",
    "woken": "empty repositioning",
    "movers?": "trains and shipments",
    "borne out": "consistent",
    "turn-rounds?": "turnaround",
    "things that come back": "returnable equipment",
    "(is|are) told(?! apart)": "is shown, is reported",
    "hand-overs?": "handover",
    "waiting for a free place": "waiting for capacity",
    "lorr(y|ies)": "truck",
    "sets? out": "departs",
    "dearer": "more expensive",
    "mended": "repaired",
    "again and again": "repeatable",
    "may be given again": "repeatable",
    "lots": "shipments",
    "go(es)? on": "resumes, continues",
}
PHRASE = re.compile(rf"\b({'|'.join(GONE)})\b", re.IGNORECASE)
#: Made from results or from sources' own words, and made again from them.
MADE = ("talks_tables.md", "parameters.md")
PAGES = [
    ROOT / "README.md",
    ROOT / "results" / "README.md",
    *(p for p in sorted((ROOT / "docs").rglob("*.md")) if p.name not in MADE),
]
#: Packages whose sentences a user reads: errors, summaries, pages, figures.
SPEAKING = ("scenario", "network", "model", "analysis", "report", "results", "plots", "runs", "studies", "serve")


def found(text: str) -> list[str]:
    return [match[0] for match in PHRASE.finditer(text)]


def prose(page: str) -> str:
    """A page without its code, the names that it cites, and the targets of its links."""
    page = re.sub(r"^```(?!text output).*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`]*`|\]\([^)]*\)", "", page)


def test_the_phrases_are_found():
    assert found("compared on the same luck") == ["same luck"]
    assert found("Hand-over of lorries that Set out") == ["Hand-over", "lorries", "Set out"]
    assert found("remover, removers, outset, mended-ness") == ["mended"]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_page_holds_none_of_them(page):
    text = prose(page.read_text("utf-8"))
    assert [(word, text[max(text.index(word) - 40, 0) :][:90]) for word in found(text)] == []


def test_help_of_every_command_is_short_and_holds_none_of_them():
    group = typer.main.get_command(app)
    for name, command in group.commands.items():
        texts = [command.help or "", *(getattr(p, "help", None) or "" for p in command.params)]
        assert [t for t in texts if found(t)] == [], name
        assert [t for t in [texts[0].split("\n\n")[0], *texts[1:]] if len(t) > 50] == [], name
        assert all(texts), f"{name}: an option or the command lacks its help"


def test_titles_and_questions_hold_none_of_them():
    yaml = YAML(typ="safe", pure=True)
    said = {name: yaml.load(path.read_text("utf-8")) for name, path in scenario_paths().items()}
    texts = {name: f"{content.get('title')} {content.get('question')}" for name, content in said.items()}
    assert len(texts) > 20
    assert {name: found(text) for name, text in texts.items() if found(text)} == {}
    lines = [
        f"{path.name}: {line.strip()}"
        for path in sorted((ROOT / "geodata").glob("*.yaml"))
        for line in path.read_text("utf-8").splitlines()
        if re.match(r"\s*title:", line)
    ]
    assert len(lines) > 100
    assert [line for line in lines if found(line)] == []


def sentences(module: Path) -> list[str]:
    """Texts of a module with a space in them, outside of docstrings: what it may say to a user."""
    tree = ast.parse(module.read_text("utf-8"))
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and " " in node.value.strip()
        and id(node) not in docs
    ]


def test_sentences_of_the_program_hold_none_of_them():
    modules = [p for package in SPEAKING for p in sorted((ROOT / "sim" / package).rglob("*.py"))]
    modules += sorted((ROOT / "docs" / "img").glob("*.py"))  # the words in the pictures of pages
    texts = [
        (p.relative_to(ROOT).as_posix(), text)
        for p in [*modules, ROOT / "sim" / "indicators.py"]
        for text in sentences(p)
    ]
    assert len(texts) > 1000
    assert [(where, text) for where, text in texts if found(re.sub(r"'[^']*'|`[^`]*`", "", text))] == []


def test_errors_of_engines_and_broken_invariants_hold_none_of_them():
    """Names of columns apart, engines and the contract speak in errors alone: a lot is a shipment there, a stock a depot."""
    modules = [*(ROOT / "sim" / "engine" / "reference").glob("*.py"), *(ROOT / "sim" / "contract").glob("*.py")]
    modules += [ROOT / "sim" / "engine" / name for name in ("endless.py", "compiled/simulation.py")]
    texts = [(p.name, text) for p in modules for text in sentences(p)]
    assert len(texts) > 50
    dialect = re.compile(r"\b(lots?|stocks?(?! of)|set out|born)\b")
    assert [(where, text) for where, text in texts if found(text) or dialect.search(text)] == []


def terms() -> list[str]:
    lines = (ROOT / "docs" / "glossary.md").read_text("utf-8").splitlines()
    return [line.split("|")[1].strip() for line in lines if re.match(r"\| [A-Z]", line)]


def test_the_glossary_is_in_order_with_each_term_once():
    assert len(terms()) >= 30
    assert terms() == sorted(set(terms()), key=str.lower)


def test_the_glossary_has_what_indicators_and_causes_speak_of():
    known = (ROOT / "docs" / "glossary.md").read_text("utf-8").lower()
    words = " ".join([*indicators.CAUSES.values(), *(i.words for i in indicators.INDICATORS.values())]).lower()
    explained = (
        "transit time",
        "p50",
        "p90",
        "p95",
        "spread",
        "on-time share",
        "teu",
        "utilisation",
        "turnaround",
        "formalities",
        "co2e",
        "equipment",
        "shipment",
    )
    assert [term for term in explained if term not in words] == [], "no indicator or cause speaks of it any more"
    assert [term for term in explained if term not in known] == []
