"""Words that are kept in English, such as a run's warnings or a title of the data, in the language of who reads them.

What is stored is English and stays it. A page asks here for each of its words: those that the catalogue has as they are get
its translation; a sentence that was made of a message of the catalogue is read back by it, and made again with the same
numbers and names. What is neither stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from string import Formatter
from typing import NamedTuple

from sim.language.forms import in_form
from sim.language.languages import ENGLISH
from sim.language.words import catalogue, language

#: Letters of a message outside its fields from which on it is known again in a sentence.
_TELLING = 6
_WORD = re.compile(r"[A-Za-z]{2}")
_FIGURE = re.compile(r"[-+−]?[\d.,]+( \+- [\d.,]+)?( ?%)?")


class Template(NamedTuple):
    """A message with fields, ready to be looked for in a sentence."""

    telling: str  #: its longest part without fields, which a sentence of it contains
    pattern: re.Pattern[str]
    message: str
    translated: str


def shown(text: str) -> str:
    """A text that was made in English, in the language."""
    known = language()
    return text if known is ENGLISH or not _WORD.search(text) else _shown(known.code, text)


@cache
def _shown(code: str, text: str) -> str:
    found = catalogue(code).gettext(text)
    if found != text:
        return found
    whole = _retold(code, text)
    if whole is not None:
        return whole
    for mark in ("; ", ": "):
        if mark in text:
            parts = text.split(mark) if mark == "; " else text.split(mark, 1)
            told = [shown(part) for part in parts]
            if told != parts:
                return mark.join(told)
    return text


def _retold(code: str, text: str) -> str | None:
    """The sentence by the message that it was made of; None where it is of none."""
    for template in _templates(code):
        if template.telling in text and (found := template.pattern.fullmatch(text)):
            values = {name: _value(value) for name, value in found.groupdict().items()}
            return template.translated.format(**values)
    return None


def _value(text: str) -> str:
    return in_form(text) if _FIGURE.fullmatch(text) else shown(text)


@cache
def _templates(code: str) -> tuple[Template, ...]:
    """Messages with fields, those that say most outside of them first."""
    found = [template for message, translated in _messages(code) if (template := _template(message, translated))]
    return tuple(sorted(found, key=lambda template: -len(re.sub(r"\{\w+[^}]*\}", "", template.message))))


def _messages(code: str) -> Iterator[tuple[str, str]]:
    """Every message of a catalogue with its translation; of a plural that of several."""
    for key, translated in getattr(catalogue(code), "_catalog", {}).items():
        message = key[0] if isinstance(key, tuple) else key
        if not isinstance(message, str) or "\x04" in message:
            continue
        if not isinstance(key, tuple) or key[1] == 1:
            yield message, translated


def _template(message: str, translated: str) -> Template | None:
    try:
        parts = list(Formatter().parse(message))
    except ValueError:  # braces that stand for themselves
        return None
    named = [name for _, name, _, _ in parts if name]
    literal = [text for text, *_ in parts]
    if not named or sum(map(len, re.findall(r"[A-Za-z]+", " ".join(literal)))) < _TELLING:
        return None
    pattern, seen = "", set()
    for text, name, _, _ in parts:
        pattern += re.escape(text)
        if name:
            pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.+?)"
            seen.add(name)
    return Template(max(literal, key=len), re.compile(pattern, re.DOTALL), message, translated)
