"""Whether a text tells anything of a thing: "found this" and "wem gehört das?" don't."""

import re
from typing import Final

from reunite.text import lexicon
from reunite.text.colour_words import COLOUR_WORDS
from reunite.text.data import read_toml
from reunite.text.heads import head_phrase, things_in
from reunite.text.normalise import normalise
from reunite.text.phrases import any_of, listed
from reunite.text.remembered import remembered
from reunite.text.word_lists import STOP_WORDS
from reunite.text.words import plain

_LISTS: Final = read_toml("telling.toml")
_WITH_ACCENTS: Final = listed(_LISTS["accented"]["all"])
_LISTED: Final = frozenset(plain(word) for words in _LISTS["words"].values() for word in words.split())
_WORDS: Final = _LISTED.union(map(plain, STOP_WORDS)).difference(map(plain, _WITH_ACCENTS))
_BEGINNINGS: Final = frozenset(word.removesuffix("*") for word in _LISTED if word.endswith("*"))
_LONGEST: Final = max(map(len, _BEGINNINGS))
_PIECES: Final = frozenset(plain(piece) for pieces in _LISTS["pieces"].values() for piece in pieces.split())
_LONGEST_PIECE: Final = max(map(len, _PIECES))
_EMOJI: Final = {symbol: noun for noun, symbols in _LISTS["emoji"].items() for symbol in symbols.split()}
_BRANDS: Final = frozenset(map(plain, listed(_LISTS["brands"])))

_ACCENTED: Final = re.compile(any_of(_WITH_ACCENTS), re.IGNORECASE)
_PHRASES: Final = re.compile(any_of(map(plain, listed(_LISTS["phrases"]["all"]))))
_WORD: Final = re.compile(r"[^\W\d_]+")
_LONG: Final = 3
_COLOURS: Final = frozenset(COLOUR_WORDS)
_LONG_PIECES: Final = re.compile(
    any_of(sorted((piece for piece in _PIECES if len(piece) >= _LONG), key=len, reverse=True))
)
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff々]+")


def is_brand(text: str) -> bool:
    """Whether a text is nothing but a brand that means something else within a sentence, such as "LG"."""
    return plain(text).strip() in _BRANDS


def things_of_emoji(text: str) -> str:
    """Return the things whose emoji a text has, in English: "🔑" is a key."""
    return ", ".join(dict.fromkeys(_EMOJI[symbol] for symbol in text if symbol in _EMOJI))


def tells(thing: str) -> bool:
    """Whether a description of a thing says more than that it was lost or found."""
    rest = _PHRASES.sub(" ", plain(_ACCENTED.sub(" ", thing)))
    if any(_tells(piece) for word in _WORD.findall(rest) for piece in _split(word)):
        return True
    if any(map(things_in, lexicon.meanings(rest.strip()))):
        return True  # "but" alone is a shoe in Polish
    noun = head_phrase(normalise(_LONG_PIECES.sub(" ", rest)))
    return noun is not None and noun not in _LISTED  # "found a saw"


def _split(word: str) -> list[str]:
    return [*_UNSPACED.findall(word), *filter(None, _UNSPACED.split(word))]


@remembered(16_384)
def _tells(word: str) -> bool:
    if _UNSPACED.match(word):
        return not _is_covered(word) or _names_a_thing(word)
    if word in _WORDS or (len(word) == 1 and word.isascii()):
        return False
    english = lexicon.to_english(word)
    if english != word:
        return not _WORDS.issuperset(english.split())
    return not any(word[:length] in _BEGINNINGS for length in range(1, _LONGEST + 1))


def _names_a_thing(text: str) -> bool:
    """Whether an unspaced text, part of which may be a thing's name by chance, names one."""
    english = lexicon.to_english(_LONG_PIECES.sub(" ", text))
    return bool(things_in(english) or _COLOURS.intersection(english.split()))


def _is_covered(text: str) -> bool:
    """Whether pieces that tell nothing make up the whole text."""
    reached = {0}
    for start in range(len(text)):
        if start in reached:
            reached.update(
                start + length for length in range(1, _LONGEST_PIECE + 1) if text[start : start + length] in _PIECES
            )
    return len(text) in reached
