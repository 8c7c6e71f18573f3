"""Lists of plain words, from word_lists.toml."""

from typing import Final

from reunite.text.data import read_toml

_LISTS: Final = read_toml("word_lists.toml")

GENERIC_PLACES: Final = frozenset(_LISTS["generic_places"].split())
QUANTITIES: Final = frozenset(_LISTS["quantities"].split())
THINGS: Final = frozenset(_LISTS["things"].split())
MORE_THINGS: Final = frozenset(_LISTS["more_things"].split())
LISTED_THINGS: Final = frozenset(_LISTS["listed_things"].split())
STOP_WORDS: Final = frozenset(word for words in _LISTS["stop_words"].values() for word in words.split())
"""In all languages."""
