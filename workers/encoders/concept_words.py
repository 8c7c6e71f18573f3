"""The names and everyday synonyms of the 1,000 concepts (concept_words.tsv), and which of them a text mentions."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

_WORD: Final = re.compile(r"[^\W_]+")
_MAX_PHRASE_WORDS: Final = 4
_MIN_PLURAL: Final = 4


class ConceptWords:
    """Phrases and their concepts; a phrase with several concepts has an entry for each."""

    def __init__(self, table: str, nouns: str = "") -> None:
        """Parse lines with a concept's number, a tab, and its comma-separated phrases.

        `nouns` has lines with a noun, a tab, and the phrases it also mentions. Unlike phrases, nouns aren't compared
        with texts, so a text without any of them keeps its embedding.
        """
        rows = [line.split("\t") for line in table.splitlines()]
        entries = [(phrase.strip(), int(number)) for number, phrases in rows for phrase in phrases.split(",")]
        self.phrases: Sequence[str] = [phrase for phrase, _ in entries]
        self.concepts: Sequence[int] = [concept for _, concept in entries]
        self._entries_by_words = defaultdict[tuple[str, ...], list[int]](list)
        for entry, phrase in enumerate(self.phrases):
            self._entries_by_words[_singular(phrase)].append(entry)
        for noun, phrases in (line.split("\t") for line in nouns.splitlines()):
            of_noun = [entry for phrase in phrases.split(",") for entry in self._entries_by_words[_singular(phrase)]]
            self._entries_by_words[_singular(noun)] += of_noun

    def mentioned(self, text: str) -> Sequence[int]:
        """Return the entries whose phrase is in the text, singular or plural; the leftmost longest if they overlap."""
        words, entries, first = _singular(text), list[int](), 0
        while first < len(words):
            for length in range(_MAX_PHRASE_WORDS, 0, -1):
                found = self._entries_by_words.get(words[first : first + length])
                if found:
                    entries += found
                    first += min(length, len(words) - first) - 1
                    break
            first += 1
        return entries


def _singular(text: str) -> tuple[str, ...]:
    """Return the lower-case words without a plural s."""
    words = _WORD.findall(text.lower())
    return tuple(
        word[:-1] if len(word) >= _MIN_PLURAL and word.endswith("s") and not word.endswith("ss") else word
        for word in words
    )
