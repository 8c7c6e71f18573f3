"""Whether a text reads as somebody's find."""

import re
from typing import Final

from reunite.text.data import read_toml
from reunite.text.heads import names_a_thing
from reunite.text.phrases import any_of, listed_in
from reunite.text.places import locate
from reunite.text.words import plain

_LISTS: Final = read_toml("finds.toml")
_SENTENCE: Final = re.compile(r"[^.!?…\n。！？]+[.!?…\n。！？]*")


def _any(key: str) -> str:
    return any_of(plain(phrase) for phrase in listed_in(_LISTS[key]))


_NO_FIND: Final = re.compile(rf"\A\W{{0,5}}{_any('begins')}|{_any('loss')}")
_FOUND: Final = re.compile(_any("found"))
_ASKED: Final = re.compile(r"[,，、–—][^,，、–—]*\Z")
"""What a question asks about a find: "Found keys, anyone's?"."""
_TALK: Final = re.compile(_any("talk"))
_LONGEST_NAME: Final = 60
"""Letters of the longest text that may only name a thing: "AirPods case, white"."""
_OWN: Final = re.compile(rf"(?P<place>{_any('beside')}[ ])?{_any('own')}")


def reads_as_find(text: str) -> bool:
    """Return whether a text names a thing alone, or states that it was found or where it is.

    No question and no loss of its author is one. Here a doubtful text is none: its author can still report it.
    """
    said = plain(text)
    if _NO_FIND.search(said) or any(own["place"] is None for own in _OWN.finditer(said)):
        return False
    stated = "".join(map(_stated, _SENTENCE.findall(text)))
    if not (_only_names(stated) or _FOUND.search(plain(stated)) or locate(stated).places):  # such as "Nice hat!"
        return False
    return names_a_thing(stated)


def _only_names(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and not _TALK.search(plain(text))


def _stated(sentence: str) -> str:
    """Return what a sentence states: of a question, only what it says was found."""
    if not sentence.rstrip().endswith(("?", "？")):
        return sentence
    said = _ASKED.sub(". ", plain(sentence), count=1) if _ASKED.search(sentence) else ""
    return said if _FOUND.search(said) else ""
