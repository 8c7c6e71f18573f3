"""A bare photo against a description: their similarity is all there is, and counts for more."""

from uuid import UUID

import pytest

from reunite.entities import ReportKind
from reunite.matching.defaults import PRIOR
from reunite.matching.evidence import Candidate, Item, PairKind, Search
from reunite.matching.features import extract
from reunite.matching.measurement import measure, similarity_evidence
from reunite.matching.weights import ONLY_VIEW, PLACE
from tests.support.labelled_sets import LONG_AGO

FIND = Item(UUID(int=1), ReportKind.FOUND, "", "", LONG_AGO, time_is_stated=False)


@pytest.mark.parametrize("kind", [PairKind.TEXT_PHOTO, PairKind.PHOTO_TEXT])
def test_the_only_similarity_of_text_and_photo_counts_again(kind: PairKind) -> None:
    evidence = similarity_evidence({}, Candidate(FIND, {kind: 0.25}), PRIOR)
    assert evidence[ONLY_VIEW] == evidence[kind]


@pytest.mark.parametrize(
    "kinds",
    [
        (PairKind.TEXT_PHOTO, PairKind.TEXT_TEXT),
        (PairKind.PHOTO_PHOTO,),
        (PairKind.TEXT_TEXT,),
        (PairKind.PHOTO_PHOTO, PairKind.TEXT_PHOTO),
        (),
    ],
)
def test_anything_else_to_compare_is_not_the_only_view(kinds: tuple[PairKind, ...]) -> None:
    assert ONLY_VIEW not in similarity_evidence({}, Candidate(FIND, dict.fromkeys(kinds, 0.6)), PRIOR)


NOTHING = ["found this", "whose is this?", "Wem gehört das?", "à qui est-ce ?", "found at the library", "found 😀"]


def report(number: int, kind: ReportKind, text: str) -> Item:
    return Item(UUID(int=number), kind, text, "", LONG_AGO, time_is_stated=False)


def compared(text: str, similarities: dict[PairKind, float], description: str = "a red cup") -> dict[str, float]:
    lost, found = report(2, ReportKind.LOST, description), report(1, ReportKind.FOUND, text)
    candidate = Candidate(found, similarities)
    return measure(Search(lost, (candidate,)), extract(lost), extract(found), candidate, PRIOR)


@pytest.mark.parametrize("text", NOTHING)
def test_words_that_tell_nothing_leave_the_photo_the_only_view(text: str) -> None:
    bare = compared("", {PairKind.TEXT_PHOTO: 0.25})
    captioned = compared(text, {PairKind.TEXT_PHOTO: 0.25, PairKind.TEXT_TEXT: 0.8})
    assert {**captioned, PLACE: 0.0} == {**bare, PLACE: 0.0}
    assert ONLY_VIEW in captioned


def test_the_photo_is_the_only_view_of_a_lost_thing_too_if_its_words_tell_nothing() -> None:
    evidence = compared("a red cup", {PairKind.PHOTO_TEXT: 0.25, PairKind.TEXT_TEXT: 0.8}, "Who has seen this?")
    assert evidence[ONLY_VIEW] == evidence[PairKind.PHOTO_TEXT]
    assert PairKind.TEXT_TEXT not in evidence


@pytest.mark.parametrize(
    "text", ["found this cup", "red", "eine Tasse", "adidas", "PS5", "赤いカップ", "빨간 컵", "kopje"]
)
def test_words_that_tell_something_are_compared(text: str) -> None:
    evidence = compared(text, {PairKind.TEXT_PHOTO: 0.25, PairKind.TEXT_TEXT: 0.8})
    assert PairKind.TEXT_TEXT in evidence
    assert ONLY_VIEW not in evidence
