"""The Russian word for a pen, which is also that for a handle: "сумка, одна ручка оторвана"."""

import re
from typing import Final

_HAS_HANDLES: Final = "сум[ок]|рюкзак|чемодан|портфел|пакет|саквояж|кружк|чашк|зонт|ножик|нож|сковород|коляск|корзин"
_BROKEN: Final = r"(?:оторва|оборва|слома|отби|треснул|отвали|отлома|отпа)\w{1,8}"
_HANDLE: Final = re.compile(
    rf"\b(?P<thing>(?:{_HAS_HANDLES})\w{{0,6}}\b(?:[^.!?;,\n]{{0,40}},)?[^.!?;,\n]{{0,30}}?[\s–—-])(?:ручк(?:а|и)\b"
    rf"(?=[ ](?:\w{{1,12}}[ ])?{_BROKEN}\b)|(?<=\bс )ручк(?:ой|ами)\b|(?<=\bсо )ручк(?:ой|ами)\b)",
    re.IGNORECASE,
)
"""Only if it's broken, or the thing is "с ручкой": in any other phrase it may be a pen that lay in the bag."""


def name_handles(russian: str) -> str:
    """Return a text with another word for the handles of its bag or mug."""
    return _HANDLE.sub(r"\g<thing>рукоятка", russian)
