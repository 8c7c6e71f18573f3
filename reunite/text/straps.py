"""A watch's strap, which other languages call a bracelet or a belt: "Uhr, braunes Lederarmband"."""

import re
from typing import Final

from reunite.text.colour_words import COLOUR_OR_SHADE

_LOOKS: Final = rf"(?:{COLOUR_OR_SHADE}|leather|rubber|silicone|plastic|metal|steel|fabric|nylon)"
_STRAP: Final = re.compile(
    r"\b(?P<watch>watch|wristwatch|smartwatch|fitbit|garmin)"
    rf"(?P<between>(?: (?:lost|found|missing|{COLOUR_OR_SHADE})\b){{0,2}}[ ]?[,，、;:(–-]?[ ]?)"
    r"(?P<has>(?:with|has|on) (?:a )?)?"
    rf"(?P<before>(?:{_LOOKS} ){{0,3}})(?P<worn>bracelet|belt)\b(?P<after>(?: (?:of|in))?(?: {_LOOKS}\b){{1,3}})?",
    re.IGNORECASE,
)
_MAY_BE_ITS_BELT: Final = re.compile(r"ベルト|\bpas(?:ek|k)|ремеш|ремін|\bcorrea|\briem|[벨밸]트", re.IGNORECASE)
"""Words for a belt that also name a strap; Gürtel, ceinture and cintura don't."""
_NO_STRAP: Final = re.compile(r"\bbransoletk", re.IGNORECASE)
_NEXT: Final = re.compile(r"[,，、;；\n]|\b(?:and|und|y|et|e|i|и)\b|(?<=\w )en\b|と|和")
_OF_A_STRAP: Final = re.compile(r"\b(?:leather|rubber|silicone)\b", re.IGNORECASE)
_JEWELLERY: Final = re.compile(r"\b(?:gold|golden|silver|silvery)\b", re.IGNORECASE)


def name_straps(english: str, written: str) -> str:
    """Call what a watch is worn on its strap, in a translated text.

    A bracelet of which nothing is said, or that is of gold or silver, is another thing: "Uhr, Armband, Ring". In a list
    of things, any bracelet is, unless it's of leather or rubber.
    """
    if _NO_STRAP.search(written):
        return english
    is_list = len(_NEXT.findall(written)) > 1
    may_be_belt = bool(_MAY_BE_ITS_BELT.search(written))
    return _STRAP.sub(lambda found: _named(found, is_list=is_list, may_be_belt=may_be_belt), english)


def _named(found: re.Match[str], *, is_list: bool, may_be_belt: bool) -> str:
    looks = f"{found['before']}{found['after'] or ''}"
    if found["worn"].casefold() == "belt" and not may_be_belt:
        return found[0]
    is_jewellery = _JEWELLERY.search(looks) or (is_list and not _OF_A_STRAP.search(looks))
    if not found["has"] and (not looks or is_jewellery):
        return found[0]
    has = "with " if found["has"] or not found["between"].strip() else ""
    return f"{found['watch']}{found['between']}{has}{found['before']}strap{found['after'] or ''}"
