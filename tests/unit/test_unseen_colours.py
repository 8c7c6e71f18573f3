from datetime import UTC, datetime
from uuid import UUID

from reunite.entities import ReportKind
from reunite.matching import colours
from reunite.matching.defaults import for_encoder
from reunite.matching.evidence import Candidate, Item, PairKind, Search
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


def test_a_black_and_white_photo_says_nothing_about_a_named_colour() -> None:
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
