"""Which languages there are, and how each writes numbers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from sim.errors import InputError, Problem, nearest

#: What a language is chosen with, besides the option and the locale.
VARIABLE = "CORRIDOR_LANGUAGE"
#: Variables of the system that name its language, the strongest first.
_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")
_NO_BREAK = "\u00a0"


@dataclass(frozen=True, slots=True)
class Language:
    """A language, with its name in English and its own; ``whole`` where no word of a user lacks a translation."""

    code: str  #: as ISO 639 has it; the folder of its catalogue
    name: str
    own_name: str
    whole: bool = False
    decimal: str = ","  #: between the whole and its parts
    thousands: str = _NO_BREAK
    percent: str = _NO_BREAK + "%"  #: what follows a number of per cent
    before_percent: str = ""  #: what stands before it


ENGLISH = Language("en", "English", "English", whole=True, decimal=".", thousands=",", percent="%")
#: Code -> language, English first, then those that are whole.
LANGUAGES: dict[str, Language] = {
    language.code: language
    for language in (
        ENGLISH,
        Language("ru", "Russian", "русский", whole=True),
        Language("bg", "Bulgarian", "български", whole=True),
        Language("az", "Azerbaijani", "azərbaycanca", thousands=".", percent="%"),
        Language("ka", "Georgian", "ქართული", percent="%"),
        Language("kk", "Kazakh", "қазақша", percent="%"),
        Language("sr", "Serbian", "српски", thousands="."),
        Language("tr", "Turkish", "Türkçe", thousands=".", percent="", before_percent="%"),
        Language("zh", "Chinese", "中文", decimal=".", thousands=",", percent="%"),
    )
}


def language_of(name: str, where: str = "--language") -> Language:
    """The language of a code such as ``ru``, ``RU`` or ``ru_RU.UTF-8``.

    Raises InputError for any other word, with the nearest language and those that there are.
    """
    found = LANGUAGES.get(_code(name))
    if found is not None:
        return found
    asked = name[:40]
    names = {language.name.lower(): language for language in LANGUAGES.values()}
    names |= {language.own_name.lower(): language for language in LANGUAGES.values()}
    meant = names.get(asked.strip().lower())
    hint = f"; {meant.name} is {meant.code}" if meant else nearest(_code(asked), LANGUAGES)
    there = ", ".join(f"{language.code} ({language.name})" for language in LANGUAGES.values())
    raise InputError([Problem(f"no language {asked!r}{hint}; there are: {there}", where)])


def chosen_language(option: str | None = None, environment: Mapping[str, str] | None = None) -> Language:
    """The language of a command: the option's, else that of ``CORRIDOR_LANGUAGE``, else the locale's, else English.

    Raises InputError where the option or the variable names none; a locale without a catalogue is English.
    """
    known = os.environ if environment is None else environment
    if option is not None:
        return language_of(option)
    if known.get(VARIABLE, "").strip():
        return language_of(known[VARIABLE], VARIABLE)
    locale = next((known[name] for name in _LOCALE if known.get(name)), "")
    return LANGUAGES.get(_code(locale), ENGLISH)


def _code(name: str) -> str:
    """``ru`` of ``ru_RU.UTF-8``."""
    return name.strip().lower().replace("-", "_").partition(".")[0].partition("@")[0].partition("_")[0]
