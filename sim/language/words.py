"""Words of users: English is written where it is said, and the catalogue has the rest.

``tr`` translates where it is called, ``mark`` names words that are kept in English and translated when they are shown,
``plural`` chooses by a number. The language is one of the process, or of a block (``in_language``). What is stored, names,
ids and JSON are made in English whatever the language: see ``docs/howto/languages.md``.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from sim.language.languages import ENGLISH, Language, language_of

#: Folder of the catalogues, and the name of each.
LOCALES, DOMAIN = Path(__file__).parent / "locales", "corridor"

_process: list[Language] = [ENGLISH]
_block: ContextVar[Language | None] = ContextVar("language", default=None)
_reader: ContextVar[Language | None] = ContextVar("reader", default=None)


def language() -> Language:
    """The language in which words are made now."""
    return _block.get() or _process[0]


def use(name: str) -> Language:
    """Make a language that of the process, in all of its threads. Raises InputError for one that there is not."""
    _process[0] = language_of(name)
    return _process[0]


@contextmanager
def in_language(name: str) -> Iterator[Language]:
    """Make a language that of what runs inside, in this thread (or task) alone."""
    found = language_of(name)
    token = _block.set(found)
    try:
        yield found
    finally:
        _block.reset(token)


@contextmanager
def in_english() -> Iterator[None]:
    """Make words in English inside, or in a function that this decorates: what it stores is the same in every language."""
    outer, token = _reader.set(_reader.get() or language()), _block.set(ENGLISH)
    try:
        yield
    finally:
        _block.reset(token)
        _reader.reset(outer)


@contextmanager
def for_reader() -> Iterator[None]:
    """Inside ``in_english``, make words in the language of who asked: pictures, which are looked at."""
    token = _block.set(_reader.get() or language())
    try:
        yield
    finally:
        _block.reset(token)


def tr(message: str, /, **values: object) -> str:
    """A message in the language; ``values`` are put where it has their names in braces.

    A word that the catalogue has not is English. Without values, braces stand for themselves. A value that is itself a
    message, such as the words of a cause, is translated too.
    """
    known = language()
    if known is not ENGLISH and message:
        message = catalogue(known.code).gettext(message)
    return _filled(message, values)


def tr_of(context: str, message: str, /, **values: object) -> str:
    """The same of a word that means several things in English; ``context`` says which."""
    known = language()
    if known is not ENGLISH and message:
        message = catalogue(known.code).pgettext(context, message)
    return _filled(message, values)


def plural(one: str, many: str, count: float, /, **values: object) -> str:
    """One of the forms of a message by a number: ``1 shipment``, ``2 shipments``, ``0.5 shipments``.

    A number with parts has the form of 2, as Slavic languages and English have it.
    """
    whole = abs(int(count)) if count == int(count) else 2
    known = language()
    english = one if whole == 1 else many
    message = english if known is ENGLISH else catalogue(known.code).ngettext(one, many, whole)
    return _filled(message, values)


def mark(message: str) -> str:
    """Words of which the catalogue is to know, as they are: who shows them translates them."""
    return message


@cache
def catalogue(code: str) -> gettext.NullTranslations:
    """The messages of a language; of one without a file, none."""
    return gettext.translation(DOMAIN, LOCALES, [code], fallback=True)


def _filled(message: str, values: Mapping[str, object]) -> str:
    if not values:
        return message
    known = language()
    if known is not ENGLISH:
        has = catalogue(known.code).gettext
        values = {name: has(value) if isinstance(value, str) and value else value for name, value in values.items()}
    return message.format(**values)
