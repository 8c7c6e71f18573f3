from uuid import UUID

import pytest

from reunite.entities import Label
from reunite.matching.evidence import PairKind
from reunite.matching.scoring import ScoredCandidate
from reunite.matching.shortlist import is_near, shortlist
from reunite.matching.weights import COLOUR, PLACE, RARE_WORDS, SHARED_WORDS, TIME
from reunite.rules import MAX_TILES


def candidate(number: int, label: Label | None = None, likeness: float = 2.0) -> ScoredCandidate:
    return ScoredCandidate(UUID(int=number), 1 / number, label, (), {PairKind.TEXT_PHOTO: likeness})


def test_what_is_nearest_is_shown_even_without_a_label() -> None:
    ranked = [candidate(number) for number in range(1, 10)]
    assert shortlist(ranked) == tuple(ranked[:MAX_TILES])


def test_labelled_candidates_come_first() -> None:
    ranked = [candidate(1), candidate(2, Label.POSSIBLE), candidate(3), candidate(4, Label.POSSIBLE)]
    assert [candidate.report.int for candidate in shortlist(ranked)] == [2, 4, 1, 3]


def test_of_many_what_is_not_near_in_any_way_is_not_shown() -> None:
    far = [candidate(number, likeness=-0.5) for number in (1, 3, 4)]
    assert shortlist([*far, candidate(2, likeness=0.5)]) == (candidate(2, likeness=0.5),)


@pytest.mark.parametrize("number", [1, 2, 3])
def test_of_few_all_are_shown(number: int) -> None:
    few = tuple(candidate(each, likeness=-0.5) for each in range(1, number + 1))
    assert shortlist(few) == few


def test_a_label_is_always_shown() -> None:
    assert len(shortlist([candidate(1, Label.HIGH, likeness=-3)])) == 1


def test_place_time_and_colour_alone_make_nothing_near() -> None:
    assert not is_near({PLACE: 2.0, TIME: 2.0, COLOUR: 2.0, PairKind.TEXT_TEXT: -1.0, RARE_WORDS: 0.0})
    assert is_near({SHARED_WORDS: 0.7})
    assert is_near({RARE_WORDS: 0.7, PairKind.TEXT_TEXT: -1.0})
