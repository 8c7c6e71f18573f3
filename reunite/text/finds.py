"""Whether a text reads as somebody's find."""

import re
from typing import Final

from reunite.text.brands import brands_in
from reunite.text.colour_words import COLOURS_AND_SHADES
from reunite.text.content import content_of
from reunite.text.data import read_toml
from reunite.text.heads import may_name_a_thing, names_a_thing
from reunite.text.normalise import normalise
from reunite.text.phrases import any_of, listed_in
from reunite.text.places import locate
from reunite.text.word_lists import QUANTITIES
from reunite.text.words import plain

_LISTS: Final = read_toml("finds.toml")
_SENTENCE: Final = re.compile(r"[^.!?…\n。！？]+[.!?…\n。！？]*")


def _any(key: str) -> str:
    return any_of(plain(phrase) for phrase in listed_in(_LISTS[key]))


_NO_FIND: Final = re.compile(rf"\A\W{{0,5}}{_any('begins')}|{_any('loss')}")
_FOUND: Final = re.compile(_any("found"))
_ASKED: Final = re.compile(r"[,，、–—][^,，、–—]*\Z")
"""What a question asks about a find: "Found keys, anyone's?"."""
_WHOSE: Final = re.compile(_any("whose"))
_WORD: Final = re.compile(r"\w+")
_SAID: Final = QUANTITIES.union(COLOURS_AND_SHADES, *(words.split() for words in _LISTS["said"].values()))
_LONGEST_NAME: Final = 60
"""Letters of the longest text that may only name a thing: "AirPods case, white"."""
_OWN: Final = re.compile(rf"(?P<place>{_any('beside')}[ ])?{_any('own')}")


def reads_as_find(text: str) -> bool:
    """Return whether a text names a thing alone, or states that it was found or where it is.

    No loss of its author is one, and of questions only whose a thing is. Here a doubtful text is none: its author can
    still report it.
    """
    said = _WHOSE.sub(" ", plain(text))  # "vermisst jemand" is no loss
    if _NO_FIND.search(said) or any(own["place"] is None for own in _OWN.finditer(said)):
        return False
    stated = "".join(map(_stated, _SENTENCE.findall(text)))
    return names_a_thing(stated) and (_says_where_or_that_found(stated) or _only_names(stated))


def _says_where_or_that_found(stated: str) -> bool:
    said = plain(stated)
    return bool(_FOUND.search(said) or _WHOSE.search(said) or locate(stated).places)


def _only_names(text: str) -> bool:
    """Whether every word is about what a thing is and looks like: not "New phone!"."""
    if len(text) > _LONGEST_NAME:
        return False
    words = _WORD.findall(plain(normalise(content_of(text).thing)))
    return all(word.isdigit() or word in _SAID or may_name_a_thing(word) or brands_in(word) for word in words)


def _stated(sentence: str) -> str:
    """Return what a sentence states: of a question, only what it says was found, and whose it is."""
    if not sentence.rstrip().endswith(("?", "？")) or _WHOSE.search(plain(sentence)):
        return sentence
    said = _ASKED.sub(". ", plain(sentence), count=1) if _ASKED.search(sentence) else ""
    return said if _FOUND.search(said) else ""
