"""Whether a text reads as somebody's find."""

import re
from functools import partial
from typing import Final

from reunite.text.brands import brands_in
from reunite.text.colour_words import COLOURS_AND_SHADES
from reunite.text.content import content_of
from reunite.text.data import read_toml
from reunite.text.heads import may_name_a_thing, names_a_thing
from reunite.text.normalise import normalise
from reunite.text.places import locate
from reunite.text.word_lists import QUANTITIES
from reunite.text.words import any_listed, plain

_LISTS: Final = read_toml("finds.toml")
_any: Final = partial(any_listed, "finds.toml")
_SENTENCE: Final = re.compile(r"[^.!?…\n。！？]+[.!?…\n。！？]*")
_NO_FIND: Final = re.compile(rf"\A\W{{0,5}}{_any('begins')}|{_any('loss')}|{_any('small_talk')}")
_FULL_OR_EMPTY: Final = re.compile(_any("full_or_empty"))
_FOUND_OR_LAY: Final = re.compile(rf"(?<!and ){_any('found_or_lay')}")
_FOUND: Final = re.compile(
    rf"{_any('found')}|\A\W{{0,5}}{_any('this')}(?:(?!{_any('of_the_author')})[^.!?\n。！？]){{0,60}}?{_any('since')}"
)
_ASKED: Final = re.compile(r"[,，、–—][^,，、–—]*\Z")
"""What a question asks about a find: "Found keys, anyone's?"."""
_IF_MISSED: Final = (
    rf"(?:{_any('if_anyone')}[^.!?\n。！？]{{0,60}}?{_any('misses')}|{_any('misses')}{_any('if_anyone')})"
    rf"[^.!?\n。！]{{0,60}}?[?？]?{_any('have_it')}"
)
_ASKS_WHOSE: Final = re.compile(rf"{_IF_MISSED}|{_any('whose')}(?! noch\b)")
"""But "fehlt jemandem noch ein Ticket?" asks who needs one."""
_WHO_LEFT: Final = (
    r"(?:^|(?<=[.!?\n] ))\W{0,3}who (?:has |s )?(?:left|forgot|lost) (?:this|these|their|his|her|an?|some)\b"
    r"(?![^.!?\n]{0,60}\b(?:on|open|unlocked|running|dirty|mind|bet|way|voice|weight|temper|password|match|game)\b\s{0,3}(?:[.!?\n]|\Z))"
)
"""What a finder asks: "who left this scarf?", but not "who left the heater on?", after which nobody looks for one."""
_WHOSE: Final = re.compile(
    rf"{_ASKS_WHOSE.pattern}|{_WHO_LEFT}|{_any('someone')}(?:(?!{_any('of_the_author')})[^.!?\n。！？]){{0,60}}?{_any('has_left')}"
)
_LOST_ALONE: Final = re.compile(
    rf"\A\W{{0,5}}(?:\w{{1,40}}[^\S\n]{{1,3}}){{0,5}}?\w{{0,12}}?{_any('lost_alone')}\s{{0,3}}(?:[.!,\n。！，]|\Z)"
)
_TURN: Final = re.compile(_any("turn"))
_I_LEFT: Final = re.compile(rf"\A\W{{0,5}}{_any('i_left')}")
_HANDED_IN: Final = re.compile(rf"{_I_LEFT.pattern}\s{{0,3}}{_any('some')}.{{0,80}}?{_any('kept_at')}")
_FOUND_THIS: Final = re.compile(_any("found_this"))
_LAY_THERE: Final = re.compile(rf"(?<!ich )(?<!ik ){_any('lay_there')}(?! (?:it|them)\b)")
_BESIDE_THIS: Final = re.compile(_any("beside_this"))
_WORD: Final = re.compile(r"\w+")
_SAID: Final = QUANTITIES.union(COLOURS_AND_SHADES, *(words.split() for words in _LISTS["said"].values()))
_LONGEST_NAME: Final = 60
"""Letters of the longest text that may only name a thing: "AirPods case, white"."""
_OWN: Final = re.compile(rf"(?P<place>{_any('beside')}[ ])?{_any('own')}(?![^.!?\n。！？]{{0,60}}?{_any('and_found')})")
"""What is the author's own, unless they were busy with it when they found another thing."""


def reads_as_find(text: str) -> bool:
    """Return whether a text names a thing alone, or states that it was found or where it is.

    No loss of its author is one, and of questions only whose a thing is. Here a doubtful text is none: its author can
    still report it.
    """
    words = plain(text)
    said = _ASKS_WHOSE.sub(" ", words)  # "vermisst jemand" is no loss
    if _NO_FIND.search(said) or _TURN.search(words) or any(own["place"] is None for own in _OWN.finditer(said)):
        return False
    if _LOST_ALONE.search(said) and not (_WHOSE.search(words) or _FOUND_OR_LAY.search(words)):
        return False
    is_handed_in = bool(_HANDED_IN.search(words))
    if (_I_LEFT.search(words) and not is_handed_in) or _is_only_full_or_empty(words):
        return False
    if _only_says_that_found(text):
        return True
    stated = _stated_in(text)
    return names_a_thing(stated) and (is_handed_in or _says_where_or_that_found(stated) or _only_names(stated))


def _only_says_that_found(text: str) -> bool:
    """Whether a post says that something was found, or where it lay, and no more: its photo may be missing."""
    said, count = _FOUND_THIS.subn(". ", plain(text))
    located = locate(said if count else text)
    rest = plain(located.rest)
    if not count and located.places:
        rest, count = _LAY_THERE.subn(" ", rest)
    return count > 0 and not _WORD.search(_BESIDE_THIS.sub(" ", _ASKS_WHOSE.sub(" ", rest)))


def _is_only_full_or_empty(words: str) -> bool:
    """Whether something is full and nothing was found: of a wallet that was, it says more."""
    return bool(_FULL_OR_EMPTY.search(words)) and not _FOUND_OR_LAY.search(words)


def _says_where_or_that_found(stated: str) -> bool:
    said = plain(stated)
    return bool(_FOUND.search(said) or _WHOSE.search(said) or locate(stated).places)


def _only_names(text: str) -> bool:
    """Whether every word is about what a thing is and looks like: not "New phone!"."""
    if len(text) > _LONGEST_NAME:
        return False
    words = _WORD.findall(plain(normalise(content_of(text).thing)))
    return all(word.isdigit() or word in _SAID or may_name_a_thing(word) or brands_in(word) for word in words)


def _stated_in(text: str) -> str:
    """Return what a text states: of its questions, only what they say was found, and whose it is."""
    return "".join(map(_stated, _SENTENCE.findall(text)))


def _stated(sentence: str) -> str:
    """Return what a sentence states: of a question, only what it says was found, and whose it is."""
    if not sentence.rstrip().endswith(("?", "？")) or _WHOSE.search(plain(sentence)):
        return sentence
    said = _ASKED.sub(". ", plain(sentence), count=1) if _ASKED.search(sentence) else ""
    return said if _FOUND.search(said) else ""
