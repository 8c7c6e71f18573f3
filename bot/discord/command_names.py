"""The names of commands in what the bot says: Discord shows people their own language's.

Only the bot's own sentences are changed, as they are before their slots are filled, never a member's words.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from string import Formatter
from typing import Final

from bot.discord.markup import escape
from reunite.language import LANGUAGES, Template, command, words_in

_NAMED: Final = re.compile(r"(?<![\w/])/(lost|timezone|link)\b(?! link)")
"""Commands that sentences name; "/lost link" is Slack's."""
_BREAKS: Final = re.compile(r"\*\*|\n")
"""Where a sentence is taken apart before it's shown."""

Naming = Callable[[str, str], str]
"""Returns how a command is named in a language."""


def in_words_of(language: str, said: str) -> str:
    """Return what the bot says to one person, with commands named as Discord shows them in this language."""
    return _renamed(said, _own_words(language, _name))


def in_words_of_all(said: str) -> str:
    """Return what the bot says to several people, who see different names: in its own language, and in English."""
    return _renamed(said, {own: new for language in LANGUAGES for own, new in _own_words(language, _both).items()})


def _renamed(said: str, own_words: Mapping[str, str]) -> str:
    return "\n".join(line if line.startswith(">") else _line_renamed(line, own_words) for line in said.split("\n"))


def _line_renamed(line: str, own_words: Mapping[str, str]) -> str:
    for own, renamed in own_words.items():
        line = line.replace(own, renamed)
    return line


@cache
def _own_words(language: str, name: Naming) -> Mapping[str, str]:
    """Return the parts of sentences that name commands, escaped and not, with other names."""
    named = {
        part for sentence in words_in(language).sentences.values() for part in _parts(sentence) if _NAMED.search(part)
    }
    shown = named | {escape(part) for part in named}
    return {part: _NAMED.sub(lambda found: name(found[1], language), part) for part in shown}


def _parts(sentence: Template) -> list[str]:
    """Return the words of a sentence between its slots."""
    forms = [sentence] if isinstance(sentence, str) else sentence.values()
    return [part for form in forms for words, *_ in Formatter().parse(form) for part in _BREAKS.split(words)]


def _name(key: str, language: str) -> str:
    return f"/{command(key, language).name}"


def _both(key: str, language: str) -> str:
    local, english = _name(key, language), _name(key, "en")
    return local if local == english else f"{local} ({english})"
