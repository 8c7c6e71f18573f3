"""Everyday words of lost things, colours and materials in German, Spanish, French and Japanese, turned into English.

The words are in lexicon.tsv, a line each: English, then the four languages, words and phrases set apart by commas.
A line without English holds words to leave out; one with English alone, words that tell an English text.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Final

_LONGEST_PHRASE: Final = 4
"""Words."""
_LONGEST_COMPOUND: Final = 40
"""Letters; longer ones are no words, and would take long."""
_SHORTEST_STEM: Final = 3
"""Letters that must be left of a word without its ending, and of each part of a German compound."""
_SHORTEST_HEAD_ALONE: Final = 5
"""Letters that a compound's last part must have where the first is not known."""

# Endings that a word may have beyond the listed form, and what the listed form has in their place; the longer first.
_GERMAN: Final = (("ern", ""), ("en", ""), ("er", ""), ("es", ""), ("em", ""), ("e", ""), ("n", ""), ("s", ""))
_SPANISH: Final = (
    ("itos", "o"), ("itas", "a"), ("ito", "o"), ("ita", "a"), ("ces", "z"), ("as", "o"), ("as", "a"), ("os", "o"),
    ("es", ""), ("a", "o"), ("s", ""),
)  # fmt: skip
_FRENCH: Final = (("es", ""), ("es", "e"), ("e", ""), ("s", ""), ("x", ""))
_LINKS: Final = (("s", ""), ("n", ""), ("es", ""), ("en", ""), ("e", ""), ("", "e"))
"""What German puts between the parts of a compound, or takes away."""

_UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_WORD: Final = re.compile(r"[^\W\d_]+")
_GAPS: Final = re.compile(r" {2,}")
_SPACES: Final = re.compile(r"\s{2,}")
_JAPANESE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class _Language:
    endings: Sequence[tuple[str, str]] = ()
    compounds: bool = False
    words: dict[str, str] = field(default_factory=dict)
    """English by plain form: lower case, no accents, single spaces."""

    def listed(self, phrase: str) -> str | None:
        """English for a plain word or phrase, as it is or without its ending; None where it is not listed."""
        if phrase in self.words:
            return self.words[phrase]
        return self._inflected(phrase, self.endings)

    def compound(self, phrase: str) -> tuple[str, str, bool] | None:
        """The two parts of a word ("Leder|jacke") in English, and whether the first is known or left as it is."""
        if not self.compounds or " " in phrase or len(phrase) > _LONGEST_COMPOUND:
            return None
        for start in range(_SHORTEST_STEM, len(phrase) - _SHORTEST_STEM + 1):
            second = self.listed(phrase[start:])
            first = self.words.get(phrase[:start]) or self._inflected(phrase[:start], _LINKS)
            if second and (first or len(phrase) - start >= _SHORTEST_HEAD_ALONE):
                return first or phrase[:start], second, bool(first)
        return None

    def knows(self, word: str) -> bool:
        """Whether the whole word is known, all its parts included."""
        if self.listed(word) is not None:
            return True
        parts = self.compound(word)
        return parts is not None and parts[2]

    def english(self, phrase: str) -> str | None:
        """English for a plain word or phrase, for what is known of it; None where nothing is."""
        whole = self.listed(phrase)
        parts = None if whole is not None else self.compound(phrase)
        return whole if parts is None else f"{parts[0]} {parts[1]}"

    def _inflected(self, phrase: str, endings: Sequence[tuple[str, str]]) -> str | None:
        for ending, instead in endings:
            stem = phrase.removesuffix(ending)
            if phrase.endswith(ending) and len(stem) >= _SHORTEST_STEM and self.words.get(stem + instead):
                return self.words[stem + instead]
        return None


def to_english(text: str) -> str:
    """Replace known German, Spanish, French or Japanese words by English ones; all else stays as it is.

    Of the European languages only the one that explains most of the words is read, so that English texts stay whole.
    """
    if _JAPANESE.search(text):
        text = _JAPANESE_WORDS.sub(lambda found: f" {_BY_JAPANESE[found[1].casefold()]} ", text)
        text = _GAPS.sub(" ", text).strip()
    words = list(_WORD.finditer(text))
    plain = [_plain(word[0]) for word in words]
    known = {name: [language.knows(word) for word in plain] for name, language in _LANGUAGES.items()}
    gains = {name: sum(known[name]) - sum(known["en"]) for name in _LANGUAGES if name != "en"}
    best = max(gains, key=lambda name: gains[name])
    return text if gains[best] <= 0 else _replace(text, words, plain, _LANGUAGES[best])


def from_english(word: str, language: str) -> str:
    """Return an English word or phrase of the lexicon in another of its languages; any other word stays as it is."""
    known = _FROM_ENGLISH.get(language, {})
    plain = word.casefold()
    found = known.get(plain) or known.get(plain.removesuffix("s")) or known.get(f"{plain}s") or word
    return found.replace(" d ", " d’") if language == "fr" else found  # the lexicon holds words without their signs


def is_known(word: str) -> bool:
    """Whether a single word is one of the lexicon's, in any of its European languages."""
    return any(language.knows(_plain(word)) for language in _LANGUAGES.values())


def _replace(text: str, words: Sequence[re.Match[str]], plain: Sequence[str], language: _Language) -> str:
    """Put English in the place of the longest phrases that the language knows."""
    out, end, first = "", 0, 0
    while first < len(words):
        for last in range(min(first + _LONGEST_PHRASE, len(words)), first, -1):
            english = language.english(" ".join(plain[first:last]))
            if english is not None:
                out += text[end : words[first].start()] + english
                end, first = words[last - 1].end(), last
                end += not english and text.startswith(("'", "’"), end)  # the rest of an elided article
                break
        else:
            first += 1
    return _SPACES.sub(" ", out + text[end:]).strip()


def _plain(text: str) -> str:
    """Lower case, no accents, single spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return " ".join(_WORD.findall("".join(letter for letter in letters if not unicodedata.combining(letter))))


def _read() -> tuple[Mapping[str, _Language], Mapping[str, str], frozenset[str], Mapping[str, Mapping[str, str]]]:
    """The European languages by code, English among them; English by Japanese word; the English that has others.

    And by language, the first of its words for each English one.
    """
    european = {
        "en": _Language((("s", ""), ("es", ""))),
        "de": _Language(_GERMAN, compounds=True),
        "es": _Language(_SPANISH),
        "fr": _Language(_FRENCH),
    }
    japanese: dict[str, str] = {}
    translated: set[str] = set()
    first: dict[str, dict[str, str]] = {"de": {}, "es": {}, "fr": {}, "ja": {}}
    table = resources.files("reunite.text").joinpath("lexicon.tsv").read_text(encoding="utf-8")
    for line in table.splitlines()[1:]:
        english, *others = line.split("\t")
        for word in _WORD.findall(english):
            european["en"].words[_plain(word)] = word
            if any(others):
                translated.add(_plain(word))
        for code, cell in zip(("de", "es", "fr", "de"), (*others[:3], others[0].translate(_UMLAUTS)), strict=True):
            european[code].words.update({_plain(phrase): english for phrase in cell.split(",") if phrase.strip()})
        for code, cell in zip(first, others, strict=True):
            if english and cell:
                first[code].setdefault(english.casefold(), cell.split(",")[0].strip())
        japanese.update({phrase.strip().casefold(): english for phrase in others[3].split(",") if phrase.strip()})
    return european, japanese, frozenset(translated), first


_LANGUAGES, _BY_JAPANESE, ENGLISH_WORDS, _FROM_ENGLISH = _read()
_JAPANESE_WORDS: Final = re.compile(
    "(" + "|".join(sorted(map(re.escape, _BY_JAPANESE), key=len, reverse=True)) + ")[のをがはにとでもな]?",
    re.IGNORECASE,
)
