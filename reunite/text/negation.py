"""Negated words: what a text says the thing is not."""

import re
from typing import Final

from reunite.text.colour_words import COLOUR, SHADE

_SPACES: Final = re.compile(r"[ \t]{2,}")
_NOT: Final = (
    r"(?:not|isn['’]?t|aren['’]?t|wasn['’]?t|neither|nor|no|non|never|without"
    r"|niet|geen|zonder|nicht|kein\w{0,2}|weder|noch|ohne|pas|ni|sans|sin|не)"
)
_FILLERS: Final = r"(?:(?:the|an?|any|in|of|very|really|be|d\w\w|ein\w{0,2}|es|el|la|le|une?|de|en)\s+)*"
_COLOUR: Final = rf"(?:{SHADE}[\s-]+)?(?:off[\s-]white|{COLOUR})"
_ONE: Final = r"ones?\b(?:\s+(?:with|in|from|that)\b(?:(?!\bbut\b)[^,.;!?])*)?"
_NEGATED: Final = re.compile(
    rf"\b(?:{_NOT}[\s-]+{_FILLERS}|n(?:ie|[aã]o) ){_COLOUR}\b"
    rf"(?:\s+(?:or|oder|ou|o)\s+{_FILLERS}{_COLOUR}\b)*(?:(?:\s+[\w-]+){{0,2}}?\s+{_ONE})?"
    rf"|\b(?:not|isn['’]?t)\s+(?:the|an?)\s+(?:[\w-]+\s+){{0,3}}?{_ONE}"
    rf"|\b{_COLOUR}\s*(?:(?:では|じゃ|は|く)(?:なくて|なく|ない|ありません)|(?:말고|아니고|아니라|아닌)\b)"
    rf"|不\s+{_COLOUR}\b(?:\s+of\b)?(?!\s*就)",
    re.IGNORECASE,
)
"""A "not" right before a colour or before "the … one"; in Japanese and Korean after a colour. A "not" of the verb
("I have not seen my black bag") doesn't negate the thing's colour. Of Chinese 不是黑色的, "不 black of" is left."""


_MISSING: Final = (
    r"with\s+(?:(?:an?|the|one|two|some)\s+)?missing"
    r"|(?:is|are|was|were|s)\s+missing\s+(?:an?|the|its|their|one|some)"
)
"""Not "Missing Patagonia jacket", where the thing itself is missing."""
_LACKS: Final = re.compile(
    rf"\b(?:without|no|not|lacks|{_MISSING}|ohne|kein\w{{0,2}}|geen|sans|sin|bez|nie ma|без|нет)"
    rf"[\s-]+{_FILLERS}([^\W\d_]+)"
    r"|([^\W\d_]{1,20}?)(?:がない|はない|なし|無し|[이가은는]? ?없[는음이])",
    re.IGNORECASE,
)
"""What a thing doesn't have: "without a hood", "ohne Kapuze", フードなし, 후드 없는."""


def negated_words(plain: str) -> set[str]:
    """Return the words for what a text says that the thing doesn't have. The text is in its plain form."""
    return {found[1] or found[2] for found in _LACKS.finditer(plain)}


def strip_negations(text: str) -> str:
    """Return a text without the colours and things that it rules out."""
    return _SPACES.sub(" ", _NEGATED.sub(" ", text)).strip()
