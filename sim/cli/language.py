"""The language of a command: chosen before anything is said, so that its help and its errors are in it too."""

from __future__ import annotations

import gettext
import inspect
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from sim.language.languages import chosen_language
from sim.language.words import DOMAIN, LOCALES, language, tr, use
from sim.terminal import plain_errors, say

OPTION = "--language"
_SAID_BY_LIBRARIES = (
    "Show this message and exit.",
    "Install completion for the current shell.",
    "Show completion for the current shell, to copy it or customize the installation.",
)
Language = Annotated[str | None, typer.Option(OPTION, metavar="CODE", help="such as ru (default: the locale's)")]
#: What gettext itself asks for a language, of words that come from the libraries.
_OF_SYSTEM = "LANGUAGE"


def asked_language(arguments: Sequence[str]) -> str | None:
    """What the last ``--language`` of a command line names; None where there is none."""
    found = None
    for k, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == OPTION:
            found = arguments[k + 1] if k + 1 < len(arguments) else None
        elif argument.startswith(f"{OPTION}="):
            found = argument.partition("=")[2]
    return found


@contextmanager
def language_of_command(arguments: Sequence[str]) -> Iterator[None]:
    """Speak the language that a command line, the environment or the locale asks for; then that of before.

    Leaves with exit code 2 where the language is not known. Of a language that is not whole it is said once.
    """
    before, of_system = language(), os.environ.get(_OF_SYSTEM)
    with plain_errors():
        found = chosen_language(asked_language(arguments))
    use(found.code)
    if found is not before:
        gettext.bindtextdomain(DOMAIN, str(LOCALES))
        gettext.textdomain(DOMAIN)  # words of the libraries, such as "Usage", are asked of it
        os.environ[_OF_SYSTEM] = found.code
    if not found.whole and not {"-q", "--quiet"} & set(arguments):
        say(f"{found.name} ({found.own_name}) is prepared, not whole: words that are not translated are in English")
    try:
        yield
    finally:
        use(before.code)
        if of_system is None:
            os.environ.pop(_OF_SYSTEM, None)
        else:
            os.environ[_OF_SYSTEM] = of_system


class Told(TyperCommand):
    """A command whose help is in the language."""

    def get_help(self, ctx: Any) -> str:
        """Help with what the libraries say themselves."""
        return _of_libraries(super().get_help(ctx))


class Program(TyperGroup):
    """The ``corridor`` command, with its help in the language."""

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """Choose the language before the first option is read; it holds until the command is over."""
        speaking = language_of_command(args)
        speaking.__enter__()
        try:
            context = super().make_context(info_name, args, parent, **extra)
        except BaseException:
            speaking.__exit__(None, None, None)
            raise
        context.call_on_close(lambda: speaking.__exit__(None, None, None))
        return context

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command with its help in the language."""
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            _translate(command)
        return command

    def get_help(self, ctx: Any) -> str:
        """Help in the language."""
        _translate(self)
        return _of_libraries(super().get_help(ctx))


def with_language(command: Callable[..., None]) -> Callable[..., None]:
    """A command that takes ``--language`` too, which has been read before it began."""

    @wraps(command)
    def speaking(**given: Any) -> None:
        given.pop("language")
        command(**given)

    taken = inspect.signature(command, eval_str=True)
    option = inspect.Parameter("language", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Language)
    parameters = [*taken.parameters.values(), option]
    del speaking.__dict__["__wrapped__"]  # its signature is another
    speaking.__annotations__ = {p.name: p.annotation for p in parameters}
    speaking.__dict__["__signature__"] = inspect.Signature(parameters)
    return speaking


def _of_libraries(text: str) -> str:
    """Help with the words in the language that the libraries do not ask anybody for."""
    text = text.replace("Usage:", tr("Usage:"), 1)
    for words in _SAID_BY_LIBRARIES:
        text = re.sub(r"\s+".join(map(re.escape, words.split())), tr(words), text)
    return text


def _translate(command: Any) -> None:
    """Put the help of a command and of its options in the language; what they were in English is kept."""
    for thing in (command, *command.params):
        if not hasattr(thing, "english_help"):
            thing.english_help = inspect.cleandoc(getattr(thing, "help", None) or "")
        if thing.english_help:
            thing.help = "\n\n".join(map(tr, thing.english_help.split("\n\n")))
