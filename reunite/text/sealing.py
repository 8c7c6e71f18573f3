"""Which finds had better be sealed: by the words of their post, in every language that we speak."""

import re
from collections.abc import Mapping
from typing import Final

from reunite.entities import Category

_WORDS: Final[Mapping[Category, tuple[str, ...]]] = {
    "id": (
        r"passports?|id[ -]?cards?|identity cards?|driv(?:er'?s|ing) licen[cs]es?|student (?:ids?|cards?)",
        r"\w*ausweise?|reisep(?:ass|ässe)|führerscheine?",
        r"pasaportes?|dni|carn[eé]t?s? de (?:conducir|identidad|estudiante)",
        r"passeports?|cartes? d['’](?:identité|étudiante?)|permis de conduire",
    ),
    "card": (
        r"(?:credit|debit|bank|payment) ?cards?|visa card|mastercard",
        r"(?:kredit|ec-|bank|giro)karten?",
        r"tarjetas? (?:de crédito|de débito|bancarias?)",
        r"cartes? (?:de crédit|bancaires?|bleues?)",
    ),
    "keys": (r"keys?|key ?rings?|key ?chains?", r"\w*schlüssel\w*", r"llaves?|llaveros?", r"cl[eé]f?s?|trousseaux?"),
    "phone": (
        r"(?:mobile |cell ?)?phones?|smartphones?|iphones?",
        r"handys?|telefone?",
        r"teléfonos?|móvil(?:es)?|celular(?:es)?",
        r"téléphones?",
    ),
}
_JAPANESE: Final[Mapping[Category, str]] = {
    "id": "パスポート|身分証|免許証|学生証",
    "card": "クレジットカード|キャッシュカード",
    "keys": "鍵|カギ|キーホルダー",
    "phone": "携帯|スマホ|スマートフォン",
}
"""Written without spaces between words, so it may stand within others."""
_PATTERNS: Final = {
    category: re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)|{_JAPANESE[category]}", re.IGNORECASE)
    for category, words in _WORDS.items()
}


def category_of(text: str) -> Category | None:
    """Return what of the kind that is better sealed a find's words name; None where they name nothing of it."""
    return next((category for category, pattern in _PATTERNS.items() if pattern.search(text)), None)
