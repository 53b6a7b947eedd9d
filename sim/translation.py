"""Gathers every word of users and keeps the catalogues in step with them: ``python -m sim.translation`` (``make language``).

A developer's tool, which needs Babel; the program itself reads the compiled catalogues with the standard library. Words come
from calls of ``tr``, ``tr_of``, ``plural`` and ``mark``, from the help of commands, from templates, from the registers of
indicators and causes, and from the titles of the geodata and of the library's scenarios.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ruamel.yaml import YAML

from sim.indicators import BALANCE_LINES, CAUSES, CORRIDOR, INDICATORS, PLACE_TABLES, QUANTITIES, SAMPLES, unit_words
from sim.language.forms import MONTHS
from sim.language.languages import ENGLISH, LANGUAGES
from sim.language.words import DOMAIN, LOCALES
from sim.network.titles import pool_titles, short_name
from sim.report.summary import DIRECTIONS
from sim.scenario.library import geodata_dir, scenarios_dir
from sim.serve.words import COUNTRIES, REFUSED, WORDS
from sim.statistics.intervals import NOT_REACHED

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

PACKAGE = Path(__file__).parent
#: Functions whose first arguments are words.
CALLS = ("tr", "tr_of", "plural", "mark")
#: Words that the libraries of the command line say themselves.
OF_LIBRARIES = (
    "Usage:",
    "Options",
    "Commands",
    "Arguments",
    "required",
    "default: {default}",
    "env var: {var}",
    "Show this message and exit.",
    "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
)
#: Keys of the geodata and of scenarios whose texts are titles, and tables in which they are.
_TITLED = ("facilities", "services", "markets", "rivals", "bans", "water", "weather")
#: Texts of the talks that a reader sees.
_OF_TALKS = ("title", "said", "asks", "sentence", "question", "text", "reason", "withdrawn", "notice", "why", "note")


class Word(NamedTuple):
    """A message: one text, or one and several; with a context where the same English is two words."""

    text: str
    many: str = ""
    context: str = ""


def words() -> dict[Word, list[str]]:
    """Every word of users -> the files in which it is."""
    found: dict[Word, list[str]] = {}
    for word, where in _all_words():
        if word.text.strip():
            files = found.setdefault(word, [])
            if where not in files:
                files.append(where)
    return found


def template() -> Catalog:
    """The words as a catalogue without translations."""
    from babel.messages.catalog import Catalog

    made = Catalog(project="Middle Corridor simulator", fuzzy=False)
    for word, files in sorted(words().items()):
        id_ = (word.text, word.many) if word.many else word.text
        made.add(id_, locations=[(file, 0) for file in sorted(files)], context=word.context or None)
    return made


def read(code: str) -> Catalog:
    """The catalogue of a language as it is written; an empty one where there is none."""
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = po_path(code)
    if not path.is_file():
        return Catalog(locale=code, domain=DOMAIN)
    with path.open("rb") as handle:
        return read_po(handle, locale=code, domain=DOMAIN)


def po_path(code: str) -> Path:
    """The file that translators edit."""
    return LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def update(code: str, known: Catalog) -> Catalog:
    """Bring the catalogue of a language in step with the words, and compile it; what is not said any more goes."""
    from babel.messages.mofile import write_mo

    catalogue = read(code)
    catalogue.update(known, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    catalogue.header_comment = f"# Words of the Middle Corridor simulator: {LANGUAGES[code].name}."
    catalogue.project, catalogue.version, catalogue.fuzzy = "middle-corridor", "", False
    path = po_path(code)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(as_po(catalogue))
    with path.with_suffix(".mo").open("wb") as handle:
        write_mo(handle, catalogue)
    return catalogue


def as_po(catalogue: Catalog) -> bytes:
    """The file of a catalogue: no line numbers and no dates, which would change with every edit."""
    from babel.messages.pofile import write_po

    stream = BytesIO()
    write_po(stream, catalogue, width=120, sort_output=True, include_lineno=False)
    lines = stream.getvalue().decode().splitlines(keepends=True)
    dated = (
        '"Report-Msgid-Bugs-To',
        '"POT-Creation-Date',
        '"PO-Revision-Date',
        '"Generated-By',
        '"Last-Translator',
        '"Language-Team',
    )
    return "".join(line for line in lines if not line.startswith(dated)).encode()


def missing(catalogue: Catalog) -> list[Message]:
    """Messages without a translation, or with one form of a plural left out."""
    return [message for message in catalogue if message.id and not _is_whole(message)]


def main() -> None:
    """Update all catalogues; say what is missing in those that are whole."""
    known = template()
    for code, language in LANGUAGES.items():
        if language is not ENGLISH:
            catalogue = update(code, known)
            left = missing(catalogue)
            print(f"{language.name}: {len(catalogue) - len(left)} of {len(catalogue)} words")
            if language.whole:
                for message in left:
                    print(f"  {message.id}")


def _is_whole(message: Message) -> bool:
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)


def _all_words() -> Iterator[tuple[Word, str]]:
    yield from _of_code()
    yield from _of_commands()
    for path in sorted(PACKAGE.rglob("*.jinja")):
        for text in re.findall(r'\btr\("([^"]+)"\)', path.read_text(encoding="utf-8")):
            yield Word(text), _file(path)
    yield from ((Word(text), "the libraries of the command line") for text in OF_LIBRARIES)
    yield from ((Word(text), "sim/indicators.py") for text in _of_registers())
    for said in (WORDS, REFUSED, COUNTRIES):
        yield from ((Word(text), "sim/serve/words.py") for text in said.english.values() if text != ENGLISH.code)
    yield from _of_geodata(geodata_dir())
    yield from _of_geodata(scenarios_dir() / "tutorial" / "geodata")
    yield from _of_scenarios()


def _of_code() -> Iterator[tuple[Word, str]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        if any(f"{name}(" in source for name in (*CALLS, "counted")):
            yield from ((word, _file(path)) for node in ast.walk(ast.parse(source)) if (word := _word_of(node)))
    for unit in ("day", "hour", "minute"):
        yield Word(f"{{count}} {unit}", f"{{count}} {unit}s"), "sim/plots/style.py"
    yield from ((Word(name, context="in a date"), "sim/language/forms.py") for name in MONTHS)


def _word_of(node: ast.AST) -> Word | None:
    """What a call says: the words in it that are written out."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return None
    texts = [str(given.value) for given in node.args if isinstance(given, ast.Constant)]
    match node.func.id, texts:
        case ("tr" | "mark", [text, *_]):
            return Word(text)
        case "tr_of", [context, text, *_]:
            return Word(text, context=context)
        case "plural", [one, many, *_]:
            return Word(one, many)
        case "counted", [noun]:
            return Word(f"{{count}} {noun}", f"{{count}} {noun}s")
    return None


def _of_commands() -> Iterator[tuple[Word, str]]:
    """Help of commands and options, by paragraphs."""
    for path in sorted((PACKAGE / "cli").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        commands = _names_of_commands(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg == "help" and isinstance(node.value, ast.Constant):
                yield Word(inspect.cleandoc(str(node.value.value))), _file(path)
            elif isinstance(node, ast.FunctionDef) and node.name in commands:
                for part in (ast.get_docstring(node) or "").split("\n\n"):
                    yield Word(part), _file(path)


def _names_of_commands(tree: ast.Module) -> set[str]:
    listed = {
        name.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "COMMANDS" for target in node.targets)
        for name in ast.walk(node.value)
        if isinstance(name, ast.Name)
    }
    return listed | {"_corridor"}


def _of_registers() -> Iterator[str]:
    yield NOT_REACHED
    yield from CAUSES.values()
    yield from PLACE_TABLES.values()
    for known in INDICATORS.values():
        if known.family != "balance":  # made of the lines below
            yield from filter(None, (known.words, known.why_not))
        yield from (unit for unit in (known.unit, unit_words(known.unit)))
    yield from (name.replace("_", " ") for name in (*BALANCE_LINES, *DIRECTIONS, CORRIDOR))
    yield "balance: {line}, {quantity}"
    yield from QUANTITIES.values()
    for sample in SAMPLES.values():
        for end in (f"have not {sample.end}", f"have not {sample.end}; counted until the run stops"):
            yield f"{{left}} of {{lots}} shipments {end}"
        yield f"{NOT_REACHED}: {{left}} of {{lots}} shipments have not {sample.end}"


def _of_geodata(folder: Path) -> Iterator[tuple[Word, str]]:
    """Titles of rows, names of places in full and short, and words that are made of ids."""
    rows: dict[str, Any] = {path.stem: _yaml(path) or {} for path in sorted(folder.glob("*.yaml"))}
    rows["nodes"] = _nodes(folder)
    for name in (str(row["name"]) for row in rows["nodes"].values()):
        yield from ((Word(text), "geodata/nodes") for text in dict.fromkeys((name, short_name(name))))
    for table in _TITLED:
        for row in rows.get(table, {}).values():
            if isinstance(row, dict) and row.get("title"):
                yield Word(str(row["title"])), f"geodata/{table}"
    for pool in pool_titles({"nodes": {}, "facilities": rows.get("facilities", {})}).values():
        yield Word(pool.split(",")[0]), "geodata/facilities"
    for table in ("fleets", "processes", "barriers"):
        yield from ((Word(id_.replace("_", " ")), f"geodata/{table}") for id_ in rows.get(table, {}))


def _nodes(folder: Path) -> Mapping[str, Mapping[str, Any]]:
    [path] = [path for path in (folder / "nodes.geojson", folder / "nodes.yaml") if path.is_file()]
    if path.suffix == ".yaml":
        return dict(_yaml(path))
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return {feature["properties"].get("id", feature.get("id")): feature["properties"] for feature in features}


def _of_scenarios() -> Iterator[tuple[Word, str]]:
    folder = scenarios_dir()
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*/*.yaml")]):
        where, content = f"scenarios/{path.relative_to(folder).as_posix()}", _yaml(path)
        if path.name == "talks.yaml":
            yield from ((Word(_one_line(text)), where) for text in _texts(content, _OF_TALKS))
        elif path.name == "interventions.yaml":
            yield from ((Word(str(row["title"])), where) for row in content.values() if "title" in row)
        else:
            told = content if "title" in content or "extends" in content else {}
            documents = [told, *(row for row in content.values() if isinstance(row, dict))]
            for row in documents:
                yield from ((Word(_one_line(str(row[key]))), where) for key in ("title", "question") if row.get(key))
            for comparator in _comparators(content):
                yield Word(_one_line(str(comparator["text"]))), where


def _comparators(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    given = content.get("comparator") or []
    return [row for row in (given if isinstance(given, list) else [given]) if row.get("text")]


def _texts(value: Any, keys: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in keys and isinstance(inner, str):
                yield inner
            elif key == "withdrawn":  # scenario -> reason
                yield from map(str, inner.values())
            else:
                yield from _texts(inner, keys)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, keys)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _yaml(path: Path) -> Any:
    return YAML(typ="safe", pure=False).load(path.read_text(encoding="utf-8"))


def _file(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


if __name__ == "__main__":
    main()
