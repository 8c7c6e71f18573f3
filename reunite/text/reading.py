"""Whether a text is in a language whose everyday words are known."""

import re
from collections.abc import Sequence
from typing import Final

from reunite.text import words
from reunite.text.colour_words import COLOUR_WORDS
from reunite.text.content import content_of
from reunite.text.frequency import Frequency, frequency
from reunite.text.heads import things_in
from reunite.text.lexicon import ENGLISH_WORDS
from reunite.text.normalise import normalise

_WORD: Final = re.compile(r"[^\W\d_]{3,}|[^\W\d_a-z]{2}")
_IN_CODE: Final = re.compile(r"(?<!\S)[^\s\d]{0,64}\d\S*")
_OTHER_SCRIPT: Final = re.compile(r"[\u0370-\u1dff\u2c00-\u2dff\ua4d0-\ud7ff]")
"""Greek, Cyrillic, Arabic, Indic, Thai, Hangul and so on: not Latin, kana or Chinese characters."""
_INSIDE: Final = re.compile(r"(?<=[^\s.!?:])[ \t]([^\W\d_]\w+)")
_ENGLISH: Final = frozenset(
    (
        *("the", "and", "from", "with", "have", "anyone", "anybody", "someone", "left", "missing"),
        *("please", "near", "your", "our", "been", "which", "there"),
    )
)
"""Words of English alone, which say the language also where the thing has an unusual name.

"Lost" and "found" say nothing: they head posts in all languages.
"""
_MIN_UNKNOWN: Final = 3
"""Unknown words in Latin letters; fewer may be brands and names."""
_MUCH: Final = 0.5


def is_readable(text: str) -> bool:
    """Whether enough of a text's words are known to tell its thing from talk."""
    thing = content_of(text).thing
    return can_read(text, thing, normalise(thing))


def can_read(text: str, thing: str, english: str) -> bool:
    """Like `is_readable`, given the text's description of its thing and what `normalise` makes of that."""
    if len(_ENGLISH.intersection(words.plain(text).split())) > 1 and not _OTHER_SCRIPT.search(text):
        return True
    original = _IN_CODE.sub(" ", thing)
    if original != thing:
        english = normalise(original)
    if things_in(english) - things_in(original):
        return True  # a thing was translated
    found = _WORD.findall(words.plain(english))
    if _names_an_english_thing(original, found):
        return True
    unknown = [word for word in found if frequency(word) is Frequency.UNUSUAL]
    is_other_script = any(map(_OTHER_SCRIPT.search, unknown))
    return len(unknown) < _MUCH * len(found) or (len(unknown) < _MIN_UNKNOWN and not is_other_script)


def _names_an_english_thing(text: str, found: Sequence[str]) -> bool:
    """Whether a text has two things, or one and a second word of the lexicon's English: "silver thumb ring"."""
    things = things_in(text)
    return len(things) > 1 or (
        bool(things)
        and any(word in ENGLISH_WORDS or word in COLOUR_WORDS for word in found if words.stem(word) not in things)
    )


def names_in(text: str) -> frozenset[str]:
    """Return the plain forms of the words that are capitalised within a sentence."""
    return frozenset(words.plain(word) for word in _INSIDE.findall(text) if word[0].isupper())
