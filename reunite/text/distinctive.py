"""Words by which people recognise a thing: names, serials, materials, motifs; no sizes, no people, no talk."""

from collections.abc import Collection
from typing import Final

from reunite.text import heads, kinds
from reunite.text.colour_words import COLOURS_AND_SHADES
from reunite.text.content import stems
from reunite.text.frequency import Frequency, frequency
from reunite.text.lexicon import is_known
from reunite.text.words import is_code, stem

_COLOURS: Final = frozenset(map(stem, COLOURS_AND_SHADES))


def is_distinctive(word: str, parts: Collection[str], shared: Collection[str]) -> bool:
    """Whether a word that two texts share says something about both things.

    `parts` has the nouns of what both things have or contain, `shared` the words that neither text rules out.
    """
    if is_code(word):
        return True
    english = stems(word)
    if english.isdisjoint(shared):
        return False
    if english & heads.MATERIALS_AND_MOTIFS:
        return True
    if any(heads.things_in(stem) or kinds.is_known(stem) for stem in english):
        return not english.isdisjoint(parts)
    if english & _COLOURS or any(heads.never_names_a_thing(stem) for stem in english):
        return False
    return frequency(word) is Frequency.UNUSUAL and not is_known(word)
