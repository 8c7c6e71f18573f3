"""The brands that a text names, by what they make: "Galaxy" is Samsung's (brands.toml)."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from reunite.text.data import read_toml
from reunite.text.misspellings import correct_misspellings
from reunite.text.negation import negated_words
from reunite.text.phrases import listed
from reunite.text.words import plain, tokens

Brands = Mapping[str, frozenset[str]]
"""For each brand what it makes."""

_Words = tuple[str, ...]


def _brands_by_words() -> Mapping[_Words, Brands]:
    named: dict[_Words, dict[str, frozenset[str]]] = defaultdict(lambda: defaultdict(frozenset))
    for product, makers in read_toml("brands.toml").items():
        for maker in makers.split(";"):
            brand = maker.split(",")[0].strip()
            for name in listed(maker):
                named[tuple(tokens(name))][brand] |= {product}
    return named


_BY_WORDS: Final = _brands_by_words()
_MAX_WORDS: Final = max(map(len, _BY_WORDS))


def brands_in(text: str) -> Brands:
    """Return the brands that a text names. It's read as written: translated, "Wolfskin" would be a wolf and a ski."""
    text, found = correct_misspellings(text), dict[str, frozenset[str]]()
    lacked = negated_words(plain(text))
    words = [word for word in tokens(text) if word not in lacked]
    start = 0
    while start < len(words):
        ends = range(min(start + _MAX_WORDS, len(words)), start, -1)
        end = next((end for end in ends if tuple(words[start:end]) in _BY_WORDS), None)
        if end:
            found |= _BY_WORDS[tuple(words[start:end])]
        start = end or start + 1
    return found


def other_brand(first: Brands, second: Brands) -> str | None:
    """Return a brand of the first text that the second rules out by naming another for what both make, if any."""
    if first.keys() & second.keys():
        return None
    made = frozenset[str]().union(*second.values())
    return next((brand for brand, products in first.items() if products & made), None)
