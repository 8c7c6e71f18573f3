"""Colours as people name them in English."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise, product
from typing import Final

from reunite.text.data import read_toml
from reunite.text.phrases import any_of, listed, one_of
from reunite.text.word_lists import THINGS

_TABLES: Final = read_toml("colour_words.toml")
_COLOUR_OF: Final[dict[str, str]] = {word: name for name, words in _TABLES["words"].items() for word in words.split()}
_SHADE_OF: Final[dict[str, str]] = {
    word: shade for shade, table in _TABLES["shades"].items() for word in table["words"].split()
}
METALS: Final = frozenset[str](_TABLES["metals"])
_CALLED: Final[dict[str, str]] = {
    word: called for table in ("metals", "coats") for called, words in _TABLES[table].items() for word in words.split()
}
_SHADED: Final[dict[tuple[str, str], str]] = {
    (shade, colour): name for shade, table in _TABLES["shades"].items() for colour, name in table["colours"].items()
}
COLOUR_WORDS: Final = tuple(_COLOUR_OF)
COLOURS_AND_SHADES: Final = frozenset((*COLOUR_WORDS, *_SHADE_OF))
COLOUR: Final = one_of(COLOUR_WORDS)
SHADE: Final = one_of(_SHADE_OF)
COLOUR_OR_SHADE: Final = one_of(dict.fromkeys((*COLOUR_WORDS, *_SHADE_OF)))
"""A pattern, as are the two above. A word that was listed twice would be tried in every way."""

_WORD: Final = re.compile(r"\w+|[,.;!?]")
_OF_A_COLOUR: Final = r"(?:colou?r(?:ed|s)?|tone[ds]?|shade)"
_GOODS: Final = (
    rf"\b(?:{'|'.join(listed(_TABLES['others']['tastes']))}) (?:{'|'.join(listed(_TABLES['others']['goods']))})s?\b"
    rf"(?! (?:(?:{'|'.join(sorted(THINGS.union(listed(_TABLES['others']['named_after_goods']))))})s?|{_OF_A_COLOUR})\b)"
)
_NO_COLOURS: Final = re.compile(rf"{any_of(listed(_TABLES['others']['phrases']))}(?! {_OF_A_COLOUR}\b)|{_GOODS}")

_CHOICES: Final = _TABLES["choices"]
_OR: Final = any_of(listed(_CHOICES["or"]))
_MAYBE: Final = r"\b(?:maybe|either)\b"
_SAYS_EITHER: Final = re.compile(rf"{_OR}|{_MAYBE}|\?")
_NOTHING_ELSE: Final = re.compile(
    rf"(?>(?:{_OR}|{_MAYBE}|{any_of(listed(_CHOICES['fillers']))}|[\s/(),;.:?!–、，（）-])*)"
)
_OF_ITS_NOUN: Final = re.compile(r"(?!\s(?:and|with|has|plus)\b)\s\w{1,20}(?=\s?[,;.(])")
"""The noun after a colour, before another phrase says what colour it may be instead: "blue jacket, maybe black"."""
_ITS_OWN_NOUN: Final = re.compile(r"\s(?!(?:lost|found|left|missing|one|ones|in|on|at|from|with|not|i)\b)\w")
"""What begins after a colour that is another thing's then: "blue jacket, maybe black buttons"."""
_DOUBTS: Final = re.compile(r"\s{0,3}(?:\?|maybe\b)")
MOST_READINGS: Final = 6
"""More colours that a thing may have are left out: those of two texts are all compared."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A colour where a text names it, with its shade."""

    start: int
    end: int
    name: str
    word: str


_SHINING: Final = ("metallic", "Metallic", "chrome", "Chrome")
_FINISHES: Final = re.compile(rf"\b(?:{'|'.join(_SHINING)})[ -](?={COLOUR_OR_SHADE}\b)", re.IGNORECASE)
"""Before a colour, these say how it shines: "metallic blue" isn't grey."""


_BEFORE_NAMES: Final = "|".join(listed(_TABLES["others"]["before_names"]))
_ABBREVIATED: Final = "|".join(listed(_TABLES["others"]["abbreviated_titles"]))
_SURNAMES: Final = re.compile(
    rf"\b(?i:(?:{_ABBREVIATED})\.?|{_BEFORE_NAMES}) (?:{'|'.join(map(str.capitalize, COLOUR_WORDS))})\b"
)


def without_surnames(text: str) -> str:
    """Return a text without the surnames that are called like a colour: "Mr Green"."""
    return _SURNAMES.sub(" ", text)


def named_colours(english: str) -> Sequence[str]:
    """Return the colours that a text names, in order."""
    return [colour for colour, _ in colours_and_words(english)]


def colours_and_words(english: str) -> Sequence[tuple[str, str]]:
    """Return the colours that a text names, in order, each with its word if that is a metal or a coat.

    Gold is no yellow, and a ginger cat is as good as orange.
    """
    return [(colour.name, colour.word) for colour in _named(_read(english))]


def readings(english: str) -> Sequence[Sequence[str]]:
    """Return the colours that a text may mean: one list, or one for each choice it leaves ("blue or green")."""
    return [*islice(product(*_choices(_read(english))), MOST_READINGS)]


def leaves_a_choice(english: str) -> bool:
    """Whether a text says that a colour may be another one."""
    return any(len(choice) > 1 for choice in _choices(_read(english)))


def _read(english: str) -> str:
    if any(finish in english for finish in _SHINING):
        english = _FINISHES.sub(" ", english)
    return (
        _NO_COLOURS.sub(" ", english.casefold())
        .replace("-", " ")
        .replace("off white", "offwhite")
        .replace("white gold", "silver")
    )


def _named(text: str) -> Sequence[_Named]:
    """Return the colours of a text. Denim is blue unless it's said to be of another colour."""
    named = [*_each_named(text)]
    return [colour for colour in named if text[colour.start : colour.end] != "denim"] or named


def _each_named(text: str) -> Iterator[_Named]:
    shade, shade_start = "", -1
    for match in _WORD.finditer(text):
        word = match[0]
        if colour := _COLOUR_OF.get(word):
            name = _SHADED.get((shade, colour), colour)
            yield _Named(shade_start if shade else match.start(), match.end(), name, _CALLED.get(word, name))
            shade, shade_start = _SHADE_OF.get(word, ""), match.start()
        elif word != "ish" or word in _SHADE_OF:
            shade, shade_start = _SHADE_OF.get(word, ""), match.start()


def _choices(text: str) -> Sequence[Sequence[str]]:
    """Return the colours in order, with those that are one uncertain colour together."""
    named = [*_named(text)]
    together = [[colour.name] for colour in named[:1]]
    for before, after in pairwise(named):
        if _is_either(text, before, after):
            together[-1].append(after.name)
        else:
            together.append([after.name])
    return together


def _is_either(text: str, before: _Named, after: _Named) -> bool:
    between = text[before.end : after.start]
    if _DOUBTS.match(text, after.end) and _NOTHING_ELSE.fullmatch(between):
        return True  # "blue/green?"
    noun = _OF_ITS_NOUN.match(between)
    if noun and not _ITS_OWN_NOUN.match(text, after.end):
        between = between[noun.end() :]
    return bool(_SAYS_EITHER.search(between) and _NOTHING_ELSE.fullmatch(between))
