"""Everyday words of lost things, colours and materials in German, Spanish, French and Japanese, turned into English.

lexicon.tsv has a line for each English word or phrase: English, then the four languages, comma-separated. A line
without English lists words to leave out; a line with English only, words that identify an English text.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from reunite.text.data import read_text

_MAX_PHRASE_WORDS: Final = 4
_MAX_COMPOUND: Final = 40
"""Letters. Anything longer isn't a word, and would take long to split."""
_MIN_STEM: Final = 3
"""Letters that a word must keep without its ending, and each part of a German compound must have."""
_MIN_HEAD: Final = 5
"""Letters that a compound's last part must have if the first part is unknown."""

# Inflections: an ending, and what the listed form has instead. The longer ones come first.
_GERMAN: Final = (("ern", ""), ("en", ""), ("er", ""), ("es", ""), ("em", ""), ("e", ""), ("n", ""), ("s", ""))
_SPANISH: Final = (
    ("itos", "o"), ("itas", "a"), ("ito", "o"), ("ita", "a"), ("ces", "z"), ("as", "o"), ("as", "a"), ("os", "o"),
    ("es", ""), ("a", "o"), ("s", ""),
)  # fmt: skip
_FRENCH: Final = (("es", ""), ("es", "e"), ("e", ""), ("s", ""), ("x", ""))
_LINKS: Final = (("s", ""), ("n", ""), ("es", ""), ("en", ""), ("e", ""), ("", "e"))
"""Letters that German adds between the parts of a compound, or drops."""

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
    """English by plain form (see `_plain`)."""

    def listed(self, phrase: str) -> str | None:
        """Look up a plain word or phrase, with or without its ending."""
        if phrase in self.words:
            return self.words[phrase]
        return self._without_ending(phrase, self.endings)

    def compound(self, phrase: str) -> tuple[str, str, bool] | None:
        """Split a compound ("Leder|jacke"): both parts in English, and whether the first is known (else it is kept)."""
        if not self.compounds or " " in phrase or len(phrase) > _MAX_COMPOUND:
            return None
        for start in range(_MIN_STEM, len(phrase) - _MIN_STEM + 1):
            second = self.listed(phrase[start:])
            first = self.words.get(phrase[:start]) or self._without_ending(phrase[:start], _LINKS)
            if second and (first or len(phrase) - start >= _MIN_HEAD):
                return first or phrase[:start], second, bool(first)
        return None

    def knows(self, word: str) -> bool:
        """Whether the word is known, including all parts of a compound."""
        if self.listed(word) is not None:
            return True
        parts = self.compound(word)
        return parts is not None and parts[2]

    def english(self, phrase: str) -> str | None:
        """Translate a plain word or phrase as far as possible; None if it is unknown."""
        whole = self.listed(phrase)
        parts = None if whole is not None else self.compound(phrase)
        return whole if parts is None else f"{parts[0]} {parts[1]}"

    def _without_ending(self, phrase: str, endings: Sequence[tuple[str, str]]) -> str | None:
        for ending, instead in endings:
            stem = phrase.removesuffix(ending)
            if phrase.endswith(ending) and len(stem) >= _MIN_STEM and self.words.get(stem + instead):
                return self.words[stem + instead]
        return None


def to_english(text: str) -> str:
    """Translate known German, Spanish, French and Japanese words to English; everything else is kept.

    Of the European languages only the one that explains most words is used, so English texts stay intact.
    """
    if _JAPANESE.search(text):
        text = _JAPANESE_WORDS.sub(lambda match: f" {_BY_JAPANESE[match[1].casefold()]} ", text)
        text = _GAPS.sub(" ", text).strip()
    words = list(_WORD.finditer(text))
    plain = [_plain(word[0]) for word in words]
    known = {name: [language.knows(word) for word in plain] for name, language in _LANGUAGES.items()}
    gains = {name: sum(known[name]) - sum(known["en"]) for name in _LANGUAGES if name != "en"}
    best = max(gains, key=lambda name: gains[name])
    return text if gains[best] <= 0 else _replace(text, words, plain, _LANGUAGES[best])


def from_english(word: str, language: str) -> str:
    """Translate an English word or phrase of the lexicon; any other word is kept."""
    known = _FROM_ENGLISH.get(language, {})
    plain = word.casefold()
    translation = known.get(plain) or known.get(plain.removesuffix("s")) or known.get(f"{plain}s") or word
    return translation.replace(" d ", " d’") if language == "fr" else translation  # plain forms lack the apostrophe


def is_known(word: str) -> bool:
    """Whether a single word is known in any European language."""
    return any(language.knows(_plain(word)) for language in _LANGUAGES.values())


def _replace(text: str, words: Sequence[re.Match[str]], plain: Sequence[str], language: _Language) -> str:
    """Replace the longest phrases that the language knows by English."""
    out, end, first = "", 0, 0
    while first < len(words):
        for last in range(min(first + _MAX_PHRASE_WORDS, len(words)), first, -1):
            english = language.english(" ".join(plain[first:last]))
            if english is not None:
                out += text[end : words[first].start()] + english
                end, first = words[last - 1].end(), last
                end += not english and text.startswith(("'", "’"), end)  # the apostrophe of an elided article
                break
        else:
            first += 1
    return _SPACES.sub(" ", out + text[end:]).strip()


def _plain(text: str) -> str:
    """Lower case, no accents, single spaces."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return " ".join(_WORD.findall("".join(letter for letter in letters if not unicodedata.combining(letter))))


def _read() -> tuple[Mapping[str, _Language], Mapping[str, str], frozenset[str], Mapping[str, Mapping[str, str]]]:
    """Return languages by code, English by Japanese word, translated English words, and translations by language."""
    european = {
        "en": _Language((("s", ""), ("es", ""))),
        "de": _Language(_GERMAN, compounds=True),
        "es": _Language(_SPANISH),
        "fr": _Language(_FRENCH),
    }
    japanese: dict[str, str] = {}
    translated: set[str] = set()
    first: dict[str, dict[str, str]] = {"de": {}, "es": {}, "fr": {}, "ja": {}}
    for line in read_text("lexicon.tsv").splitlines()[1:]:
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
