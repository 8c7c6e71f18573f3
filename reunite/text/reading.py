"""Whether a text is in a language whose everyday words are known."""

import re
from functools import lru_cache
from typing import Final

from reunite.text import words
from reunite.text.content import content_of
from reunite.text.frequency import Frequency, frequency
from reunite.text.heads import things_in
from reunite.text.normalise import normalise

_WORD: Final = re.compile(r"[^\W\d_]{3,}|[^\W\d_a-z]{2}")
_IN_CODE: Final = re.compile(r"(?<!\S)[^\s\d]{0,64}\d\S*")
_OTHER_SCRIPT: Final = re.compile(r"[\u0370-\u1dff\u2c00-\u2dff\ua4d0-\ud7ff]")
"""Greek, Cyrillic, Arabic, Indic, Thai, Hangul and so on: not Latin, kana or Chinese characters."""
_INSIDE: Final = re.compile(r"(?<=[^\s.!?:])[ \t]([^\W\d_]\w+)")
_MIN_UNKNOWN: Final = 3
"""Unknown words in Latin letters; fewer may be brands and names."""
_MUCH: Final = 0.5


@lru_cache(maxsize=16_384)
def is_readable(text: str) -> bool:
    """Whether enough of a text's words are known to tell its thing from talk."""
    original = _IN_CODE.sub(" ", content_of(text).thing)
    english = normalise(original)
    if things_in(english) - things_in(original):
        return True  # a thing was translated
    found = _WORD.findall(words.plain(english))
    unknown = [word for word in found if frequency(word) is Frequency.UNUSUAL]
    is_other_script = any(map(_OTHER_SCRIPT.search, unknown))
    return len(unknown) < _MUCH * len(found) or (len(unknown) < _MIN_UNKNOWN and not is_other_script)


def names_in(text: str) -> frozenset[str]:
    """Return the plain forms of the words that are capitalised within a sentence."""
    return frozenset(words.plain(word) for word in _INSIDE.findall(text) if word[0].isupper())
