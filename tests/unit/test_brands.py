"""Brands that a text names, and what follows where two reports name different ones."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from reunite.edits import still_true
from reunite.entities import ReportKind, Why
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Candidate, Item, PairKind, Search
from reunite.matching.scoring import ScoredCandidate, score
from reunite.matching.weights import NAMED_BRANDS
from reunite.messages.wording import why_words
from reunite.text.brands import brands_in, other_brand
from reunite.text.content import content_of
from reunite.text.data import read_toml
from reunite.text.phrases import listed

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
NAMES = [
    (name, maker.split(",")[0].strip())
    for makers in read_toml("brands.toml").values()
    for maker in makers.split(";")
    for name in listed(maker)
]


def odds(scored: ScoredCandidate) -> float:
    return scored.probability / (1 - scored.probability)


def compared(lost: str, found: str) -> ScoredCandidate:
    query = Item(UUID(int=0), ReportKind.LOST, lost, "", NOON, time_is_stated=False)
    other = Item(UUID(int=1), ReportKind.FOUND, found, "", NOON, time_is_stated=False)
    [scored] = score(Search(query, (Candidate(other, {PairKind.TEXT_TEXT: 0.7}),), {}, 1), for_encoder("concept"))
    return scored


@pytest.mark.parametrize(
    "words", ["black {} backpack", "lost my {}", "Rucksack von {}", "perdí mi mochila {}", "{}のバッグ"]
)
def test_each_listed_name_is_read_in_any_language(words: str) -> None:
    unread = {name for name, brand in NAMES if brand not in brands_in(content_of(words.format(name)).thing)}
    assert not unread


@pytest.mark.parametrize(
    ("lost", "found", "ruled_out"),
    [
        ("red american tourister backpack", "Columbia backpack (gym)", "American Tourister"),
        ("my iphone 13", "a samsung galaxy", "Apple"),
        ("airpods", "Galaxy Buds in a case", "Apple"),
        ("ナイキの靴", "adidas shoes", "Nike"),
        ("addidas shoes", "Puma shoe", "Adidas"),
        ("Nike shoes", "Jordans? no, Jordan sneakers", None),
        ("iPhone in an OtterBox case", "apple phone", None),
        ("Volkswagen Schlüssel", "VW key", None),
        ("not an Eastpak bag", "Herschel bag", None),
        ("Dell laptop", "Eastpak bag", None),
        ("a bag", "Eastpak bag", None),
    ],
)
def test_a_brand_rules_out_others_that_make_the_same(lost: str, found: str, ruled_out: str | None) -> None:
    assert other_brand(brands_in(lost), brands_in(found)) == ruled_out


def test_another_brand_counts_against_a_match_and_is_told() -> None:
    same, silent, other = (
        compared("red Columbia backpack", f"red {text}backpack") for text in ("Columbia ", "", "Kipling ")
    )
    assert NAMED_BRANDS not in {**same.evidence, **silent.evidence}
    assert odds(other) < odds(silent) / 10
    assert Why("brand", "Columbia", "differs") in other.why
    assert not {why for scored in (same, silent) for why in scored.why if why.aspect == "brand"}


def test_what_a_thing_holds_may_be_of_another_brand() -> None:
    for lost in ("backpack with my adidas shoes", "Rucksack mit Adidas Schuhen", "mochila con zapatillas adidas"):
        assert NAMED_BRANDS not in compared(lost, "Nike backpack").evidence


def test_brands_are_not_translated() -> None:
    assert why_words((Why("brand", "Apple", "differs"),), "de") == "Apple ✗"


def test_a_brand_that_an_edit_takes_away_is_no_longer_told() -> None:
    why = (Why("brand", "Apple", "differs"),)
    assert still_true(why, "my iPhone", "my iPhone, black") == why
    assert not still_true(why, "my iPhone", "my phone")
    assert still_true(why, "a Galaxy", "a phone") == why
