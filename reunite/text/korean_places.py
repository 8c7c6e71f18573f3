"""Places in Korean: "중앙도서관에서", "식당 앞", "도서관 2층"."""

import re
from typing import Final

from reunite.text.data import read_toml
from reunite.text.other_scripts import HANGUL
from reunite.text.phrases import listed

_NOUNS: Final = read_toml("places.toml")["nouns"]
_HEADINGS: Final = read_toml("places.toml")["headings_unspaced"]


def _pattern() -> re.Pattern[str]:
    nouns, names, alone, near = ("|".join(listed(_NOUNS[f"ko{key}"])) for key in ("", "_names", "_alone", "_relative"))
    level = r"(?:지하[ ]?)?(?:\d{1,2}|[일이삼사오])층"
    named = rf"[가-힣A-Za-z0-9]{{0,6}}?(?:{nouns})|[가-힣A-Za-z0-9]{{2,6}}?(?:{names})|{alone}"
    number = rf"(?:[ ]?(?:[A-Za-z]?\d{{1,4}}(?:호선|호|번)?(?!\d)|{level}))?"
    place = rf"(?:{level}[ ]?)?(?:{named}){number}|{level}"
    before = rf"(?:(?:[가-힣A-Za-z0-9]{{0,6}}?(?:{nouns})|[가-힣A-Za-z0-9]{{2,6}}?(?:{names})){number}[ ])?"
    where = rf"[ ]?(?:{near})(?:에서|에다가|에다|에|쪽에서|쪽에|으로|로|의)?(?![가-힣])"
    particle = r"(?:안에서|내에서|쪽에서|에서요|에서|에다가|에다|에)(?![가-힣])"
    end = r"(?=[ ]{0,3}(?:$|[.,!?\n)]))"
    return re.compile(rf"(?<![가-힣A-Za-z0-9])(?P<place>{before}(?:{place}))(?:{where}|{particle}|{end})")


_PLACE: Final = _pattern()
_PARTICLE: Final = re.compile(r"(?:(?:안|내|쪽)?에서요?|에다가?|에|으로|로|의)$")
_HEADING: Final = re.compile(
    rf"(?:{'|'.join(name for name in listed(_HEADINGS) if HANGUL.match(name))})[ ]?[:：]([^\n,;]++)"
)


def take_places(text: str) -> tuple[str, list[str]]:
    """Return a text without its Korean places, and those places."""
    if not HANGUL.search(text):
        return text, []
    found = [match[1].strip() for match in _HEADING.finditer(text)]
    text = _HEADING.sub(" ", text)
    found += [_PARTICLE.sub("", match[0]).strip() for match in _PLACE.finditer(text)]
    return _PLACE.sub(" ", text), found
