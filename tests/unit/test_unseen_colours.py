from datetime import UTC, datetime
from uuid import UUID

import pytest

from reunite.entities import Label, ReportKind
from reunite.matching import colours
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Background, Candidate, Item, PairKind, Search
from reunite.matching.scoring import ScoredCandidate, score
from reunite.matching.weights import COLOUR, COLOUR_OF_PHOTOS

CONCEPT = for_encoder("concept")
NOON = datetime(2026, 5, 2, 12, tzinfo=UTC)
RED, GREEN, GREY = (colours.of_names([name]) or () for name in ("red", "green", "grey"))


def item(number: int, kind: ReportKind, text: str, *seen: colours.Shares) -> Item:
    return Item(UUID(int=number), kind, text, "", NOON, time_is_stated=False, colours=seen)


def scored(query: Item, *photos: colours.Shares) -> ScoredCandidate:
    similarities = {PairKind.PHOTO_PHOTO if query.colours else PairKind.TEXT_PHOTO: 0.5}
    found = item(1, ReportKind.FOUND, "", *photos)
    [only] = score(Search(query, (Candidate(found, similarities),), open_count=1), CONCEPT)
    return only


def worn_copy(posted: colours.Shares, found: colours.Shares) -> ScoredCandidate:
    """Score two photos that an encoder sees as nearly the same, among others that look alike."""
    candidate = Candidate(item(1, ReportKind.FOUND, "", found), {PairKind.PHOTO_PHOTO: 0.95})
    background = {PairKind.PHOTO_PHOTO: Background(0.3, 0.07, 2000)}
    query = item(0, ReportKind.LOST, "", posted)
    [only] = score(Search(query, (candidate,), open_count=2000, background=background), CONCEPT)
    return only


def test_a_photo_too_dark_for_colours_says_nothing_about_a_named_one() -> None:
    query = item(0, ReportKind.LOST, "red rucksack")
    assert COLOUR in scored(query, GREY).evidence
    unseen = scored(query, colours.UNSEEN)
    assert COLOUR not in unseen.evidence
    assert not [why for why in unseen.why if why.aspect == "colour" and why.agreement != "unknown"]


def test_of_two_photos_only_the_one_with_colours_counts() -> None:
    query = item(0, ReportKind.LOST, "red rucksack")
    assert scored(query, colours.UNSEEN, RED).evidence[COLOUR] == scored(query, RED).evidence[COLOUR]
    assert scored(query, colours.UNSEEN, GREEN).evidence[COLOUR] == scored(query, GREEN).evidence[COLOUR]


def test_the_colours_of_photos_are_compared_only_if_both_show_any() -> None:
    query = item(0, ReportKind.LOST, "", GREEN)
    assert COLOUR_OF_PHOTOS in scored(query, GREEN).evidence
    assert COLOUR_OF_PHOTOS not in scored(query, colours.UNSEEN).evidence
    assert not [why for why in scored(query, colours.UNSEEN).why if why.aspect == "colour"]


@pytest.mark.parametrize(("query", "found", "are_copies"), [(GREEN, GREEN, True), (GREEN, RED, False)])
def test_a_worn_copy_has_the_same_colours(query: colours.Shares, found: colours.Shares, *, are_copies: bool) -> None:
    assert (worn_copy(query, found).label is Label.HIGH) is are_copies


def test_a_worn_copy_of_a_photo_too_dark_for_colours_is_one() -> None:
    assert worn_copy(colours.UNSEEN, colours.UNSEEN).label is Label.HIGH
    assert worn_copy(colours.UNSEEN, GREEN).label is not Label.HIGH
