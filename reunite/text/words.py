"""Words: plain forms, and which are significant."""

import re
from collections.abc import Sequence
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import any_of, listed_in
from reunite.text.unicode_forms import compatible, composed, decomposed
from reunite.text.word_lists import STOP_WORDS

_MIN_LENGTH: Final = 3

_ACCENTS: Final = re.compile("[\u0300-\u036f]+")
_WORD: Final = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
_SCRIPTS: Final = re.compile(r"[぀-ゟ]+|[゠-ヿー]+|[㐀-鿿豈-﫿々]+|[가-힯]+|[^぀-ヿ㐀-鿿豈-﫿々가-힯]+")


def plain(text: str) -> str:
    """Casefold a text, unify compatibility forms and strip the accents of Latin letters."""
    stripped = _ACCENTS.sub("", decomposed(compatible(text).casefold()))
    return composed(stripped).replace("'", " ").replace("’", " ")


def without_strokes(plain_text: str) -> str:
    """Return a text in plain form with l for the Polish ł, which isn't an l with an accent; the lists have it so."""
    return plain_text.replace("ł", "l")


def any_listed(file: str, key: str) -> str:
    """Return a pattern for any of the phrases that a file lists, as they are in a text in plain form."""
    return any_of(map(plain, listed_in(read_toml(file)[key])))


_PLAIN_STOP_WORDS: Final = frozenset(plain(word) for word in STOP_WORDS)


def tokens(text: str) -> list[str]:
    """Return the significant words, in order; Japanese is cut where its script changes."""
    pieces = [piece for word in _WORD.findall(plain(text)) for piece in _SCRIPTS.findall(word)]
    return [
        piece
        for piece in pieces
        if piece not in _PLAIN_STOP_WORDS and (len(piece) > 1 or piece.isdigit() or not piece.isascii())
    ]


def place_tokens(place: str) -> list[str]:
    """Return a place's words. Unlike `tokens` it keeps single letters and numbers: they tell halls and rooms apart."""
    words = _WORD.findall(plain(place))
    return [word for word in words if word not in _PLAIN_STOP_WORDS or len(word) == 1]


def is_code(token: str) -> bool:
    """Whether a word contains a digit: a number, a serial, a size, a room."""
    return any(char.isdigit() for char in token)


def stem(token: str) -> str:
    """Return an English word without its plural s, any other word unchanged."""
    if len(token) > _MIN_LENGTH and token.isascii() and token.endswith("s") and not token.endswith(("ss", "us", "is")):
        return token[:-3] + "y" if token.endswith("ies") else token[:-1]
    return token


def shared_words(words: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    """Return the distinct words that the others have too, singular or plural."""
    stems = {stem(word) for word in others}
    return tuple(dict.fromkeys(word for word in words if stem(word) in stems))
