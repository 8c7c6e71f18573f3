"""People who are spoken to or speak, and pets that lose things: all called like a thing that a text may be about."""

import re
from typing import Final

_ADDRESSED: Final = re.compile(
    r"\A\W{0,5}(?:(?:dear|good|hello|hey|hi)\s)?"
    r"(?:(?!(?:my|our|the|an?|lost|found|toy|duplo|lego|little|plastic|playmobil|wooden)\b)[^\W\d_]{1,15}\s){0,2}"
    r"(?:(?:members|lovers|people|folks|owners|users)|(?:account|permit|plot|season)[ -]holders"
    r"|(?<=dear )(?:badge|card|key|pass|ticket)[ -]holders)(?=\s*(?:$|[,.:!–-]))",
    re.IGNORECASE,
)
"""Whom a text addresses: "Hello board members, …", "bike people!"."""
_SPEAKING: Final = re.compile(
    r"\A\W{0,5}(?:(?:your|the|bus|coach|delivery|night|school|security|taxi|train|tram|van)\s){0,2}"
    r"(?:cleaner|coach|conductor|cook|driver|guard|keeper|pilot|reader|runner)\shere(?=\s*[,.:;!–-])",
    re.IGNORECASE,
)
"""Who writes: "Bus driver here, …"."""
_TOYS: Final = (
    "airpods?|balloon|beanie|ceramic|charm|crochet\\w*|cuddly|duplo|figure|figurine|glass|inflatable|jellycat|key|keychain|keyring"
    "|knitted|lego|little|ornament|plastic|playmobil|plush\\w*|puppet|rubber|soft|squishmallow|statue|stuffed|toy|wooden|woollen"
)
"""What makes an animal no pet: "toy dog", "bunny keychain"."""
_BODY: Final = (
    "ears?|eyes?|tail|legs?|paws?|feet|foot|nose|arms?|heads?|horn|mane|whiskers|wings?|mouth|tongue|stuffing"
)
"""What no pet loses, but a toy may."""
_PET: Final = re.compile(
    r"(?:^|(?<=[.!?,;:\n])|(?<=[.!?,;:\n] ))(?:(?!(?:lost|found|missing|a|an|" + _TOYS + r")\b)[^\W\d_]{1,20}\s){0,3}"
    r"(?:dog|puppy|pup|doggo|cat|kitten|kitty|rabbit|bunny|horse|pony|hamster|ferret|parrot|budgie)"
    r"(?:\s(?!(?:is|was|got|gets|get|went|been|has|he|she|it|who|that|which|and|with|"
    + _TOYS
    + r")\b)[^\W\d_]{1,20}){0,2}"
    r"(?:\s(?:has|have|just|also))?\s(?:lost|dropped|forgot)(?=\s(?:his|her|its|their)\s(?!(?:way|owners?|mind)\b)"
    r"(?!(?:[^\W\d_]{1,10}\s){0,2}(?:" + _BODY + r")(?:\s*(?:$|[,.;:!?\n])|\s(?:and|at|in|is|on|somewhere)\b))"
    r"(?![^\n]{0,120}\b(?:away|bolted|disappeared|escaped|gone|home|missing|out|ran|run)\b))",
    re.IGNORECASE,
)
"""A pet that has lost something, which is what the text is about, unless the pet is gone, too."""


def without_speakers(english: str) -> str:
    return _SPEAKING.sub(" ", _ADDRESSED.sub(" ", english))


def without_their_owner(english: str) -> str:
    """Return what a pet has lost without the pet: given the whole text, which may say that the pet is gone."""
    return _PET.sub("lost", english)
