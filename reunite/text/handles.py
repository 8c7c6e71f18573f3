"""The Russian word for a pen, which is also that for a handle: "сумка, одна ручка оторвана"."""

import re
from typing import Final

_HAS_HANDLES: Final = "сум[ок]|рюкзак|чемодан|портфел|пакет|саквояж|кружк|чашк|зонт|ножик|нож|сковород|коляск|корзин"
_HANDLE: Final = re.compile(
    rf"\b(?P<thing>(?:{_HAS_HANDLES})\w{{0,6}}\b[^.!?;\n]{{0,60}}?[\s,–—-])(?<!\bи )ручк(?:а|и|ой|ами)\b"
    r"(?:(?<=[^\W\d_] ручка)|(?<=[^\W\d_] ручки)|(?<=[^\W\d_] ручкой)|(?<=[^\W\d_] ручками)|(?=[ ][^\W\d_]))(?![ ]и\b)",
    re.IGNORECASE,
)
"""With another word in its phrase: in "сумка, ручка, тетрадь" it's a thing of a list, and "ручку" was lost itself."""


def name_handles(russian: str) -> str:
    """Return a text with another word for the handles of its bag or mug."""
    return _HANDLE.sub(r"\g<thing>рукоятка", russian)
