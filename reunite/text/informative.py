"""Whether a text is informative about a thing: "found this" and "wem gehört das?" aren't."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from reunite.text import lexicon
from reunite.text.data import read_toml
from reunite.text.heads import head_phrase, things_in
from reunite.text.normalise import normalise
from reunite.text.phrases import any_of, listed
from reunite.text.remembered import remembered
from reunite.text.word_lists import STOP_WORDS
from reunite.text.words import plain

_LISTS: Final = read_toml("informative.toml")
_WITH_ACCENTS: Final = listed(_LISTS["accented"]["all"])
_LISTED: Final = frozenset(plain(word) for words in _LISTS["words"].values() for word in words.split())
_WORDS: Final = _LISTED.union(map(plain, STOP_WORDS)).difference(map(plain, _WITH_ACCENTS))
_BEGINNINGS: Final = frozenset(word.removesuffix("*") for word in _LISTED if word.endswith("*"))
_GERMAN: Final = _BEGINNINGS.intersection(plain(word).removesuffix("*") for word in _LISTS["words"]["de"].split())
"""Beginnings of German compounds."""
_LONGEST: Final = max(map(len, _BEGINNINGS))
_MORE: Final = 4
"""Letters that a word may have after a beginning."""
_BY_LANGUAGE: Final = {code: frozenset(map(plain, pieces.split())) for code, pieces in _LISTS["pieces"].items()}
_PIECES: Final = frozenset[str]().union(*_BY_LANGUAGE.values())
_LONGEST_PIECE: Final = max(map(len, _PIECES))
_SHORT_KANA: Final = 5
_KANA_IN_A_ROW: Final = 1
_EMOJI: Final = {symbol: noun for noun, symbols in _LISTS["emoji"].items() for symbol in symbols.split()}
_SPORTS: Final = frozenset(_LISTS["sports"]["emoji"].split())
_SPORTS_WORDS: Final = frozenset(map(plain, _LISTS["sports"]["words"].split()))
_BRANDS: Final = frozenset(map(plain, listed(_LISTS["brands"])))

_ACCENTED: Final = re.compile(any_of(_WITH_ACCENTS), re.IGNORECASE)
_PHRASES: Final = re.compile(any_of(map(plain, listed(_LISTS["phrases"]["all"]))))


def _of_nouns(table: str) -> list[str]:
    return [
        plain(phrase.replace("{}", noun))
        for code, phrases in _LISTS[table].items()
        for phrase in listed(phrases)
        for noun in listed(_LISTS["nouns"][code])
    ]


_NOUN_FOUND: Final = re.compile(any_of(_of_nouns("found")))
_NOUNS_ALONE: Final = frozenset(_of_nouns("alone"))
_CODE: Final = re.compile(
    rf"(?:^|:|(?<!\w)(?:{'|'.join(map(plain, _LISTS['codes']['after'].split()))})):? {{0,3}}"
    r"(?!(?!s2)[a-z]-?[0-9]{1,3}(?![\w-]))[a-z]{1,4}-?[0-9](?:[^\W_]{0,9})(?![\w-])"
    rf"|(?<!\w)(?:{'|'.join(map(plain, _LISTS['codes']['owned'].split()))}) [a-z]-?[0-9]{{1,3}}(?![\w-])"
)
"""A thing's name in letters and digits. One letter with a number is rather a room ("found B12"), unless it's owned or a
phone ("S21")."""
_ROOM: Final = re.compile(r"^(?:[a-z]-?\d{1,3}|\d[a-z])(?=(?:[^\w-]{1,3}\w+){2})")
"""At the start of "Q2 found this". More letters are rather a thing's name ("PS5"), and so is what is only "found"."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_LONG: Final = 3
_LONG_PIECES: Final = re.compile(
    any_of(sorted((piece for piece in _PIECES if len(piece) >= _LONG), key=len, reverse=True))
)
_UNSPACED_THINGS: Final = re.compile(any_of(_LISTS["unspaced"]["things"].split()))
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_UNSPACED: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff々]+")


def is_brand(text: str) -> bool:
    """Whether a text is nothing but a brand that means something else within a sentence, such as "LG"."""
    return plain(text).strip() in _BRANDS


def things_of_emoji(text: str, place: str) -> str:
    """Return the things whose emoji a text has, in English: "🔑" is a key. At a place, "⚽" may be what it's for."""
    is_somewhere = bool(place) or not _SPORTS_WORDS.isdisjoint(_WORD.findall(plain(text)))
    read = (symbol for symbol in text if symbol in _EMOJI and not (is_somewhere and symbol in _SPORTS))
    return ", ".join(dict.fromkeys(_EMOJI[symbol] for symbol in read))


def is_informative(thing: str) -> bool:
    """Whether a description of a thing says more than that it was lost or found."""
    rest = _ROOM.sub(" ", _PHRASES.sub(" ", plain(_ACCENTED.sub(" ", thing))))
    if _CODE.search(rest) or _NOUN_FOUND.search(rest) or " ".join(_WORD.findall(rest)) in _NOUNS_ALONE:
        return True
    if any(_names_something(piece) for word in _WORD.findall(rest) for piece in _split(word)):
        return True
    if any(map(things_in, lexicon.meanings(rest.strip()))):
        return True  # "but" alone is a shoe in Polish
    noun = head_phrase(normalise(_LONG_PIECES.sub(" ", rest)))
    return noun is not None and noun not in _LISTED  # "found a saw"


def _split(word: str) -> list[str]:
    """Cut a word where its script changes, and after the object of a Japanese verb."""
    unspaced = [piece for run in _UNSPACED.findall(word) for piece in run.split("を")]
    return [*filter(None, unspaced), *filter(None, _UNSPACED.split(word))]


@remembered(16_384)
def _names_something(word: str) -> bool:
    if _UNSPACED.match(word):
        return not _is_covered(word)
    if word in _WORDS or (len(word) == 1 and word.isascii()):
        return False
    english = lexicon.to_english(word)
    if english != word:
        return not _WORDS.issuperset(english.split())
    return not any(_only_ends(word[:length], word[length:]) for length in range(1, _LONGEST + 1))


def _only_ends(beginning: str, rest: str) -> bool:
    """Whether a word of talk begins so and has an ending only, not a thing (Hausmeister|hut)."""
    if beginning not in _BEGINNINGS or len(rest) > _MORE:
        return False
    ends = [rest[start:] for start in range(len(rest) - _LONG + 1)] if beginning in _GERMAN else []
    return not any(map(things_in, chain.from_iterable(map(lexicon.meanings, ends))))


def _is_covered(text: str) -> bool:
    """Whether pieces of one language that tell nothing make up the whole text."""
    if _UNSPACED_THINGS.search(text):
        return False
    if _KANA.search(text):
        is_short = len(text) <= _SHORT_KANA and len(_KANA.findall(text)) == len(text)
        return text in _PIECES if is_short else _is_made_of(text, _BY_LANGUAGE["ja"])
    return any(_is_made_of(text, pieces) for pieces in _BY_LANGUAGE.values())


def _is_made_of(text: str, pieces: frozenset[str]) -> bool:
    """Whether these pieces make up a text, with few single kana in a row."""
    reached = {(0, _KANA_IN_A_ROW - 1)}
    for start in range(len(text)):
        for kana in range(_KANA_IN_A_ROW + 1):
            if (start, kana) in reached:
                reached.update(_steps(text, start, kana, pieces))
    return not reached.isdisjoint((len(text), kana) for kana in range(_KANA_IN_A_ROW + 1))


def _steps(text: str, start: int, kana: int, pieces: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Yield where the pieces at `start` end, and how many single kana are in a row there."""
    for length in range(1, _LONGEST_PIECE + 1):
        piece = text[start : start + length]
        in_a_row = kana + 1 if len(piece) == 1 and _KANA.match(piece) else 0
        if len(piece) == length and piece in pieces and in_a_row <= _KANA_IN_A_ROW:
            yield start + length, in_a_row
