"""What decides which words of a report are embedded: part of an encoder's version (decision 52)."""

from typing import Final

from reunite.text.data import read_text

_TABLES: Final = (
    *("lexicon.tsv", "endings.toml", "chinese.toml", "real_words.txt", "misspellings.toml", "colour_words.toml"),
    *("word_lists.toml", "written_out.toml", "heads.toml", "distinctive.toml", "kinds.toml"),
)
"""Those that `normalise` and `parts` read, with all that they call."""
RULES: Final = 14
"""Raise it with any change of code that `normalise` or `parts` calls and that changes what they return."""


def reading_version() -> str:
    """Return the tables and the number of the rules by which a text becomes the words that are embedded."""
    return "\n".join((str(RULES), *map(read_text, _TABLES)))
