"""Whether a text in a channel for lost things reads as somebody's loss."""

import re
from typing import Final

from reunite.text.data import read_toml
from reunite.text.finds import LISTS as FINDS
from reunite.text.finds import is_question, sentences, stated_in
from reunite.text.heads import names_a_thing
from reunite.text.phrases import any_of, listed_in
from reunite.text.words import plain

_LISTS: Final = read_toml("losses.toml")


def _any(*lists: dict[str, str]) -> str:
    return any_of(plain(phrase) for each in lists for phrase in listed_in(each))


_THANKS: Final = re.compile(rf"\A\W{{0,5}}{_any(_LISTS['thanks'])}")
_BACK: Final = re.compile(_any(_LISTS["back"]))
_FIGURATIVELY: Final = re.compile(_any(_LISTS["figuratively"]))
_LOST: Final = re.compile(_any(_LISTS["lost"], FINDS["loss"]))
_OWN: Final = re.compile(_any(FINDS["own"]))
_TALK: Final = re.compile(_any(_LISTS["talk"], FINDS["small_talk"]))
_BRIEF: Final = 60
"""Letters of the longest text that may be only talk about a thing; a description says more."""


def reads_as_loss(text: str) -> bool:
    """Return whether a text says that a thing is missed or its author's, or describes one.

    What is settled is no loss, nor is a compliment, or a question about anything else.
    """
    words = plain(text)
    said = _FIGURATIVELY.sub(" ", words)
    if _THANKS.search(said) or _is_back(text) or not names_a_thing(text):
        return False
    if _LOST.search(said) or _OWN.search(said):
        return True
    stated = stated_in(text)
    is_talk = len(stated) <= _BRIEF and _TALK.search(plain(stated))
    return said == words and names_a_thing(stated) and not is_talk


def _is_back(text: str) -> bool:
    """Whether a thing is said to be there again; a question only asks for that."""
    return any(_BACK.search(plain(sentence)) for sentence in sentences(text) if not is_question(sentence))
