"""Whether a text tells anything of a thing: "found this" and "wem gehört das?" don't."""

import re
from typing import Final

from reunite.text import lexicon
from reunite.text.data import read_toml
from reunite.text.phrases import any_of, listed
from reunite.text.word_lists import STOP_WORDS
from reunite.text.words import plain

_LISTS: Final = read_toml("telling.toml")
_LISTED: Final = frozenset(plain(word) for words in _LISTS["words"].values() for word in words.split())
_WORDS: Final = _LISTED | frozenset(map(plain, STOP_WORDS))
_BEGINNINGS: Final = frozenset(word.removesuffix("*") for word in _LISTED if word.endswith("*"))
_LONGEST: Final = max(map(len, _BEGINNINGS))
_PHRASES: Final = re.compile(any_of(listed(*map(plain, _LISTS["phrases"]["all"].split(",")))))
_BRANDS: Final = frozenset(map(plain, listed(_LISTS["brands"])))
_WORD: Final = re.compile(r"[^\W\d_]+")
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff々]+")
_PIECES: Final = frozenset(plain(piece) for pieces in _LISTS["pieces"].values() for piece in pieces.split())
_LONGEST_PIECE: Final = max(map(len, _PIECES))


def tells(text: str, thing: str) -> bool:
    """Whether a text, whose description of its thing is given, says more than that something was lost or found."""
    words = _WORD.findall(_PHRASES.sub(" ", plain(thing)))
    return plain(text).strip() in _BRANDS or any(_tells(piece) for word in words for piece in _split(word))


def _split(word: str) -> list[str]:
    return [*_UNSPACED.findall(word), *filter(None, _UNSPACED.split(word))]


def _tells(word: str) -> bool:
    if _UNSPACED.match(word):
        return not _is_covered(word)
    if word in _WORDS or (len(word) == 1 and word.isascii()):
        return False
    english = lexicon.to_english(word)
    begins = any(word[:length] in _BEGINNINGS for length in range(1, min(len(word), _LONGEST) + 1))
    known = english != word and _WORDS.issuperset(english.split())
    return not known and not (begins and english == word)


def _is_covered(text: str) -> bool:
    """Whether pieces that tell nothing make up the whole text."""
    reached = {0}
    for start in range(len(text)):
        if start in reached:
            reached.update(
                start + length for length in range(1, _LONGEST_PIECE + 1) if text[start : start + length] in _PIECES
            )
    return len(text) in reached
