"""Whether a text in a channel for lost things reads as somebody's loss."""

import re
from functools import partial
from typing import Final

from reunite.text.colour_words import named_colours
from reunite.text.content import content_of
from reunite.text.heads import names_a_thing
from reunite.text.normalise import normalise
from reunite.text.places import locate
from reunite.text.words import any_listed, plain

_any: Final = partial(any_listed, "losses.toml")
_CLAUSE_ENDS: Final = r"(?=\s{0,3}(?:[,.;!?…、。，！？)\n—–]|\Z))"
_FIGURATIVELY: Final = re.compile(_any("figuratively") + _CLAUSE_ENDS)
_MISSED: Final = re.compile(rf"[?？]|{_any('lost')}|{_any('missed')}")
_BACK: Final = re.compile(rf"{_any('mine')}|{_any('back')}{_CLAUSE_ENDS}")
_PRAISES: Final = f"(?:{_any('praise')}|{_any('thanks')})"
_PRAISE: Final = re.compile(rf"\A\W{{0,5}}{_PRAISES}(?! s\b)|{_PRAISES}\W{{0,5}}\Z")
_ARTICLE: Final = re.compile(r"\A\W{0,5}(?:the|der|die|das|el|la|los|las|le|les|l|il|lo|gli|os?|as?|de|het)\b")
_PAUSE: Final = re.compile(r"[,.;:!?…、。，！？\n][^\S\n]*\w")
_WORD: Final = re.compile(r"\w+")
_MOST_PRAISED: Final = 2
"""Words of what is praised: "that hat". A description says more."""


def reads_as_loss(text: str) -> bool:
    """Return whether a text names a thing, unless it only praises it, thanks for it or says that it's there again.

    A doubtful text is a loss: an owner without an answer is worse off than others with a needless offer.
    """
    words, thing = plain(text), plain(content_of(text).thing)
    said = _FIGURATIVELY.sub(" ", thing)
    if not names_a_thing(text if said == thing else said):
        return False
    return bool(_MISSED.search(words)) or not (_BACK.search(words) or _is_praise(text))


def _is_praise(text: str) -> bool:
    """Whether praise is all that a text says of a thing: no colour, no place and no time."""
    said, count = _PRAISE.subn(" ", plain(text))
    if not count or _PAUSE.search(said) or len(_WORD.findall(_ARTICLE.sub(" ", said))) > _MOST_PRAISED:
        return False
    return not named_colours(normalise(text)) and not locate(text).places
