"""What a text says that the thing is not."""

import re
from importlib import resources
from typing import Final

from reunite.text.colour_words import COLOUR_WORDS, SHADE_WORDS
from reunite.text.lexicon import to_english
from reunite.text.spelling import mended

_SPACES: Final = re.compile(r"\s{2,}")
_NOT: Final = (
    r"(?:not|isn['’]?t|aren['’]?t|wasn['’]?t|neither|nor|no|non|never|without"
    r"|nicht|kein\w{0,2}|weder|noch|ohne|pas|ni|sans|sin)"
)
_FILLERS: Final = r"(?:(?:the|an?|any|in|of|very|really|be|d\w\w|ein\w{0,2}|es|el|la|le|une?|de|en)\s+)*"
_COLOUR: Final = rf"(?:(?:{'|'.join(SHADE_WORDS)})[\s-]+)?(?:off[\s-]white|{'|'.join(COLOUR_WORDS)})"
_ONE: Final = r"ones?\b(?:\s+(?:with|in|from|that)\b(?:(?!\bbut\b)[^,.;!?])*)?"
_NEGATED: Final = re.compile(
    rf"\b{_NOT}[\s-]+{_FILLERS}{_COLOUR}\b(?:\s+(?:or|oder|ou|o)\s+{_FILLERS}{_COLOUR}\b)*(?:(?:\s+[\w-]+){{0,2}}?\s+{_ONE})?"
    rf"|\b(?:not|isn['’]?t)\s+(?:the|an?)\s+(?:[\w-]+\s+){{0,3}}?{_ONE}"
    rf"|\b{_COLOUR}\s*(?:では|じゃ|は|く)(?:なくて|なく|ない|ありません)",
    re.IGNORECASE,
)
"""A "not" right before a colour, or before "the … one"; in Japanese behind a colour. A "not" of the verb ("I have not
seen my black bag") says nothing of the thing."""


def what_is_said(text: str) -> str:
    """Return a text in English, as far as its words are known, without what it says that the thing is not.

    Typing errors are mended where no word of another language was read.
    """
    english = to_english(text)
    if english == text:
        english = mended(text)
    return _SPACES.sub(" ", _NEGATED.sub(" ", english)).strip()


def tables() -> str:
    """Return the tables by which texts are read: what an encoder's version must tell."""
    folder = resources.files("reunite.text")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in ("lexicon.tsv", "real_words.txt"))
