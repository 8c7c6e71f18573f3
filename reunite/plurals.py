"""Plural rules in CLDR's notation, as language files state them (Unicode TR 35, part 3, "Language Plural Rules").

A rule names the numbers that take a form: `one = "i = 1 and v = 0"`, `few = "n % 10 = 2..4 and n % 100 != 12..14"`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Self

_FORMS: Final = frozenset({"zero", "one", "two", "few", "many"})
_AND: Final = re.compile(r"\band\b")
_OR: Final = re.compile(r"\bor\b")
_RELATION: Final = re.compile(
    r"(?P<operand>[nivwftce])(?:\s*%\s*(?P<modulus>[1-9]\d*))?\s*(?P<sign>!?=)\s*(?P<ranges>[\d.,\s]+)"
)
_RANGE: Final = re.compile(r"(\d+)(?:\.\.(\d+))?")

_Test = Callable[[int], bool]


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return a number with its English noun, by default with an s in the plural: what operators read is in English."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


@dataclass(frozen=True, slots=True)
class PluralRules:
    """The plural forms of a language; a number that meets no condition takes the form `other`."""

    conditions: Mapping[str, _Test]

    @classmethod
    def of(cls, conditions: Mapping[str, str]) -> Self:
        """Read conditions in CLDR's notation; raises ValueError for one that isn't in it."""
        if unknown := set(conditions) - _FORMS:
            raise ValueError(f"Not plural categories of CLDR: {', '.join(sorted(unknown))}")
        return cls({form: _condition(text) for form, text in conditions.items()})

    def form(self, number: int) -> str:
        """Return the form that a whole number takes."""
        return next((form for form, holds in self.conditions.items() if holds(number)), "other")


def _condition(text: str) -> _Test:
    without_samples = text.partition("@")[0]
    alternatives = [
        [_relation(relation) for relation in _AND.split(alternative)] for alternative in _OR.split(without_samples)
    ]
    return lambda number: any(all(holds(number) for holds in relations) for relations in alternatives)


def _relation(text: str) -> _Test:
    found = _RELATION.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"Not a relation of CLDR's plural rules: {text.strip()!r}")
    operand, modulus, equal = found["operand"], int(found["modulus"] or 0), found["sign"] == "="
    ranges = [_range(part) for part in found["ranges"].split(",")]

    def holds(number: int) -> bool:
        value = number if operand in "ni" else 0  # the other operands count decimals and exponents
        value = value % modulus if modulus else value
        return any(value in bounds for bounds in ranges) is equal

    return holds


def _range(text: str) -> range:
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"Not a range of CLDR's plural rules: {text.strip()!r}")
    return range(int(found[1]), int(found[2] or found[1]) + 1)
