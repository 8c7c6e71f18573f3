"""What a text rules out before it says which thing is meant: "not the black bag, the green one", "no es la negra"."""

import re
from typing import Final

from reunite.text.colour_words import COLOUR_OR_SHADE
from reunite.text.lexicon import to_english

_RULES_OUT: Final = re.compile(
    r"(?:^|(?<=[.!?:\n] )|(?<=[。！？]))\s{0,3}"
    r"(?:no (?:es|era|son|eran) (?:el|la|los|las)\b|(?:c['’]est |(?:ce )?n['’](?:est|était) )?pas (?:les?\b|la\b|l['’])"
    r"|non (?:è |era |sono )?(?:il|lo|la|i|gli|le)\b|n[aã]o (?:é|era|são) [ao]s?\b|nie (?:ta|ten|to|te|ci)\b|不是)"
    r"(?P<thing>[^,，.;!?\n]{2,40})(?=[,，;.!])",
    re.IGNORECASE,
)
_COLOUR: Final = re.compile(rf"\b{COLOUR_OR_SHADE}\b", re.IGNORECASE)


def without_what_it_is_not(text: str) -> str:
    """Return a text that begins with what the thing isn't, without that colour, if another one follows."""
    found = _RULES_OUT.search(text)
    if not found or not (_names_a_colour(found["thing"]) and _names_a_colour(text[found.end() :])):
        return text
    kept = [word for word in found["thing"].split() if not _COLOUR.fullmatch(to_english(word))]
    thing = " ".join(kept) if len(kept) < len(found["thing"].split()) else _COLOUR.sub(" ", to_english(found["thing"]))
    return f"{text[: found.start()]} {thing.strip()}{text[found.end() :]}".strip()


def _names_a_colour(text: str) -> bool:
    return bool(_COLOUR.search(to_english(text)))
