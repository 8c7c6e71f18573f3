"""The brands that a text names, by what they make: "Galaxy" is Samsung's (brands.toml)."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from reunite.text import heads, kinds
from reunite.text.data import read_toml
from reunite.text.frequency import Frequency, frequency
from reunite.text.misspellings import correct_misspellings
from reunite.text.negation import negated_words
from reunite.text.normalise import normalise
from reunite.text.phrases import UNSPACED, listed
from reunite.text.words import plain, stem, tokens

_Brands = Mapping[str, frozenset[str]]
"""For each brand the groups of things that it makes."""
_Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NamedBrands:
    own: _Brands
    """The brands of the text's things, with the groups that these may be of."""
    anywhere: frozenset[str]
    """All brands in the text, also of what the things have or contain."""


_TABLES: Final = read_toml("brands.toml")


def _brands_by_words() -> Mapping[_Words, _Brands]:
    named: dict[_Words, dict[str, frozenset[str]]] = defaultdict(lambda: defaultdict(frozenset))
    for group, table in _TABLES.items():
        for maker in table["makers"].split(";"):
            brand = maker.split(",")[0].strip()
            for name in listed(maker):
                named[tuple(tokens(name))][brand] |= {group}
    return named


def _alone() -> Mapping[str, Sequence[tuple[_Words, str]]]:
    named = defaultdict[str, list[tuple[_Words, str]]](list)
    for table in _TABLES.values():
        for thing, names in table.get("alone", {}).items():
            for words in map(tokens, listed(names)):
                named[words[-1]].append((tuple(words), thing))
    return named


_ALONE: Final = _alone()
"""By their last word, the names that stand for a thing."""
_THINGS: Final = {group: listed(table["things"]) for group, table in _TABLES.items()}
_BY_WORDS: Final = _brands_by_words()
_UNSPACED_NAMES: Final = re.compile(
    "|".join(sorted((name for (name, *_) in _BY_WORDS if UNSPACED.match(name)), key=len, reverse=True))
)
_AND: Final = re.compile(r"(?<=\w)\s+(?:and|und|y|et|e|i|oraz)\s+(?=\w)|[と和跟]")
_WHAT_FOR: Final = re.compile(r"(?<=\w)(?<!looking)(?<!searching) (?:of|for) \w{1,30}\b")
"""What a thing is for, or whose: "charger for laptop"."""
_ELIDED: Final = re.compile(r"\b(?:d|n|s)?[ae]ll['’](?=\w)", re.IGNORECASE)
"""An article that reads like a brand: "chiave dell'auto"."""
_FOR: Final = re.compile(
    r"\b(?:for|für|fürs|pour|para|per|dla) (?:(?:an?|my|einen?|meinen?|une?|una|uma?|mon|ma|mi|il|la) )?"
    r"(?=(\w{2,20}(?: (?!found|lost|left)\w{2,20})?)"
    r"(?:[ ]{0,3}(?:$|[\n,.;:!?()])"
    r"|[ ]{1,3}(?:found|lost|left|without|ohne|sans|sin|sem|senza|(?:ge|ver)\w{3,8}en"
    r"|(?:re)?(?:trouv|perd|encontr|achad|trovat|oubli|laiss|olvid|dimentic|lasciat|esquecid)\w{1,5})\b))",
    re.IGNORECASE,
)
"""Before what a thing is for, if that is all that is said of it: a mouse "for my Dell laptop" isn't Dell's."""
_MAX_MODEL: Final = 2
"""Words of a model's name."""
_MAX_WORDS: Final = max(map(len, _BY_WORDS))


def brands_in(text: str) -> _Brands:
    """Return the brands that a text names. It's read as written: translated, "Wolfskin" would be a wolf and a ski."""
    return _read(text)[0]


def with_own_brands(text: str) -> str:
    """Return a text in which a thing that is for a brand's car is the brand's own: "key for a Toyota".

    Of other brands, "for" says what a thing fits: a charger for a MacBook may be Anker's.
    """
    return _FOR.sub(lambda lead: " " if _is_car(tuple(tokens(lead[1]))) else lead[0], text)


def _is_car(name: _Words) -> bool:
    return any("cars" in groups for groups in _BY_WORDS.get(name, {}).values())


def named_brands(text: str, own_phrases: Sequence[str], nouns: Sequence[str]) -> NamedBrands:
    """Return the brands of a text's things, which `nouns` name, by its phrases about these things.

    A brand counts with the noun of a thing that it makes, or where a phrase says nothing else.
    """
    anywhere = frozenset(brands_in(text))
    own = dict[str, frozenset[str]]()
    for phrase in _pieces(own_phrases) if anywhere else ():
        own |= _brands_of(phrase, nouns)
    return NamedBrands(own, anywhere)


def _brands_of(phrase: str, nouns: Sequence[str]) -> _Brands:
    """Return the brands of a phrase that make what it names: all of it, what it's kept in left out, or its head."""
    found, others = _read(phrase)
    if not found:
        return {}
    english = normalise(phrase)
    others = [word for word in tokens(normalise(" ".join(others))) if not heads.never_names_a_thing(word)]
    nouns_named = heads.things_in(_WHAT_FOR.sub(" ", english)) if others else frozenset[str]()
    nouns_named = nouns_named.intersection(map(stem, others)) or nouns_named  # "macbook charger"
    named = frozenset(meant_by(noun, phrase) or noun for noun in nouns_named)
    if not (named or not others or _is_model(phrase, others)):
        return {}
    head = heads.head_phrase(english) or ""
    whole = frozenset((head,)) if kinds.is_known(head) else named  # a laptop charger may be of who makes either
    readings = (named, whole, named - kinds.KEPT_IN or named, frozenset(head.split()[-1:]) or named)
    made = {
        brand: next(filter(None, (_fitting(groups, read) for read in readings)), frozenset[str]())
        for brand, groups in found.items()
    }
    return {brand: some for brand, groups in made.items() if (some := _of_some(groups, nouns))}


def _is_model(phrase: str, others: Sequence[str]) -> bool:
    """Whether a phrase is a maker and the name of a model: "Canon IXY"."""
    return (
        len(others) <= _MAX_MODEL
        and tokens(phrase)[:1] != [others[0]]
        and all(frequency(word) is Frequency.UNUSUAL for word in others)
    )


def _pieces(phrases: Sequence[str]) -> Sequence[str]:
    """Return the phrases, each word for "and" between two things a break: "Casio watch and a bracelet"."""
    return [piece for phrase in phrases for piece in _AND.split(phrase)]


def _of_some(groups: frozenset[str], nouns: Sequence[str]) -> frozenset[str]:
    """Return the groups that any of these things may belong to, or all if none of them is known."""
    known = [noun for noun in nouns if kinds.is_known(noun)]
    return groups if not known else frozenset[str]().union(*(_fitting(groups, (noun,)) for noun in known))


def meant_by(noun: str | None, text: str) -> str | None:
    """Return what a noun is with the brands of a text: a "casque" that Bose makes is no helmet, an "Owala" a bottle."""
    return noun and (_named_alone(noun, text) or _by_its_brand(noun, text))


def _named_alone(noun: str, text: str) -> str | None:
    """Return what the name that ends with this noun stands for, if the text has all of it."""
    for name, thing in _ALONE.get(noun, ()):
        words = tokens(text)
        if any(tuple(words[first : first + len(name)]) == name for first in range(len(words))):
            return thing
    return None


def _by_its_brand(noun: str, text: str) -> str:
    meant = kinds.BY_BRAND.get(noun)
    if meant is None:
        return noun
    groups = frozenset[str]().union(*brands_in(text).values())
    return meant if _fitting(groups, (meant,)) and not _fitting(groups, (noun,)) else noun


def other_brand(first: NamedBrands, second: NamedBrands) -> str | None:
    """Return a brand of the first text's thing that the second rules out by naming another one for such a thing."""
    if first.own.keys() & second.anywhere or second.own.keys() & first.anywhere:
        return None
    made = frozenset[str]().union(*second.own.values())
    return next((brand for brand, groups in first.own.items() if groups & made), None)


def _read(text: str) -> tuple[_Brands, Sequence[str]]:
    """Return the brands of a text, and its other words."""
    text = _UNSPACED_NAMES.sub(r" \g<0> ", correct_misspellings(_ELIDED.sub(" ", text)))
    found = dict[str, frozenset[str]]()
    lacked = negated_words(plain(text))
    words, others = [word for word in tokens(text) if word not in lacked], list[str]()
    start = 0
    while start < len(words):
        ends = range(min(start + _MAX_WORDS, len(words)), start, -1)
        end = next((end for end in ends if tuple(words[start:end]) in _BY_WORDS), None)
        if end:
            found |= _BY_WORDS[tuple(words[start:end])]
        else:
            others.append(words[start])
        start = end or start + 1
    return found, others


def _fitting(groups: frozenset[str], nouns: Sequence[str] | frozenset[str]) -> frozenset[str]:
    """Return the groups that all of these nouns that are known may belong to."""
    known = [noun for noun in nouns if kinds.is_known(noun)]
    return frozenset(group for group in groups if all(_is_of(noun, group) for noun in known))


def _is_of(noun: str, group: str) -> bool:
    return any(
        kinds.relation(thing, noun) in {"same", "broader"} or kinds.is_kept_in(thing, noun) for thing in _THINGS[group]
    )
