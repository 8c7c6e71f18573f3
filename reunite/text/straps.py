"""A watch's strap, which other languages call a bracelet or a belt: "Uhr, braunes Lederarmband"."""

import re
from typing import Final

from reunite.text.colour_words import COLOUR_OR_SHADE

_LOOKS: Final = rf"(?:{COLOUR_OR_SHADE}|leather|rubber|silicone|plastic|metal|steel|fabric|nylon)"
_STRAP: Final = re.compile(
    r"\b(?P<watch>watch|wristwatch|smartwatch|fitbit|garmin)"
    rf"(?P<between>(?: (?:lost|found|missing|{COLOUR_OR_SHADE})\b){{0,2}}[ ]?[,，、;:(–-]?[ ]?)"
    r"(?P<has>(?:with|has|on) (?:a )?)?"
    rf"(?P<before>(?:{_LOOKS} ){{0,3}})(?:bracelet|belt)\b(?P<after>(?: (?:of|in))?(?: {_LOOKS}\b){{1,3}})?",
    re.IGNORECASE,
)
_JEWELLERY: Final = re.compile(r"\b(?:gold|golden|silver|silvery)\b", re.IGNORECASE)


def name_straps(english: str) -> str:
    """Call what a watch is worn on its strap, in a translated text.

    A bracelet of which nothing is said, or that is of gold or silver, is another thing: "Uhr, Armband, Ring".
    """
    return _STRAP.sub(_named, english)


def _named(found: re.Match[str]) -> str:
    looks = f"{found['before']}{found['after'] or ''}"
    if not found["has"] and (not looks or _JEWELLERY.search(looks)):
        return found[0]
    has = "with " if found["has"] or not found["between"].strip() else ""
    return f"{found['watch']}{found['between']}{has}{found['before']}strap{found['after'] or ''}"
