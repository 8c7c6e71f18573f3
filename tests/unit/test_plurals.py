"""The plural rules are read as CLDR writes them, for any of its languages."""

import pytest
from babel import Locale
from babel.localedata import locale_identifiers

from reunite.plurals import PluralRules, counted
from tests.support.tables import for_each

NUMBERS = (*range(250), *range(9990, 10010), 99_999, 100_000, 1_000_000, 2_000_000)
LANGUAGES = sorted(code for code in locale_identifiers() if "_" not in code)


@pytest.mark.parametrize(
    ("condition", "yes", "no"),
    [
        ("i = 1 and v = 0", (1,), (0, 2, 11)),
        ("i = 0,1", (0, 1), (2,)),
        ("n % 10 = 2..4 and n % 100 != 12..14", (2, 24, 103), (1, 12, 113)),
        ("n = 0 or n % 100 = 11..19 @integer 0, 11~19", (0, 11, 219), (1, 20)),
        ("f != 0", (), (0, 1, 5)),
        ("e = 0 and i != 0 and i % 1000000 = 0", (2_000_000,), (0, 5)),
    ],
)
def test_a_condition_holds_for_its_numbers_alone(condition: str, yes: tuple[int, ...], no: tuple[int, ...]) -> None:
    rules = PluralRules.of({"few": condition})
    assert {rules.form(number) for number in yes} <= {"few"}
    assert {rules.form(number) for number in no} == {"other"}


def test_the_first_condition_that_holds_names_the_form() -> None:
    rules = PluralRules.of({"one": "n = 1", "few": "n = 1..3"})
    assert [rules.form(number) for number in range(5)] == ["other", "one", "few", "few", "other"]


@pytest.mark.parametrize(
    "conditions",
    [
        {"single": "n = 1"},
        {"one": ""},
        {"one": "n == 1"},
        {"one": "n = 1 and"},
        {"one": "x = 1"},
        {"one": "n % 0 = 1"},
        {"one": "n = 1..2..3"},
        {"one": "__import__('os')"},
    ],
)
def test_what_is_no_rule_is_refused(conditions: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="plural"):
        PluralRules.of(conditions)


def in_symbols(rule: str) -> str:
    """CLDR writes operators as symbols since version 24; babel still spells them out."""
    return rule.replace(" not in ", " != ").replace(" in ", " = ").replace(" mod ", " % ")


@for_each("language", LANGUAGES)
def test_every_language_of_cldr_could_be_added(language: str) -> None:
    cldr = Locale.parse(language).plural_form
    ours = PluralRules.of({form: in_symbols(rule) for form, rule in cldr.rules.items()})
    assert [ours.form(number) for number in NUMBERS] == [cldr(number) for number in NUMBERS]


@pytest.mark.parametrize(("number", "words"), [(0, "0 reports"), (1, "1 report"), (2, "2 reports")])
def test_what_operators_read_has_a_singular(number: int, words: str) -> None:
    assert counted(number, "report") == words
