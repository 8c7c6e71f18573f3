"""How frequent words are in everyday language, so that few reports don't make every word rare."""

from enum import IntEnum
from typing import Final

from reunite.text import lexicon
from reunite.text.colour_words import COLOUR_WORDS
from reunite.text.data import read_toml
from reunite.text.other_scripts import OTHER_SCRIPT
from reunite.text.place_words import EVENTS, FURNITURE, SITES
from reunite.text.remembered import remembered
from reunite.text.word_lists import STOP_WORDS
from reunite.text.words import is_code, plain

_LISTS: Final = read_toml("everyday.toml")
_ENDINGS: Final = (
    *(
        "ness",
        "ies",
        "ing",
        "ers",
        "est",
        "ern",
        "ly",
        "ed",
        "er",
        "es",
        "en",
        "em",
        "as",
        "os",
        "s",
        "d",
        "e",
        "n",
        "a",
        "o",
    ),
    *("t", "r", "x", "m"),
)
_REPLACED: Final = {"ies": "y", "as": "o", "a": "o", "ing": "e"}
_MIN_STEM: Final = 3


class Frequency(IntEnum):
    """How common a word is in everyday language."""

    UNUSUAL = 0
    EVERYDAY = 1
    COMMON = 2


def _listed(table: str) -> frozenset[str]:
    return frozenset(word for words in _LISTS[table].values() for word in words.split())


_COMMON: Final = _listed("common") | frozenset(map(plain, STOP_WORDS))
_EVERYDAY: Final = _listed("everyday") | frozenset(map(plain, COLOUR_WORDS)) | SITES | FURNITURE | EVENTS


@remembered(16_384)
def frequency(word: str) -> Frequency:
    """Return how frequent a plain word is, in any of our languages, as it is or without its ending.

    Of Japanese and Chinese, the lexicon's words are everyday ones; hiragana and single characters alone are common. A
    word in another script is as frequent as its English.
    """
    if is_code(word):
        return Frequency.UNUSUAL
    forms = (word, *_stems(word))
    if any(form in _COMMON for form in forms):
        return Frequency.COMMON
    if OTHER_SCRIPT.match(word) and (english := lexicon.to_english(word)) != word:
        is_common = all(frequency(part) is Frequency.COMMON for part in english.split())
        return Frequency.COMMON if is_common else Frequency.EVERYDAY
    if any(form in _EVERYDAY for form in forms) or lexicon.is_known(word) or lexicon.to_english(word) != word:
        return Frequency.EVERYDAY
    return Frequency.COMMON if _is_grammar(word) else Frequency.UNUSUAL


def _stems(word: str) -> list[str]:
    stems = [
        word.removesuffix(ending) + instead
        for ending in _ENDINGS
        if word.endswith(ending)
        for instead in ("", _REPLACED.get(ending, ""))
    ]
    return [stem for stem in stems if len(stem) >= _MIN_STEM]


def _is_grammar(word: str) -> bool:
    """Whether a word is hiragana alone (an ending, a particle) or a single character (the stem of a verb)."""
    is_one = len(word) == 1 and not word.isascii()
    return is_one or all("\u3040" <= char <= "\u309f" for char in word)
