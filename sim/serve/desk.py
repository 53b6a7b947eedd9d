"""Questions and their answers: who works at what, what is dropped, and how much may wait.

A page has one question at a time. A newer one ends the older: what is under way stops at the engine's next step, and
nothing of it is told any more. Replications are done one after another in order, on a few threads, and told as soon as
all before them are done too, so that what is told is always of replications 1 to n.
"""

from __future__ import annotations

import threading
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from sim.analysis.records import RunInfo, run_info
from sim.errors import CorridorError, InputError, RunError
from sim.model.build import build
from sim.model.effects import effects
from sim.model.feasibility import refuse_impossible
from sim.model.patching import Patch
from sim.network.consistency import check
from sim.network.world import resolve
from sim.runs.engines import engine_that_runs
from sim.scenario.load import load_scenario
from sim.serve.bases import Base, Bases
from sim.serve.moved import Moved, moved
from sim.serve.parts import Part, Replication
from sim.serve.picture import Side
from sim.serve.words import REFUSED, WORDS

if TYPE_CHECKING:
    from sim.model.draws import Drawn, Model

Told = dict[str, Any]
#: Questions at work, and those that wait for their turn; pages that are remembered.
AT_WORK, WAITING, PAGES = 2, 8, 64
#: Seconds after which a question is ended, however far it is.
LONGEST_S = 1800
_MOST_EFFECTS = 30


@dataclass
class Question:
    """What a page asks.

    ``number`` rises with each question of the page; ``tell`` takes each piece of the answer, from any thread.
    """

    page: str
    number: int
    scenario: str
    changes: Mapping[str, object]
    tell: Callable[[Told], None]
    over: threading.Event = field(default_factory=threading.Event)
    shown: threading.Event = field(default_factory=threading.Event)  #: something of the answer is

    def say(self, kind: str, **more: Any) -> None:
        """Tell a piece, unless the question is over."""
        if not self.over.is_set():
            self.tell({"kind": kind, "question": self.number, **more})
        if kind == "found":
            self.shown.set()

    def go_on(self) -> None:
        """Raise CancelledError once the question is over."""
        if self.over.is_set():
            raise CancelledError


class Busy(RunError):
    """More questions wait than may."""


class Old(RunError):
    """A question of a page that has asked a newer one."""


class Desk:
    """Works at questions.

    Args:
        bases: the scenarios.
        engine: that simulates.
        workers: replications of a question at a time.
        report: is told what went wrong that nobody expected.
    """

    def __init__(self, bases: Bases, engine: str, workers: int, report: Callable[[str], None]) -> None:
        self.bases, self._engine, self._report = bases, engine, report
        self._questions = ThreadPoolExecutor(AT_WORK, thread_name_prefix="question")
        # one more than are worked at: a new question need not wait for what the last one has under way
        self._replications = ThreadPoolExecutor(workers + 1, thread_name_prefix="replication")
        self._workers, self._lock = workers, threading.Lock()
        self._pages: OrderedDict[str, Question] = OrderedDict()
        self._open: set[int] = set()

    def ask(self, question: Question) -> None:
        """Take up a question; that of the same page before it is over.

        Raises:
            Old: the page has asked a newer one already.
            Busy: too many wait.
        """
        with self._lock:
            before = self._pages.get(question.page)
            if before is not None and before.number >= question.number:
                raise Old(REFUSED["old"])
            if before is not None:
                before.over.set()
            if len(self._open) >= AT_WORK + WAITING:
                raise Busy(REFUSED["busy"].format(n=WAITING))
            self._pages[question.page] = question
            self._pages.move_to_end(question.page)
            while len(self._pages) > PAGES:
                self._pages.popitem(last=False)[1].over.set()
            self._open.add(id(question))
            self._questions.submit(self._work, question)

    def warm(self, scenario: str) -> None:
        """Get a scenario and the engine ready before they are asked for; what is wrong is told when they are."""

        def work() -> None:
            with suppress(CorridorError):
                self.bases.base(scenario)
                engine_that_runs(self._engine)

        self._questions.submit(work)

    def close(self) -> None:
        """End everything; nothing begins any more."""
        with self._lock:
            for question in self._pages.values():
                question.over.set()
        self._questions.shutdown(wait=False, cancel_futures=True)
        self._replications.shutdown(wait=False, cancel_futures=True)

    def _work(self, question: Question) -> None:
        try:
            question.go_on()
            self._answer(question)
            question.say("done")
        except CancelledError:
            pass
        except InputError as error:
            question.say("refused", problems=str(error).splitlines())
        except CorridorError as error:
            question.say("failed", problems=str(error).splitlines())
        except MemoryError:
            question.say("failed", problems=["out of memory"])
        except Exception:
            self._report(traceback.format_exc())
            question.say("failed", problems=[REFUSED["failed"]])
        finally:
            with self._lock:
                self._open.discard(id(question))
            question.tell({"kind": "over", "question": question.number})

    def _answer(self, question: Question) -> None:
        begun_s = time.monotonic()
        question.say("stage", text=WORDS["reading"])
        base = self.bases.base(question.scenario)
        change = moved(base.world, base.controls, question.changes)
        question.say("stage", text=WORDS["compiling"])
        engine_that_runs(self._engine)
        other: Other | None = None
        if change.values:
            question.say("stage", text=WORDS["building"])
            other = changed(base, change)
            question.go_on()
            question.say("changes", **_changes(other.model, base))
        question.say("stage", text=WORDS["simulating"])
        self._replicate(question, base, other, begun_s)

    def _replicate(self, question: Question, base: Base, other: Other | None, begun_s: float) -> None:
        coming, parts = iter(range(base.of)), list[Part]()
        under_way: list[tuple[float, Future[Part]]] = []

        def begin() -> None:
            replication = next(coming, None)
            if replication is not None:
                step = partial(self._one, question, base, other, replication)
                under_way.append((time.monotonic(), self._replications.submit(step)))

        try:
            begin()  # the first alone, so that it is there soon
            while not (question.shown.is_set() or under_way[0][1].done()):
                question.shown.wait(0.05)
            for _ in range(self._workers - 1):
                begin()
            while under_way:
                since_s, first = under_way.pop(0)
                parts.append(first.result())
                question.go_on()
                begin()
                seconds = round((time.monotonic() - since_s), 1)
                self._tell(question, base, parts if other else None, len(parts), seconds)
                if time.monotonic() - begun_s > LONGEST_S:
                    raise RunError(f"ended after {LONGEST_S // 60} minutes; corridor run has no such limit")
        finally:
            for _, future in under_way:
                future.cancel()

    def _one(self, question: Question, base: Base, other: Other | None, replication: int) -> Part:
        """A replication of the changed corridor, that of the base beside it; the first is told as soon as it has times."""
        question.go_on()
        if other is None:
            return base.part(replication, question.go_on)
        like = other.like(base, replication)
        own = base.part(replication, question.go_on)
        found = Replication(other.model, other.info, replication, self._engine, question.go_on, like)
        part = found.times()
        if replication == 0:
            question.say("found", **base.painter.shown(Side([own]), Side([part]), base.bars))
        question.go_on()
        part = found.with_waits(part)
        question.go_on()
        return part

    def _tell(self, question: Question, base: Base, changed: list[Part] | None, n: int, seconds: float) -> None:
        side = base.side(n, question.go_on)
        shown = base.painter.shown(side, Side(changed) if changed else None, base.bars)
        question.say("found", **shown, seconds=seconds)


@dataclass(frozen=True)
class Other:
    """The changed corridor; ``patched`` if it is a patch of the scenario's model, whose draws it shares."""

    model: Model
    info: RunInfo
    patched: bool

    def like(self, base: Base, replication: int) -> Drawn | None:
        """Draws of the scenario that a patch takes over, where they are kept."""
        return base.like(replication) if self.patched else None


def changed(base: Base, change: Moved) -> Other:
    """The corridor with changes. Raises InputError for those with which it does not pass its checks."""
    patch = Patch(None) if change.uses else base.patcher.patched(change.texts)
    if patch.model is not None:
        return Other(patch.model, run_info(patch.model.world), True)
    world = resolve(load_scenario(base.name, change.texts))  # and these say what is wrong, if something is
    if problems := check(world):
        raise InputError(problems)
    model = build(world)
    refuse_impossible(model)
    return Other(model, run_info(world), False)


def _changes(model: Model, base: Base) -> Told:
    """What is changed, before and after, in words, and what must be said of it."""
    found = effects(model.world, base.world)
    told = [
        {
            "title": one.title,
            "text": WORDS["before_after"].format(before=one.before, after=one.after),
            "effective": one.effective,
            "warnings": list(one.warnings),
        }
        for one in found[:_MOST_EFFECTS]
    ]
    more = len(found) - len(told)
    notes = [note for note in model.world.notes if note not in base.world.notes]
    return {"effects": told, "more": WORDS["and_more"].format(n=more) if more else "", "notes": notes[:_MOST_EFFECTS]}
