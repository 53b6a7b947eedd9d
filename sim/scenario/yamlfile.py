"""Read a YAML file into plain values, remembering the line of each of them.

Only the plain part of YAML is read: mappings, lists and scalars. Anchors, aliases and tags are
refused, so that a file means what it shows and reading it can never run code or explode in size.
"""

from __future__ import annotations

import math
import pickle
import re
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sim.errors import InputError, Problem
from sim.mistakes import decimal_comma, enclosed_in_quotes, odd_space, yaml_advice

LARGEST_FILE_BYTES = 5_000_000
DEEPEST_NESTING = 40
#: Mappings, lists and scalars of one file: several times those of the largest table of a corridor.
MOST_VALUES = 200_000
#: Letters of a number that is in range for sure, unless by its power of ten.
LONGEST_NUMBER = 18
#: Faults of one file after which the rest of it is not read.
MOST_FAULTS = 1_000

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+)")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

#: Keys and positions from the top of a document to a value.
KeyPath = tuple[str | int, ...]


@dataclass
class Document:
    """A file's plain value and the 1-based line of each path (keys and list indices) in it."""

    file: str
    value: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)

    def line(self, path: KeyPath) -> int | None:
        """Line of ``path``, or of its nearest part that stands in the file."""
        return line_of(self.lines, path)

    def problem(self, path: KeyPath, message: str) -> Problem:
        """A problem at the line of ``path``."""
        return Problem(message, self.file, self.line(path))


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int | None:
    """Line of ``path``, or of the nearest part above it that has a line."""
    return next((lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in lines), None)


def read_yaml(path: Path, shown_as: str | None = None) -> Document:
    """Read the one document of a YAML file.

    ``shown_as`` is the file's name in messages (default: the path). Raises ``InputError`` for a
    file that cannot be read, is too large, is not UTF-8 text or is not the plain YAML described above.
    """
    file = shown_as or str(path)
    return parse_yaml(read_text(path, file), file)


def read_text(path: Path, file: str) -> str:
    """Text of a UTF-8 file of bounded size; ``file`` is its name in messages. Raises ``InputError``."""
    raw = read_bytes(path, file)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise InputError([Problem("is not UTF-8 text; save it with the encoding UTF-8", file, line)]) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError([Problem("is not text: it contains a zero byte", file, line)])
    return text


def read_bytes(path: Path, file: str) -> bytes:
    """Content of a plain file of bounded size, seen to be so before it is opened.

    A pipe or a device has no end, and a link may lead to a file that is nobody's business. Raises ``InputError``.
    """
    try:
        found = path.stat()
        fault = None
        if stat.S_ISDIR(found.st_mode):
            fault = "is a folder, not a file"
        elif not stat.S_ISREG(found.st_mode):
            fault = "is no plain file but a pipe, a socket or a device"
        elif path.is_symlink() and not path.resolve().is_relative_to(path.parent.resolve()):
            fault = "is a link that leads out of its folder; copy the file itself"
        elif found.st_size > LARGEST_FILE_BYTES:
            fault = f"is larger than {LARGEST_FILE_BYTES / 1e6:g} MB"
        if fault:
            raise InputError([Problem(fault, file)])
        with path.open("rb") as stream:
            return stream.read(LARGEST_FILE_BYTES)
    except FileNotFoundError:
        raise InputError([Problem("no such file", file)]) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError([Problem(f"cannot be read: {reason}", file)]) from None


def parse_yaml(text: str, file: str) -> Document:
    """Parse the one YAML document in ``text``; ``file`` is its name in messages. Raises ``InputError``.

    Many scenarios share their files: what was parsed before is handed out again, as a copy that belongs to the caller.
    A number alone is no document that is worth a parser: studies set thousands of them.
    """
    if len(text) <= LONGEST_NUMBER and (_INT.fullmatch(text) or _FLOAT.fullmatch(text)):
        with suppress(ValueError):  # which is told with its line below
            return Document(file, scalar(text), {(): 1})
    document: Document = pickle.loads(_parsed(text, file))  # of our own memory, never of a file
    return document


@lru_cache(maxsize=64)
def _parsed(text: str, file: str) -> bytes:
    reader = _Reader(Document(file))
    try:
        reader.read(_events(text))
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        last = text.count("\n") + 1  # the parser may point behind the end
        line = None if mark is None else min(mark.line + 1, last)
        reader.fault(*(yaml_advice(text, line, what) or (f"not valid YAML: {what}", line)))
    if reader.problems:
        raise InputError(reader.problems)
    return pickle.dumps(reader.document)


class _Yaml(YAML):
    def official_plug_ins(self) -> list[str]:
        """None: the library would look through its folders for each text."""
        return []


def _events(text: str) -> Iterator[Any]:
    return _Yaml(typ="safe", pure=False).parse(text)  # the C parser where there is one


class _Reader:
    """Builds the value from parser events, without recursion, and collects the faults on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []
        self.documents = 0
        self.path: list[str | int] = []
        self.open: list[Any] = []  # containers being filled, outermost first
        self.keys: list[str | None] = []  # the key waiting for its value, for each container
        self.last: Any = None  # the scalar read last

    def fault(self, message: str, line: int | None) -> None:
        self.problems.append(Problem(message, self.document.file, line))

    def read(self, events: Iterator[Any]) -> None:
        for number, event in enumerate(events):
            kind = type(event).__name__
            line = event.start_mark.line + 1
            if number > MOST_VALUES:
                self.fault(f"holds more than {MOST_VALUES:,} values", line)
                return
            if len(self.problems) >= MOST_FAULTS:
                self.fault("the rest was not read", line)
                return
            if kind == "DocumentStartEvent":
                self.documents += 1
                if self.documents > 1:
                    self.fault("only one document is allowed in a file", line)
                    return
            elif kind == "AliasEvent":
                self.fault(f"aliases are not allowed: *{event.anchor}", line)
                self._add(None, line)
            elif kind in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
                if event.anchor:
                    self.fault(f"aliases are not allowed: &{event.anchor}", line)
                if event.tag and event.tag != "!":
                    self.fault(f"tags are not allowed: {event.tag}", line)
                if kind == "ScalarEvent":
                    self._scalar(event, line)
                elif not self._enter({} if kind == "MappingStartEvent" else [], line):
                    return
            elif kind in ("MappingEndEvent", "SequenceEndEvent"):
                self._leave()

    def _scalar(self, event: Any, line: int) -> None:
        plain = not event.style
        if self._awaits_key():
            self._key(event.value, line)
            return
        try:
            self.last = scalar(event.value) if plain else event.value
            self._add(self.last, line)
            if plain and (advice := enclosed_in_quotes(event.value)):
                self.fault(advice, line)
        except ValueError as error:
            self.fault(str(error), line)
            self._add(None, line)

    def _awaits_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1], dict) and self.keys[-1] is None

    def _key(self, key: str, line: int) -> None:
        if key in self.open[-1]:
            first = self.document.lines[(*self.path, key)]
            self.fault(f"duplicate key {key!r}, already given on line {first}", line)
        elif odd := odd_space(key):
            visible = "".join(letter for letter in key if not odd_space(letter)).strip()
            self.fault(f"{odd} in the key {visible!r}; type ordinary spaces", line)
        elif advice := decimal_comma(self.last, key):
            self.fault(advice, line)
        else:
            self.document.lines[(*self.path, key)] = line
        self.keys[-1] = key

    def _add(self, value: Any, line: int) -> str | int | None:
        """Put a value where it belongs; return its key or index (None at the top)."""
        if not self.open:
            self.document.value = value
            self.document.lines.setdefault((), line)
            return None
        if self._awaits_key():
            self.fault("a key must be plain text", line)
            key: str | int = f"(line {line})"
        elif isinstance(self.open[-1], dict):
            key, self.keys[-1] = self.keys[-1], None  # type: ignore[assignment]
        else:
            key = len(self.open[-1])
        if isinstance(self.open[-1], dict):
            self.open[-1][key] = value
        else:
            self.open[-1].append(value)
            self.document.lines[(*self.path, key)] = line
        return key

    def _enter(self, container: Any, line: int) -> bool:
        if len(self.open) >= DEEPEST_NESTING:
            self.fault(f"nested more than {DEEPEST_NESTING} levels deep", line)
            return False
        as_key = self._awaits_key()
        key = self._add(container, line)
        if as_key:  # what follows would be its value
            self.keys[-1] = str(key)
        if key is not None:
            self.path.append(key)
        self.open.append(container)
        self.keys.append(None)
        return True

    def _leave(self) -> None:
        self.open.pop()
        self.keys.pop()
        if self.path:
            self.path.pop()


def scalar(text: str) -> Any:
    """Value of an unquoted scalar: null, true or false, whole number, number, ISO date, else text.

    Raises ``ValueError`` for a date that does not exist and a number out of range.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        if len(text) > LONGEST_NUMBER:
            raise ValueError(f"number out of range: {text[:LONGEST_NUMBER]}...")
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text) + 0.0  # no negative zero
        if not math.isfinite(number):
            raise ValueError(f"number out of range: {text[:18]}")
        return number
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"{text} is not a date of the calendar") from None
    return text
