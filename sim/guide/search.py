"""Search among everything that has a name: all words asked for stand in the title or the key of what is found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from sim.errors import InputError, Problem, nearest
from sim.guide.entries import KINDS, Entry
from sim.mistakes import odd_letters
from sim.record import Record

#: Words that say nothing about what is looked for.
_EMPTY = frozenset(["a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with"])
#: Words that are looked for at a time, and letters of each: more are no question.
_MOST_WORDS, _LONGEST = 20, 60


@dataclass(frozen=True, slots=True)
class Found(Record):
    """What a search found: entries by kind, in the order of ``KINDS``, the best first within each."""

    words: tuple[str, ...]
    entries: tuple[Entry, ...]


def search(entries: Sequence[Entry], words: Sequence[str], kind: str = "") -> Found:
    """Entries in whose title, key or description every word begins a word, else stands somewhere.

    Args:
        words: as typed; several in one text count singly, capitals and accents do not, and a plural finds its singular.
        kind: a kind of ``KINDS``, or its plural; empty: all.

    Raises:
        InputError: no words, an unknown kind, or nothing found, with the nearest words that there are.
    """
    wanted = _wanted(words)
    kinds = _kinds(kind)  # published outcomes come last: they are no levers
    texts = [(entry, _words(f"{entry.title} {entry.key}"), _words(f"{entry.more} {entry.value}")) for entry in entries]
    scored = [
        (kinds.index(entry.kind), entry.key.startswith("observed."), -score, entry.key, entry)
        for entry, own, beside in texts
        if entry.kind in kinds and (score := _score(wanted, own, beside)) is not None
    ]
    if not scored:
        raise InputError(
            [Problem(_nothing(wanted, [(own, beside) for entry, own, beside in texts if entry.kind in kinds]))]
        )
    return Found(tuple(wanted), tuple(entry for *_, entry in sorted(scored, key=lambda found: found[:4])))


def _wanted(words: Sequence[str]) -> list[str]:
    every = list(dict.fromkeys(word for text in words for word in _words(text)))
    wanted = [word for word in every if word not in _EMPTY] or every
    if not wanted:
        hint = odd_letters(" ".join(words))
        raise InputError([Problem(f"no word to look for; such as: corridor find documents alat{hint}")])
    if len(wanted) > _MOST_WORDS or max(map(len, wanted)) > _LONGEST:
        most = f"at most {_MOST_WORDS} words of {_LONGEST} letters each"
        raise InputError([Problem(f"too much to look for; give {most}")])
    return wanted


def _kinds(kind: str) -> list[str]:
    names = {name: name for name in KINDS} | {plural: name for name, (plural, _) in KINDS.items()}
    if kind and kind not in names:
        plurals = [plural for plural, _ in KINDS.values()]
        message = f"{kind[:40]!r} is not a kind; allowed: {', '.join(plurals)}{nearest(kind[:40], plurals)}"
        raise InputError([Problem(message, "--kind")])
    return [names[kind]] if kind else list(KINDS)


def _words(text: str) -> list[str]:
    """Words in small letters, without accents; letters and digits are apart from everything else."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", plain.replace("'", "").replace("’", ""))


def _score(wanted: Sequence[str], own: Sequence[str], beside: Sequence[str]) -> float | None:
    """How well all wanted words are met, more for whole words of a short title; None where one is not met."""
    total = 0.0
    for word in wanted:
        worth = max((_met(word, one) for one in own), default=0.0) or 0.1 * max(
            (_met(word, b) for b in beside), default=0
        )
        if not worth:
            return None
        total += worth
    return total - 0.01 * len(own)


def _met(word: str, one: str) -> float:
    single = word.removesuffix("s") if len(word) > 3 else word
    if one in (word, single) or one.removesuffix("s") == single:
        return 3.0
    if one.startswith(single):
        return 2.0
    return 1.0 if len(single) > 2 and single in one else 0.0


def _nothing(wanted: Sequence[str], texts: Sequence[tuple[Sequence[str], Sequence[str]]]) -> str:
    """What to say where nothing has all words: which word is unknown, or which go together with none."""
    alone = {word: sum(_score([word], own, beside) is not None for own, beside in texts) for word in wanted}
    unknown = [word for word, count in alone.items() if not count]
    if unknown:
        known = {word for own, _ in texts for word in own if len(word) > 2}
        told = [f"{word!r}{odd_letters(word) or nearest(word, known, 3)}" for word in unknown]
        return f"nothing is called {' or '.join(told)}; corridor list --help shows what can be listed"
    counts = ", ".join(f"{word!r} alone in {count}" for word, count in alone.items())
    return f"nothing has all of these words: {counts}; leave one out"
