"""No word outside the catalogue: in what a run shows, with every message marked, and in the modules that make words."""

from __future__ import annotations

import ast
import gettext
import html
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from matplotlib.text import Text

from sim import translation
from sim.handout.report import report_html, report_of_run
from sim.language import languages, words
from sim.language.languages import LANGUAGES, Language
from sim.language.shown import _templates
from sim.language.words import in_language
from sim.plots.figures import figures_of
from sim.report.summary import summarise, summary_text
from sim.runs.replicate import run_scenario

if TYPE_CHECKING:
    from sim.results.store import Run

ROOT = Path(__file__).parents[2]
#: What is said as it is in every language: ids, units that are signs, commands, keys, sources of data.
NAMES = re.compile(
    r"made up for the tutorial|corridor (run|explain|compare)[^\n]*|--\w+|tutorial|run_out|\bKEY\b|compiled|reference|fixed|"
    r"TEU|USD|CO2e?|CO₂e|\b[0-9a-f]{12}\b|geodata/observations_roles\.csv"
)
#: Modules whose sentences are all of the catalogue.
SPOKEN = (
    *(
        f"sim/report/{name}.py"
        for name in ("summary_page", "markets", "bands_page", "observed_page", "page", "stranded")
    ),
    *(f"sim/plots/{path.name}" for path in sorted((ROOT / "sim" / "plots").glob("*.py"))),
    *(f"sim/handout/{name}.py" for name in ("report", "answer", "rests", "again", "talks_report", "movie_words")),
    *(f"sim/studies/talks/{name}.py" for name in ("page", "bars", "drawn", "figure")),
)


class Marked(gettext.NullTranslations):
    """A language that is English with every message of the catalogue in brackets."""

    def __init__(self) -> None:
        super().__init__()
        self.known = {word.text for word in translation.words()} | {word.many for word in translation.words()}
        self._catalog = {text: f"⟦{text}⟧" for text in self.known if text}

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message in self.known else message

    def ngettext(self, one: str, many: str, n: int) -> str:
        return self.gettext(one if n == 1 else many)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(message)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_scenario("tutorial", replications=2, out=tmp_path_factory.mktemp("said"), figures=False)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> None:
    found, real = Marked(), words.catalogue
    monkeypatch.setitem(languages.LANGUAGES, "xx", Language("xx", "Marked", "marked", decimal=".", thousands=","))

    def catalogue(code: str) -> gettext.NullTranslations:
        return found if code == "xx" else real(code)

    monkeypatch.setattr(words, "catalogue", catalogue)
    monkeypatch.setattr("sim.language.shown.catalogue", catalogue)
    _templates.cache_clear()


def unmarked(text: str) -> list[str]:
    """Words that are in no bracket."""
    while (less := re.sub(r"⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = less
    return re.findall(r"[A-Za-z]{3,}", NAMES.sub(" ", text))


def test_the_summary_says_nothing_outside_the_catalogue(run: Run, marked: None) -> None:
    with in_language("xx"):
        told = summary_text(summarise(run), width=400, prose=4000)
    assert "⟦" in told
    assert [line for line in told.splitlines() if unmarked(line)] == []


def test_the_figures_say_nothing_outside_the_catalogue(run: Run, marked: None) -> None:
    with in_language("xx"):
        for stem, figure in figures_of(run):
            texts = [text.get_text().replace("\n", " ") for text in figure.findobj(Text)]
            assert [text for text in texts if unmarked(text)] == [], stem


def test_the_report_says_nothing_outside_the_catalogue(run: Run, marked: None) -> None:
    with in_language("xx"):
        page = report_html(report_of_run(run, figures=False, movie=False))
    page = re.sub(r"<(style|script)[^>]*>.*?</\1>|<!DOCTYPE[^>]*>", "", page, flags=re.DOTALL)
    told = html.unescape(re.sub(r"<[^>]+>", "\n", page))
    assert [line for line in told.splitlines() if unmarked(line)] == []


@pytest.mark.parametrize("code", ["ru", "bg"])
def test_a_run_is_the_same_in_every_language(run: Run, code: str) -> None:
    with in_language(code):
        again = run_scenario("tutorial", replications=2, out=run.path.parents[1], figures=False)
    assert (again.hit, again.run_id, again.manifest) == (True, run.run_id, run.manifest)


@cache
def messages() -> frozenset[str]:
    """Every message of the code."""
    return frozenset(text.strip() for word, _ in translation._of_code() for text in word)


@pytest.mark.parametrize("path", SPOKEN)
def test_a_sentence_is_said_through_the_catalogue(path: str) -> None:
    """A literal of several words that is neither a message nor an argument of a library fails."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    silent = {id(node) for top in ast.walk(tree) for node in _silent(top)}
    wrong = [
        text
        for node in ast.walk(tree)
        if id(node) not in silent and (text := _sentence(node)) and text.strip() not in messages()
    ]
    assert [text for text in wrong if text not in ALLOWED] == []


#: What looks like a sentence and is none: styles of lines and places, policies of the browser, keys.
ALLOWED = {
    "lower left",
    "upper left",
    "upper right",
    "lower right",
    "offset points",
    "axes fraction",
    "lower center",
} | {
    # what is compared with stored English, commands, and the line on fonts, which is an error
    "written in",
    "img-src data:",
    " at this precision",
    "corridor run",
    "corridor compare",
    "The answer",
    "What B changes: in A -> in B, and what it comes to in the run",
    "effective in the run",
    "no font of this machine has the letters of {}: pictures are in English; install one, such as {} (apt-get install {})",
}


def _sentence(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        text = node.value
    else:
        return ""
    return text if re.search(r"[A-Za-z]{2,} [a-z]{2,}", text) else ""


def _silent(top: ast.AST) -> list[ast.AST]:
    """Literals that nobody is told: docstrings, errors, parts of f-strings, annotations, names of the library."""
    if isinstance(top, (ast.Module, ast.ClassDef, ast.FunctionDef)):
        return [statement.value for statement in top.body if isinstance(statement, ast.Expr)]
    if isinstance(top, ast.Raise):
        return list(ast.walk(top))
    if isinstance(top, ast.Call) and getattr(top.func, "id", "") == "Problem":
        return list(ast.walk(top))
    if isinstance(top, ast.JoinedStr):
        return list(top.values)
    return []


def test_the_languages_are_as_they_were() -> None:
    assert "xx" not in LANGUAGES
