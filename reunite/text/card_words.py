"""Words on personal cards in all our languages: what a card calls itself, and its fields' labels."""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final

from reunite.text.data import read_toml
from reunite.text.words import plain


def bare(line: str) -> str:
    """Return a line's letters and digits, small, without accents."""
    return "".join(filter(str.isalnum, plain(line).replace("ł", "l")))


_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    kind: tuple(bare(word) for line in lines for word in line.split())
    for kind, lines in read_toml("card_words.toml").items()
}
_SHORT: Final = 6
_NUMBERED: Final = re.compile(r"^\s*(?:4[abcd]|[1-359])\s*[.)]")
"""The fields of the European driving licence."""
_LEAST_NUMBERED: Final = 4
_ISSUED: Final = re.compile(r"^\s*4\s?[ab]")
"""Its date fields, which other numbered lists don't have."""
_CONTACT: Final = re.compile(
    r"isbn|issn|\b(?:tel|tél|fax|call)\b|telefon|teléfono|téléphone|phone|電話|电话|联系|聯[繫絡]|手机|微信|\+\d",
    re.IGNORECASE,
)
"""Labels of book numbers and phone numbers."""
_ANYWHERE: Final = frozenset(("name", "place"))
"""Labels that school books and letters have, too."""
_NUMBER: Final = re.compile(r"\d[\d ]{4,}\d")
_DATE: Final = re.compile(r"\d{1,4}[./ -]\d{1,2}[./ -]\d{2,4}|\d{4}年")


def is_personal_card(lines: Iterable[str]) -> bool:
    """Return whether lines that stand together are those of a personal card, by labels and what they label."""
    lines = list(lines)
    kinds = {kind for line in lines for kind in _kinds_of(line)}
    dates = sum(len(_DATE.findall(line)) for line in lines)
    has_number = any(_NUMBER.search(_DATE.sub(" ", line)) for line in lines if not _CONTACT.search(line))
    if not (has_number or dates):
        return False
    if "title" in kinds or "born" in kinds:
        return has_number or len(kinds) > 1
    if sum(_NUMBERED.match(line) is not None for line in lines) >= _LEAST_NUMBERED:
        return dates > 1 and any(map(_ISSUED.match, lines))
    return has_number and len(kinds) > 1 and not kinds <= _ANYWHERE


def _kinds_of(line: str) -> set[str]:
    words = list(map(bare, line.split()))
    whole, alone = "".join(words), {*words, *map("".join, pairwise(words))}
    return {
        kind
        for kind, words in _WORDS.items()
        if any(word in (alone if word.isascii() and len(word) <= _SHORT else whole) for word in words)
    }
