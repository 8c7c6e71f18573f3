"""Words for a title that says already what happened to a thing."""

import re
from typing import Final

from reunite.entities import ReportKind
from reunite.text.data import read_toml
from reunite.text.phrases import UNSPACED, listed_in
from reunite.text.unicode_forms import composed
from reunite.text.words import plain

_LISTS: Final = read_toml("titles.toml")
_BEFORE: Final = r"\A[\W_]{0,10}"
_SEPARATOR: Final = r"[^\w(\[（【「『\"“„«'’#@<$€£&+]"
"""No bracket or quotation that begins what follows."""
_AFTER: Final = rf"(?:{_SEPARATOR}|_){{0,10}}"
_SPACE: Final = r"[\s'’]{1,3}"
_ENDS: Final = rf"(?={_SEPARATOR}|_|\Z)"


def _pattern(phrases: list[str]) -> str:
    """Return a pattern for one of the phrases, the longest first, with and without their accents."""
    spelled = {form: None for phrase in phrases for form in (phrase, plain(phrase))}
    patterns = (_SPACE.join(map(re.escape, form.split())) for form in spelled)
    return f"(?>{'|'.join(patterns)})"


def _opening(kind: ReportKind) -> re.Pattern[str]:
    verbs, joined = listed_in(_LISTS[str(kind)]), listed_in(_LISTS["joined"])
    spaced = _pattern([verb for verb in verbs if not UNSPACED.search(verb)])
    unspaced = _pattern([verb for verb in verbs if UNSPACED.search(verb)])
    not_after_spaced = rf"(?![\w'’]|\s{{0,3}}(?:[&/+]|{_pattern([each for each in joined if each.isascii()])}(?!\w)))"
    not_after_unspaced = f"(?!{_pattern([each for each in joined if UNSPACED.search(each)])})"
    headings = _pattern(listed_in(_LISTS[f"{kind}_headings"]))
    said = f"{headings}{_ENDS}|{spaced}{not_after_spaced}|{unspaced}{not_after_unspaced}"
    return re.compile(f"{_BEFORE}(?:{said}){_AFTER}", re.IGNORECASE)


def _ending(kind: ReportKind) -> re.Pattern[str]:
    endings = listed_in(_LISTS[f"{kind}_endings"])
    spaced = _pattern([ending for ending in endings if not UNSPACED.search(ending)])
    unspaced = _pattern([ending for ending in endings if UNSPACED.search(ending)])
    return re.compile(rf"(?:\s{spaced}|{unspaced}){_AFTER}\Z", re.IGNORECASE)


_ENDINGS: Final = {kind: _ending(kind) for kind in ReportKind}
_FINITE: Final = re.compile(rf"(?<![\w'’]){_pattern(listed_in(_LISTS['finite']))}(?!\w)", re.IGNORECASE)
_OPENINGS: Final = {kind: _opening(kind) for kind in ReportKind}


def without_verb(text: str, kind: ReportKind) -> str:
    """Return a text without its beginning or its end, if that only says that something was found or lost."""
    words = composed(text).strip()
    left = _OPENINGS[kind].sub("", words, count=1)
    if left == words and not _FINITE.search(words):
        left = _ENDINGS[kind].sub("", words, count=1)
    return left.strip()
